namespace WorkloadIdentity.Governance;

/// <summary>
/// When a credential was used last (beta report, in the global cloud only). See
/// <see href="https://learn.microsoft.com/graph/api/resources/appcredentialsigninactivity">appCredentialSignInActivity</see>.
/// </summary>
public sealed class CredentialSignIns
{
    /// <summary>The application (client) id.</summary>
    public ClientId AppId { get; init; }

    /// <summary>The id of the credential.</summary>
    public string? KeyId { get; init; }

    /// <summary><c>clientSecret</c> or <c>certificate</c>.</summary>
    public string? KeyType { get; init; }

    /// <summary><c>application</c> or <c>servicePrincipal</c>.</summary>
    public string? CredentialOrigin { get; init; }

    /// <summary>When it expires.</summary>
    public DateTimeOffset? ExpirationDateTime { get; init; }

    /// <summary>When it was used.</summary>
    public SignInActivity? SignInActivity { get; init; }
}
