namespace WorkloadIdentity;

/// <summary>The options of a <see cref="TokenExchangeCredential"/>. They are read once, when the credential is constructed.</summary>
public sealed class TokenExchangeCredentialOptions
{
    /// <summary>The type of a token that is a JWT, whatever it is for (RFC 8693 section 3).</summary>
    public const string JwtType = "urn:ietf:params:oauth:token-type:jwt";

    /// <summary>The type of an access token (RFC 8693 section 3).</summary>
    public const string AccessTokenType = "urn:ietf:params:oauth:token-type:access_token";

    /// <summary>The parameter that carries <see cref="TokenRequest.Scope"/>.</summary>
    /// <value>The default is <see cref="TokenExchangeTarget.Scope"/>.</value>
    public TokenExchangeTarget Target { get; set; }

    /// <summary>The <c>audience</c> of every request, where <see cref="Target"/> is another parameter; null sends none.</summary>
    public string? Audience { get; set; }

    /// <summary>The type of the token that is exchanged: <see cref="JwtType"/> or <see cref="AccessTokenType"/>.</summary>
    /// <value>The default is <see cref="JwtType"/>: the server reads the token of an issuer that it trusts.</value>
    public string SubjectTokenType { get; set; } = JwtType;

    /// <summary>The type of token to ask for; null leaves it to the server.</summary>
    public string? RequestedTokenType { get; set; }

    /// <summary>The client id at the server; null if the token that is exchanged is the only proof.</summary>
    public string? ClientId { get; set; }

    /// <summary>
    /// Gets the secret of <see cref="ClientId"/>, at each request, for HTTP Basic authentication (RFC 6749 section 2.3.1). Null sends the
    /// client id in the form, without a secret.
    /// </summary>
    public Func<CancellationToken, ValueTask<string>>? ClientSecret { get; set; }

    /// <summary>
    /// The client that sends the requests. Null uses one that follows no redirects and keeps no cookies. A client set here must do the
    /// same, because one that follows a redirect posts the token to the new address. It must not attach tokens. It is not disposed.
    /// </summary>
    public HttpClient? HttpClient { get; set; }

    /// <summary>The clock of lifetimes, delays and time limits.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>How transient failures are retried.</summary>
    public RetryOptions Retry { get; set; } = new();
}
