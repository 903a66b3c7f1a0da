using System.Diagnostics.CodeAnalysis;

namespace WorkloadIdentity;

/// <summary>What a token request may carry beyond its scope.</summary>
[Flags]
public enum RequestFeatures
{
    /// <summary>A scope alone.</summary>
    None = 0,

    /// <summary>A tenant other than the credential's own: <see cref="TokenRequest.TenantId"/>.</summary>
    TenantId = 1,

    /// <summary>A user to act for: <see cref="TokenRequest.UserAssertion"/>.</summary>
    UserAssertion = 2,

    /// <summary>A federated managed identity path: <see cref="TokenRequest.FmiPath"/>.</summary>
    FmiPath = 4,

    /// <summary>Claims that an API's challenge demanded: <see cref="Acquisition.Claims"/>.</summary>
    Claims = 8,

    /// <summary>The user account of an agent identity: <see cref="TokenRequest.AgentUser"/>.</summary>
    AgentUser = 16,

    /// <summary>A token that must be bound to a certificate: <see cref="TokenRequest.Binding"/>.</summary>
    [Experimental(BoundTokens.Diagnostic)]
    Binding = 32,

    /// <summary>
    /// All of these, for a credential that hands each request on as it is, or gives the same answer to each. Another credential would
    /// ignore a feature that it does not know.
    /// </summary>
    All = TenantId | UserAssertion | FmiPath | Claims | AgentUser | Binding,
}
