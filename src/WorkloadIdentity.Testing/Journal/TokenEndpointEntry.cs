namespace WorkloadIdentity.Testing;

/// <summary>A request to a tenant's token endpoint. Secrets and assertions are kept as SHA-256 only.</summary>
public sealed class TokenEndpointEntry : JournalEntry
{
    internal TokenEndpointEntry(DateTimeOffset at, string correlationId, string tenantId) : base(at, correlationId) => TenantId = tenantId;

    /// <summary>The tenant as the request's path named it: an id or a domain.</summary>
    public string TenantId { get; }

    /// <summary>The form's <c>client_id</c>.</summary>
    public string? ClientId { get; internal set; }

    /// <summary>The form's <c>scope</c>.</summary>
    public string? Scope { get; internal set; }

    /// <summary>The form's <c>grant_type</c>.</summary>
    public string? GrantType { get; internal set; }

    /// <summary>Whether the token was asked for on behalf of a user.</summary>
    public bool IsOnBehalfOf => UserAssertionHash is not null;

    /// <summary>How the client authenticated.</summary>
    public ClientAuthenticationMethod ClientAuthentication { get; internal set; }

    /// <summary>The SHA-256 of the client secret or client assertion; compare with <see cref="EmulatorJournal.Hash"/>.</summary>
    public string? CredentialHash { get; internal set; }

    /// <summary>The SHA-256 of the user assertion of an on-behalf-of request.</summary>
    public string? UserAssertionHash { get; internal set; }

    /// <summary>The form's <c>claims</c>, a JSON object.</summary>
    public string? Claims { get; internal set; }

    /// <summary>The form's <c>fmi_path</c>.</summary>
    public string? FmiPath { get; internal set; }

    /// <summary>The form's <c>user_id</c> or <c>username</c>: the user account of an agent identity.</summary>
    public string? AgentUser { get; internal set; }

    /// <summary>The form's <c>token_type</c>: <c>mtls_pop</c> asks for a token that is bound to a certificate.</summary>
    public string? TokenType { get; internal set; }

    /// <summary>The SHA-256 of the client's certificate in TLS, as a token names it (<c>x5t#S256</c>); null without one.</summary>
    public string? CertificateThumbprint { get; internal set; }

    /// <summary>Entra's code in the answer: 7000215 for AADSTS7000215; null when there was none.</summary>
    public long? ErrorCode { get; internal set; }

    /// <summary>What was asked and what came of it, on one line.</summary>
    public override string ToString() =>
        $"{GrantType} for {Scope} in {TenantId} by {ClientId} ({ClientAuthentication}): {Status?.ToString(
            System.Globalization.CultureInfo.InvariantCulture) ?? "no answer"}"
        + (ErrorCode is { } code ? $" AADSTS{code}" : "");

    private protected override IEnumerable<string?> Texts =>
        [
            TenantId, ClientId, Scope, GrantType, CredentialHash, UserAssertionHash, Claims, FmiPath, AgentUser, TokenType,
            CertificateThumbprint,
        ];
}
