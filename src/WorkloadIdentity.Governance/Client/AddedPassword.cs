using System.Diagnostics;

namespace WorkloadIdentity.Governance;

/// <summary>The answer to <c>addPassword</c>, the only one that has the secret.</summary>
internal sealed class AddedPassword
{
    public string? KeyId { get; init; }

    public DateTimeOffset? EndDateTime { get; init; }

    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public string? SecretText { get; init; }
}
