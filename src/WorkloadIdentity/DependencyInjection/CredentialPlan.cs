using WorkloadIdentity;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>How an identity gets its tokens, before there is a container to make the credential with.</summary>
/// <param name="Description">In words, for errors: <c>UseSecret</c>, or the configuration section.</param>
/// <param name="Create">Makes the credential. What is wrong with its settings is an <see cref="ArgumentException"/> that quotes no
/// value.</param>
internal sealed record CredentialPlan(string Description, Func<CredentialParts, Credential> Create);
