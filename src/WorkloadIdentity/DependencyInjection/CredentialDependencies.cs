using WorkloadIdentity;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>What a credential is made with: the options of its identity, and the container's services.</summary>
internal sealed class CredentialDependencies(string identity, WorkloadIdentityOptions options, IServiceProvider services)
{
    /// <summary>The name of the identity; empty for the default one.</summary>
    public string Identity { get; } = identity;

    public WorkloadIdentityOptions Options { get; } = options;

    public IServiceProvider Services { get; } = services;

    /// <summary>Whether the credential has a default chain. If not, members that code added to it would be ignored.</summary>
    public bool HasDefaultChain { get; private set; }

    public ApplicationCredentialOptions Application()
    {
        var credentials = Options.Credentials;
        var (authority, problem) = Authority.Choose(
            credentials.AuthorityHost, credentials.Environment, credentials.AllowUnknownAuthorityHost);
        return credentials.ForApplication(authority ?? throw new ArgumentException(problem));
    }

    public ManagedIdentityCredentialOptions ManagedIdentity() => Options.Credentials.ForManagedIdentity();

    /// <summary>Options of a default chain. Each chain has its own, so that configuration can add to them.</summary>
    public DefaultCredentialsOptions DefaultChain()
    {
        HasDefaultChain = true;
        return Options.Credentials.Copy();
    }
}
