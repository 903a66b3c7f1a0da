namespace WorkloadIdentity.Governance;

/// <summary>
/// A certificate or key of an application or a service principal, without the key itself. See
/// <see href="https://learn.microsoft.com/graph/api/resources/keycredential">keyCredential</see>.
/// </summary>
public sealed class KeyCredential
{
    /// <summary>The id of the credential. Sign-ins and risk detections name it.</summary>
    public string? KeyId { get; init; }

    /// <summary>The name that was given to the credential.</summary>
    public string? DisplayName { get; init; }

    /// <summary><c>AsymmetricX509Cert</c>, <c>X509CertAndPassword</c> or <c>Symmetric</c>.</summary>
    public string? Type { get; init; }

    /// <summary><c>Verify</c> (proves the application), <c>Sign</c> (signs tokens for it) or <c>Encrypt</c>.</summary>
    public string? Usage { get; init; }

    /// <summary>Base64 of the certificate's thumbprint, unless somebody set another value.</summary>
    public string? CustomKeyIdentifier { get; init; }

    /// <summary>When the credential becomes valid.</summary>
    public DateTimeOffset? StartDateTime { get; init; }

    /// <summary>When the credential expires.</summary>
    public DateTimeOffset? EndDateTime { get; init; }
}
