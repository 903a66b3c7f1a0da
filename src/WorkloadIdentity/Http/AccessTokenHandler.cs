using Microsoft.Extensions.Logging;

namespace WorkloadIdentity;

/// <summary>
/// Adds an access token to each request that goes to an allowed origin, and answers an API's challenge once with another token. A request
/// without a token, or to an origin that is not allowed, is not sent. Safe for concurrent use.
/// </summary>
/// <remarks>
/// <para>
/// A request that already has an Authorization header of the application's own is sent unchanged. If it also asks for a token, it is
/// refused.
/// </para>
/// <para>
/// Add handlers that retry outside of this handler, so that each attempt gets an unexpired token. Redirects that the transport follows
/// carry no token.
/// </para>
/// <para>See RFC 6750 for the token's presentation and RFC 9110 section 11 for challenges.</para>
/// </remarks>
public sealed partial class AccessTokenHandler : DelegatingHandler
{
    private readonly ITokenAcquirer _acquirer;
    private readonly TokenRequestSelector _requests;
    private readonly AllowedOrigins _origins;
    private readonly ILogger? _logger;
    private readonly ChallengeMetrics _metrics;
    private readonly bool _ownsMetrics;

    // The cache entry of the client's default request, if the acquirer is this library's. Messages with that request need no look-up.
    private readonly TokenAcquirer? _cached;
    private TokenCacheEntry? _entry;
    private bool _hasExit;

    /// <summary>A handler whose tokens come from <paramref name="acquirer"/>.</summary>
    /// <param name="acquirer">The source of the tokens. It must outlive the handler, which does not dispose it.</param>
    /// <param name="request">The token request of messages that do not ask for another one.</param>
    /// <param name="options">The origins that may get tokens, and the choice of the token for a message. Read once, here.</param>
    /// <exception cref="ArgumentException">
    /// The scope is for a token that is itself a credential, or an option cannot be used. The message says what to do.
    /// </exception>
    public AccessTokenHandler(ITokenAcquirer acquirer, TokenRequest request, AccessTokenHandlerOptions? options = null)
        : this(
            acquirer,
            request,
            options ??= new AccessTokenHandlerOptions(),
            new AllowedOrigins(options),
            new ChallengeMetrics(options.MeterFactory))
    {
        _ownsMetrics = true;
    }

    internal AccessTokenHandler(
        ITokenAcquirer acquirer, TokenRequest request, AccessTokenHandlerOptions options, AllowedOrigins origins, ChallengeMetrics metrics)
    {
        ArgumentNullException.ThrowIfNull(acquirer);
        ArgumentNullException.ThrowIfNull(request);
        request.RequireForApi(nameof(request));
        _acquirer = acquirer;
        _cached = acquirer as TokenAcquirer;
        _origins = origins;
        _requests = new TokenRequestSelector(request, options);
        _logger = options.LoggerFactory?.CreateLogger(Log.Category);
        _metrics = metrics;
    }

    /// <summary>The origins that may get its tokens.</summary>
    internal AllowedOrigins Origins => _origins;

    /// <summary>The check at the end of a pipeline that has handlers in between. Called once, before the first message.</summary>
    internal TokenExit CreateExit()
    {
        _hasExit = true;
        return new TokenExit(_origins, _requests.Request.Scope, _logger);
    }

    /// <summary>Warns that the application has handlers behind the exit.</summary>
    internal void WarnOfHandlersBehindExit(string client)
    {
        if (_logger is not null)
        {
            Log.HandlersBehindExit(_logger, client);
        }
    }

