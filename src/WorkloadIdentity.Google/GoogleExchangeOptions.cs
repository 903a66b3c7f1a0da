namespace WorkloadIdentity.Google;

/// <summary>How <c>AsGoogleCredential</c> exchanges tokens. Read once, when the credential is made.</summary>
public sealed class GoogleExchangeOptions
{
    /// <summary>The tenant to get the token of Entra in; null takes the credential's own.</summary>
    public string? TenantId { get; set; }

    /// <summary>
    /// The universe of Google Cloud. The token goes to <c>sts.</c> and <c>iamcredentials.</c> of this domain and to no other host. The
    /// default is <c>googleapis.com</c>; a sovereign cloud of Google's partners has a domain of its own.
    /// </summary>
    public string UniverseDomain { get; set; } = "googleapis.com";

    /// <summary>
    /// Makes the handler that sends the exchange, for a proxy or a test. It must follow no redirects and attach no tokens. Null makes
    /// Google's own.
    /// </summary>
    public Func<HttpMessageHandler>? Handler { get; set; }
}
