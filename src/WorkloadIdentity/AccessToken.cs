using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.Serialization;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Serialization;

namespace WorkloadIdentity;

/// <summary>
/// What is granted: an access token and how long it lives. It does not print its value, nor do System.Text.Json, Newtonsoft.Json and the
/// data contract serialisers write it. Immutable and safe for concurrent use.
/// </summary>
/// <remarks>
/// Loggers that take objects apart cannot be stopped: Serilog's <c>{@token}</c> writes the value, unless the logger is configured with
/// <c>.Destructure.AsScalar&lt;AccessToken&gt;()</c>. The value is opaque to a client (RFC 6749 section 1.4): nothing here reads it.
/// </remarks>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class AccessToken
{
    /// <summary>A token as it was issued.</summary>
    /// <param name="value">The token itself.</param>
    /// <param name="expiresOn">When it stops being valid.</param>
    /// <param name="refreshOn">When the issuer advises to ask for the next one; null when it gave no hint.</param>
    /// <param name="tokenType">How it is presented (RFC 6749 section 7.1).</param>
    /// <exception cref="ArgumentException">
    /// <paramref name="value"/> is empty or no Bearer token (RFC 6750 section 2.1), or <paramref name="tokenType"/> is no word.
    /// </exception>
    public AccessToken(string value, DateTimeOffset expiresOn, DateTimeOffset? refreshOn = null, string tokenType = "Bearer")
    {
        Value = Guard.BearerToken(value, "An access token");
        TokenType = Guard.HeaderToken(tokenType, "A token type");
        _expiresOn = expiresOn.UtcTicks;
        _refreshOn = refreshOn?.UtcTicks ?? 0;
    }

    /// <summary>A token with where it comes from and what it is bound to.</summary>
    internal AccessToken(string value, DateTimeOffset expiresOn, DateTimeOffset? refreshOn, TokenOrigin origin)
        : this(value, expiresOn, refreshOn, origin.Binding is null ? "Bearer" : BoundTokens.TokenType) => _origin = origin;

    private AccessToken(AccessToken other, TokenOrigin origin, string? tokenType = null)
    {
        Value = other.Value;
        TokenType = tokenType ?? other.TokenType;
        _expiresOn = other._expiresOn;
        _refreshOn = other._refreshOn;
        _origin = origin;
    }

    /// <summary>The token itself. A secret.</summary>
    [JsonIgnore]
    [IgnoreDataMember]
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public string Value { get; }

    /// <summary>How the token is presented: <c>Bearer</c>, or <c>mtls_pop</c> for a token that is bound to a certificate.</summary>
    public string TokenType { get; }

    /// <summary>When the token stops being valid.</summary>
    public DateTimeOffset ExpiresOn => new(_expiresOn, TimeSpan.Zero);

    /// <summary>When the issuer advises to ask for the next one; null when it gave no hint.</summary>
    public DateTimeOffset? RefreshOn => _refreshOn == 0 ? null : new DateTimeOffset(_refreshOn, TimeSpan.Zero);

    /// <summary>
    /// The credential it came from, outermost first, such as <c>default chain/managed identity</c>; null when made by hand.
    /// </summary>
    public string? AcquiredBy => _origin?.AcquiredBy;

    /// <summary>Who issued it, for people: the host of a token endpoint, <c>IMDS</c>, …; null when it is not known.</summary>
    public string? Issuer => _origin?.Issuer;

    /// <summary>The client it was issued to; null when it is not known.</summary>
    public string? ClientId => _origin?.ClientId;

    /// <summary>When the certificate the application proved itself with expires; null when there was none.</summary>
    internal DateTimeOffset? ProofEndsOn => _origin?.ProofEndsOn;

    /// <summary>
    /// The certificate, with its key, that the token is bound to: send the token only over a connection with this certificate. Null for an
    /// ordinary token. Do not dispose it. It is not serialised.
    /// </summary>
    [Experimental(BoundTokens.Diagnostic)]
    [JsonIgnore]
    [IgnoreDataMember]
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public X509Certificate2? BindingCertificate => Binding?.Certificate;

    /// <summary>The same with the certificates that issued it.</summary>
    internal BoundCertificate? Binding => _origin?.Binding;

    /// <summary>Whether it is bound to a certificate, also where only its type says so.</summary>
    internal bool IsBound =>
        Binding is not null || string.Equals(TokenType, BoundTokens.TokenType, StringComparison.OrdinalIgnoreCase);

    // Ticks in UTC, 0 for none, at half or a third of the bytes: 100,000 of these may be held.
    private readonly long _expiresOn;
    private readonly long _refreshOn;
    private readonly TokenOrigin? _origin;

    private AccessTokenHeader? _header;

    /// <summary>
    /// The header that presents this token: its text is built once, at first use. One for all threads, whoever is first: it is recognised
    /// by reference.
    /// </summary>
    internal AccessTokenHeader Header =>
        _header ?? Interlocked.CompareExchange(ref _header, new AccessTokenHeader(TokenType, Value), null) ?? _header;

    /// <summary>The same token with the name of the credential in front.</summary>
    /// <param name="credential">The name.</param>
    /// <param name="last">The origin of this credential's last token, shared where it is the same.</param>
    internal AccessToken From(string credential, ref TokenOrigin? last) => new(this, TokenOrigin.Of(_origin, credential, ref last));

    /// <summary>
    /// The same token with <paramref name="name"/> in front of <see cref="AcquiredBy"/>, for a <see cref="TokenStore"/> that gives back
    /// what it kept. The name of a credential is added without it.
    /// </summary>
    /// <param name="name">Of who handed the token on, or an earlier <see cref="AcquiredBy"/>.</param>
    public AccessToken AcquiredThrough(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        TokenOrigin? none = null;
        return From(name, ref none);
    }

    /// <summary>
    /// The same token with who issued it, and to which client, for logs and reports. A credential says this of the token it returns; the
    /// credential's name is added to <see cref="AcquiredBy"/> behind it.
    /// </summary>
    /// <param name="issuer">For people: a host's name, the title of a tool.</param>
    /// <param name="clientId">The client; null when it is not known.</param>
    public AccessToken IssuedBy(string issuer, string? clientId = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(issuer);
        return new AccessToken(this, new TokenOrigin(AcquiredBy, issuer, clientId, ProofEndsOn: null, Binding));
    }

    /// <summary>
    /// The same token, bound to a certificate (<see cref="BindingCertificate"/>) and of the type <c>mtls_pop</c>. For a credential of your
    /// own that gets bound tokens.
    /// </summary>
    /// <param name="certificate">With its private key. It must not be disposed while the token is in use.</param>
    /// <exception cref="ArgumentException">The certificate has no private key.</exception>
    [Experimental(BoundTokens.Diagnostic)]
    public AccessToken BoundTo(X509Certificate2 certificate) => new(
        this,
        new TokenOrigin(AcquiredBy, Issuer, ClientId, ProofEndsOn, BoundCertificate.Require(certificate, nameof(certificate))),
        BoundTokens.TokenType);

    /// <summary>Type, expiry and origin: never the value.</summary>
    public override string ToString() =>
        $"{TokenType} token (value hidden), expires {ExpiresOn.UtcDateTime:u}" + (AcquiredBy is null ? "" : $", acquired by {AcquiredBy}");
}