    /// <inheritdoc/>
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        try
        {
            if (!TryBegin(request, out var message))
            {
                return base.SendAsync(WithoutToken(request), cancellationToken);
            }

            var getting = GetTokenAsync(message.Request, cancellationToken);
            return getting.IsCompletedSuccessfully
                ? SendAsync(Authorize(message, getting.Result), cancellationToken)
                : GetAndSendAsync(message, getting, cancellationToken);
        }
        catch (OperationCanceledException exception) when (exception.CancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<HttpResponseMessage>(exception.CancellationToken);
        }
        catch (Exception exception)
        {
            return Task.FromException<HttpResponseMessage>(exception);
        }
    }

    /// <summary>Notes for the exit that the Authorization header of this message is the application's own.</summary>
    private HttpRequestMessage WithoutToken(HttpRequestMessage message)
    {
        if (_hasExit)
        {
            lock (message.Options)
            {
                var issued = new OriginalUri(_origins, message.RequestUri);
                message.Options.Set(SentToken.Key, new SentToken(value: null, message.RequestUri, _requests.Request.Scope, issued));
            }
        }

        return message;
    }

    /// <summary>
    /// Begins a pass: copies the message and chooses its token request. Returns false if the message is sent without a token of this
    /// client.
    /// </summary>
    /// <remarks>
    /// Only the copy is read, because nobody else can change it. Another pass may be writing options back to the caller's message.
    /// </remarks>
    /// <exception cref="TokenAcquisitionException">The token must not be sent with this message.</exception>
    private bool TryBegin(HttpRequestMessage message, out AuthorizedRequest sent)
    {
        sent = new AuthorizedRequest(message);
        var copy = sent.Message;
        RequestTokenOptions.TryGet(copy, out var input);
        var headers = copy.Headers.NonValidated;
        if ((headers.Count > 0 && headers.Contains("Authorization") && OwnAuthorization.IsOn(message, copy, input, _requests))
            || input is { Skip: true })
        {
            return false;
        }

        var request = _requests.For(copy, input);
        OriginalUri? issued = null;
        if (_origins.NotesOriginalUris)
        {
            copy.Options.TryGetValue(OriginalUri.Key, out issued);
        }

        var refusal = _origins.Refuse(copy.RequestUri, issued, request.Scope, InnerHandler);
        if (refusal is null && headers.Count > 0)
        {
            refusal = HostHeader.Refuse(copy, _origins, issued, request.Scope);
        }

        if (refusal is not null)
        {
            throw new TokenAcquisitionException(refusal);
        }

        issued?.NoteSentTo(copy.RequestUri);
        sent = sent with
        {
            Request = request,
            Places = _hasExit ? issued ?? new OriginalUri(_origins, copy.RequestUri) : issued,
            HasExit = _hasExit,
        };
        return true;
    }

    private ValueTask<AccessToken> GetTokenAsync(TokenRequest request, CancellationToken cancellationToken) =>
        _cached is not null && ReferenceEquals(request, _requests.Request)
            ? _cached.GetTokenAsync(request, ref _entry, cancellationToken)
            : _acquirer.GetTokenAsync(request, cancellationToken);

    /// <summary>Sets the token, unless it is bound to a certificate that the client does not present, or is unbound and must be.</summary>
    /// <exception cref="TokenAcquisitionException">The token must not be sent with this message.</exception>
    private AuthorizedRequest Authorize(AuthorizedRequest message, AccessToken token) =>
        (token.IsBound || _requests.Binding == TokenBinding.Required)
        && BoundTokenCheck.Refuse(
            token, _requests.Binding, message.Message.RequestUri, message.Request.Scope, InnerHandler) is { } refusal
            ? throw new TokenAcquisitionException(refusal)
            : message.With(token);

    private async Task<HttpResponseMessage> GetAndSendAsync(
        AuthorizedRequest message, ValueTask<AccessToken> getting, CancellationToken cancellationToken)
    {
        var token = await getting.ConfigureAwait(false);
        return await SendAsync(Authorize(message, token), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Fast path: the inner handler completed synchronously, so no asynchronous state machine is needed.</summary>
    private Task<HttpResponseMessage> SendAsync(AuthorizedRequest sent, CancellationToken cancellationToken)
    {
        Task<HttpResponseMessage> sending;
        try
        {
            sending = base.SendAsync(sent.Message, cancellationToken);
        }
        catch
        {
            sent.End();
            throw;
        }

        if (!sending.IsCompletedSuccessfully)
        {
            return FinishAsync(sending, sent, cancellationToken);
        }

        return sent.FinishUnlessRejected(sending.Result, _requests.ContinuousAccess) is { } rejection
            ? RenewAndFinishAsync(sending.Result, rejection, sent, cancellationToken)
            : sending;
    }

    private async Task<HttpResponseMessage> FinishAsync(
        Task<HttpResponseMessage> sending, AuthorizedRequest sent, CancellationToken cancellationToken)
    {
        HttpResponseMessage response;
        try
        {
            response = await sending.ConfigureAwait(false);
        }
        catch
        {
            sent.End();
            throw;
        }

        return sent.FinishUnlessRejected(response, _requests.ContinuousAccess) is { } rejection
            ? await RenewAndFinishAsync(response, rejection, sent, cancellationToken).ConfigureAwait(false)
            : response;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && _ownsMetrics)
        {
            _metrics.Dispose();
        }

        base.Dispose(disposing);
    }
}
