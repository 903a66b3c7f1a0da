namespace WorkloadIdentity.Governance;

/// <summary>
/// A sign-in that might happen: who, to which API, from where. See
/// <see href="https://learn.microsoft.com/graph/api/conditionalaccessroot-evaluate">evaluate</see>.
/// </summary>
public sealed class WhatIfQuestion
{
    /// <summary>A sign-in of a service principal.</summary>
    /// <param name="servicePrincipal">Its object id (not the client id, and not the application's object id).</param>
    public WhatIfQuestion(ServicePrincipalId servicePrincipal)
    {
        ServicePrincipal = servicePrincipal;
    }

    /// <summary>Who signs in.</summary>
    public ServicePrincipalId ServicePrincipal { get; }

    /// <summary>The client ids of the APIs; Graph evaluates any API if there is none.</summary>
    public IReadOnlyList<ClientId> Applications { get; init; } = [];

    /// <summary>The address that the sign-in comes from, IPv4 or IPv6; null if it does not matter.</summary>
    public string? IpAddress { get; init; }

    /// <summary>The country of that address, by ISO 3166 code; null if it does not matter.</summary>
    public string? Country { get; init; }

    /// <summary>The risk of the service principal; null if it does not matter.</summary>
    public RiskLevel? Risk { get; init; }

    /// <summary>Whether only policies that apply are answered.</summary>
    /// <value>The default is false: every policy is answered, with the reason why it does not apply.</value>
    public bool AppliedPoliciesOnly { get; init; }
}
