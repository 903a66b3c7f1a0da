using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace WorkloadIdentity;

/// <summary>
/// Exchanges this workload's Entra token for a token of another server
/// (<see href="https://www.rfc-editor.org/rfc/rfc8693">OAuth 2.0 token exchange, RFC 8693</see>): a security token service of your own,
/// Databricks, Keycloak, and others that trust Entra as an issuer. Safe for concurrent use.
/// </summary>
/// <remarks>
/// <para>
/// Put an acquirer in front of it, as of any credential. Each <see cref="TokenRequest.Scope"/> is one exchange. It is sent as the
/// parameter that <see cref="TokenExchangeCredentialOptions.Target"/> names.
/// </para>
/// <para>
/// When the server refuses the token that was exchanged (<c>invalid_request</c>, <c>invalid_grant</c> or <c>invalid_token</c>), that token
/// is renewed, and the exchange is tried once more if another one came. A request with a tenant, a user or claims fails.
/// </para>
/// </remarks>
public sealed class TokenExchangeCredential : Credential
{
    private const string GrantType = "urn:ietf:params:oauth:grant-type:token-exchange";

    private readonly Uri _endpoint;
    private readonly ITokenAcquirer _subject;
    private readonly TokenRequest _subjectRequest;
    private readonly TokenExchangeTarget _target;
    private readonly string? _audience;
    private readonly string _subjectTokenType;
    private readonly string? _requestedTokenType;
    private readonly string? _clientId;
    private readonly Func<CancellationToken, ValueTask<string>>? _clientSecret;
    private readonly AssertionClient _client;
    private readonly TimeSpan _attemptTimeout;
    private readonly TimeProvider _timeProvider;
    private readonly TransientRetry _retry;

    /// <summary>A credential whose tokens <paramref name="endpoint"/> issues.</summary>
    /// <param name="endpoint">The token endpoint of the server: https, or a literal loopback address.</param>
    /// <param name="subject">Gets the token that is exchanged. It must outlive the credential.</param>
    /// <param name="subjectRequest">
    /// The request for the token that is exchanged. Its scope is an application of your own that stands for the server
    /// (<c>api://databricks/.default</c>): the server checks issuer, audience and subject. The token cannot be one that is bound to a
    /// certificate.
    /// </param>
    /// <param name="options">What the server expects.</param>
    /// <exception cref="ArgumentException">The address or an option cannot be used.</exception>
    public TokenExchangeCredential(
        Uri endpoint, ITokenAcquirer subject, TokenRequest subjectRequest, TokenExchangeCredentialOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        ArgumentNullException.ThrowIfNull(subject);
        ArgumentNullException.ThrowIfNull(subjectRequest);
        options ??= new TokenExchangeCredentialOptions();
        if (SourceAddress.Problem(endpoint) is { } problem)
        {
            throw new ArgumentException($"The address of the token endpoint {problem}", nameof(endpoint));
        }

        subjectRequest.RequireSendable(
            "the server", "the scope of an application of your own that stands for the server", nameof(subjectRequest));
        if (options.ClientSecret is not null && string.IsNullOrEmpty(options.ClientId))
        {
            throw new ArgumentException(
                $"{nameof(options.ClientSecret)} is set without {nameof(options.ClientId)}. Set both.", nameof(options));
        }

        if (options.Audience is not null && options.Target == TokenExchangeTarget.Audience)
        {
            throw new ArgumentException(
                $"{nameof(options.Audience)} is set, and {nameof(options.Target)} says that the scope of a request is the audience. Leave "
                    + "one out.",
                nameof(options));
        }

        _endpoint = endpoint;
        _subject = subject;
        _subjectRequest = subjectRequest;
        _target = options.Target;
        _audience = options.Audience;
        _subjectTokenType = Guard.Text(
            options.SubjectTokenType, "A token type", TokenExchangeCredentialOptions.JwtType, nameof(options.SubjectTokenType));
        _requestedTokenType = options.RequestedTokenType;
        _clientId = options.ClientId;
        _clientSecret = options.ClientSecret;
        var retry = options.Retry.Checked();
        _client = new AssertionClient(options.HttpClient, timeLimit: null);
        _attemptTimeout = retry.AttemptTimeout;
        _timeProvider = options.TimeProvider;
        _retry = new TransientRetry(retry, _timeProvider);
    }

    /// <inheritdoc/>
    public override string Name => "token exchange";

