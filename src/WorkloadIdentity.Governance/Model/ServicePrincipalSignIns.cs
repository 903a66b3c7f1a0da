namespace WorkloadIdentity.Governance;

/// <summary>
/// When an application signed in last (beta report, kept by application id, in the global cloud only). See
/// <see href="https://learn.microsoft.com/graph/api/resources/serviceprincipalsigninactivity">servicePrincipalSignInActivity</see>.
/// </summary>
public sealed class ServicePrincipalSignIns
{
    /// <summary>The application (client) id.</summary>
    public ClientId AppId { get; init; }

    /// <summary>The last sign-in of any kind.</summary>
    public SignInActivity? LastSignInActivity { get; init; }

    /// <summary>As a client, for a user.</summary>
    public SignInActivity? DelegatedClientSignInActivity { get; init; }

    /// <summary>As the API, for a user.</summary>
    public SignInActivity? DelegatedResourceSignInActivity { get; init; }

    /// <summary>As a client, for itself.</summary>
    public SignInActivity? ApplicationAuthenticationClientSignInActivity { get; init; }

    /// <summary>As the API of a client that acted for itself.</summary>
    public SignInActivity? ApplicationAuthenticationResourceSignInActivity { get; init; }
}