    /// <inheritdoc/>
    protected override string? LooksFor => $"a token of {_endpoint.Authority}, in exchange for one for {_subjectRequest.Scope}";

    /// <inheritdoc/>
    protected override async ValueTask<TokenResult> AcquireCoreAsync(Acquisition acquisition, CancellationToken cancellationToken)
    {
        AccessToken subject;
        try
        {
            subject = await _subject.GetTokenAsync(_subjectRequest, cancellationToken).ConfigureAwait(false);
        }
        catch (TokenAcquisitionException exception)
        {
            return TokenResult.Failed(new TokenError(
                exception.Error,
                $"{_endpoint.Authority} exchanges a token for {_subjectRequest.Scope}, and there is none. {exception.Error.Message}"));
        }

        var result = await ExchangeAsync(acquisition.Request.Scope, subject, cancellationToken).ConfigureAwait(false);
        return result.Error is { } error && TokenExchangeResponse.MayBeAboutSubject(error)
            && await RenewedAsync(subject, cancellationToken).ConfigureAwait(false) is { } renewed
            ? await ExchangeAsync(acquisition.Request.Scope, renewed, cancellationToken).ConfigureAwait(false)
            : result;
    }

    /// <summary>Another token than the one that was refused; null if there is none, for whatever reason.</summary>
    private async ValueTask<AccessToken?> RenewedAsync(AccessToken refused, CancellationToken cancellationToken)
    {
        try
        {
            var token =
                await _subject.RenewTokenAsync(_subjectRequest, refused, claims: null, cancellationToken).ConfigureAwait(false);
            return token.Value == refused.Value ? null : token;
        }
        catch (TokenAcquisitionException)
        {
            // What the server said about the first token says more.
            return null;
        }
    }

    /// <summary>One exchange; transient failures are retried.</summary>
    private async ValueTask<TokenResult> ExchangeAsync(string scope, AccessToken subject, CancellationToken cancellationToken)
    {
        var started = _timeProvider.GetTimestamp();
        var first = await SendAsync(scope, subject, cancellationToken).ConfigureAwait(false);
        return first.Error is { IsTransient: true }
            ? await _retry.RepeatAsync(
                first, started, token => SendAsync(scope, subject, token), result => result.Error, outlasts: null, cancellationToken)
                .ConfigureAwait(false)
            : first;
    }

    private async ValueTask<TokenResult> SendAsync(string scope, AccessToken subject, CancellationToken cancellationToken)
    {
        List<string> secrets = [subject.Value];
        var message = new HttpRequestMessage(HttpMethod.Post, _endpoint) { Content = new FormUrlEncodedContent(Form(scope, subject)) };
        message.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (_clientSecret is not null)
        {
            var secret = await _clientSecret(cancellationToken).ConfigureAwait(false);
            secrets.Add(secret);
            message.Headers.Authorization = new AuthenticationHeaderValue("Basic", Basic(_clientId!, secret));
        }

        var answer = await Backchannel.SendAsync(
            _client.For(_endpoint), message, _endpoint.Authority, _attemptTimeout, _timeProvider, cancellationToken)
            .ConfigureAwait(false);
        return new TokenExchangeResponse(_endpoint.Authority, scope, subject.Value, _requestedTokenType, secrets).Read(answer);
    }

    private IEnumerable<KeyValuePair<string, string>> Form(string scope, AccessToken subject)
    {
        yield return new("grant_type", GrantType);
        yield return new(
            _target switch
            {
                TokenExchangeTarget.Audience => "audience",
                TokenExchangeTarget.Resource => "resource",
                _ => "scope",
            },
            scope);
        if (_audience is not null)
        {
            yield return new("audience", _audience);
        }

        if (_requestedTokenType is not null)
        {
            yield return new("requested_token_type", _requestedTokenType);
        }

        yield return new("subject_token", subject.Value);
        yield return new("subject_token_type", _subjectTokenType);
        if (_clientId is not null && _clientSecret is null)
        {
            yield return new("client_id", _clientId);
        }
    }

    /// <summary>Both parts are form-encoded before they are joined (RFC 6749 section 2.3.1).</summary>
    private static string Basic(string clientId, string secret) =>
        Convert.ToBase64String(Encoding.UTF8.GetBytes($"{WebUtility.UrlEncode(clientId)}:{WebUtility.UrlEncode(secret)}"));
}
