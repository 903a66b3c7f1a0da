using Microsoft.Extensions.Logging;

namespace WorkloadIdentity;

/// <summary>
/// Puts an access token on each request that goes to an allowed origin, and answers an API's challenge once with another token.
/// Without a token, or to an origin that is not allowed, nothing is sent. Safe for concurrent use.
/// </summary>
/// <remarks>
/// <para>A request that already carries an Authorization header of the application's own is left as it is. One that asks for a token as
/// well is refused.</para>
/// <para>Retries belong outside of this handler, so that each gets a living token. Redirects below it are followed without a token.</para>
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

    // The cache entry of the request that most messages share, where the acquirer is ours: such a message needs no look-up.
    private readonly TokenAcquirer? _cached;
    private TokenCacheEntry? _entry;

    /// <summary>A handler whose tokens come from <paramref name="acquirer"/>.</summary>
    /// <param name="acquirer">Outlives the handler, and is not disposed by it.</param>
    /// <param name="request">What to ask for, unless a message asks otherwise.</param>
    /// <param name="options">Where tokens may go, and which token a message gets. Read once, here.</param>
    /// <exception cref="ArgumentException">The scope asks for a token that is itself a credential, or an option has a value that cannot
    /// work; the message says what to do.</exception>
    public AccessTokenHandler(ITokenAcquirer acquirer, TokenRequest request, AccessTokenHandlerOptions? options = null)
        : this(
            acquirer,
            request,
            WithoutRegistration(options ??= new AccessTokenHandlerOptions()),
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
        RequireScope(request.Scope, nameof(request));
        _acquirer = acquirer;
        _cached = acquirer as TokenAcquirer;
        _origins = origins;
        _requests = new TokenRequestSelector(request, options);
        _logger = options.LoggerFactory?.CreateLogger(Log.Category);
        _metrics = metrics;
    }

    /// <summary>Where its tokens may go.</summary>
    internal AllowedOrigins Origins => _origins;

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
                ? SendAsync(message.With(getting.Result), cancellationToken)
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

    private ValueTask<AccessToken> GetTokenAsync(TokenRequest request, CancellationToken cancellationToken) =>
        _cached is not null && ReferenceEquals(request, _requests.Request)
            ? _cached.GetTokenAsync(request, ref _entry, cancellationToken)
            : _acquirer.GetTokenAsync(request, cancellationToken);

    private async Task<HttpResponseMessage> GetAndSendAsync(
        AuthorizedRequest message, ValueTask<AccessToken> getting, CancellationToken cancellationToken)
    {
        var token = await getting.ConfigureAwait(false);
        return await SendAsync(message.With(token), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// What has been answered by the time it is sent (a cache further in, an API in memory) is looked at without anything to wait with.
    /// </summary>
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

        if (!sending.IsCompletedSuccessfully || sent.RejectionIn(sending.Result, _requests.ContinuousAccess) is not null)
        {
            return FinishAsync(sending, sent, cancellationToken);
        }

        sent.Finish(sending.Result);
        sent.End();
        return sending;
    }

    private async Task<HttpResponseMessage> FinishAsync(
        Task<HttpResponseMessage> sending, AuthorizedRequest sent, CancellationToken cancellationToken)
    {
        try
        {
            var response = await sending.ConfigureAwait(false);
            if (await RenewAsync(sent, response, cancellationToken).ConfigureAwait(false) is { } renewed)
            {
                sent = sent.With(renewed);
                response = await base.SendAsync(sent.Message, cancellationToken).ConfigureAwait(false);
            }

            return sent.Finish(response);
        }
        finally
        {
            sent.End();
        }
    }

    /// <inheritdoc/>
    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!TryBegin(request, out var message))
        {
            return base.Send(WithoutToken(request), cancellationToken);
        }

        var sent = message.With(Blocking.Wait(() => GetTokenAsync(message.Request, cancellationToken)));
        try
        {
            var response = base.Send(sent.Message, cancellationToken);
            if (sent.RejectionIn(response, _requests.ContinuousAccess) is not null
                && Blocking.Wait(() => RenewAsync(sent, response, cancellationToken)) is { } renewed)
            {
                sent = sent.With(renewed);
                response = base.Send(sent.Message, cancellationToken);
            }

            return sent.Finish(response);
        }
        finally
        {
            sent.End();
        }
    }

    /// <summary>A scope this handler may put a token on the wire for.</summary>
    /// <exception cref="ArgumentException">The scope is empty, or one of a token exchange.</exception>
    internal static string RequireScope(string scope, string parameter)
    {
        Guard.Scope(scope, parameter);
        return ExchangeAudience.IsAskedBy(scope)
            ? throw new ArgumentException(
                $"'{scope}' asks for a token that is itself a credential: whoever receives it can act as the application that trusts it. "
                    + "It is exchanged with Entra and never sent to an API.", parameter)
            : scope;
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

    private static AccessTokenHandlerOptions WithoutRegistration(AccessTokenHandlerOptions options) =>
        options.Identity is not null ? throw new ArgumentException(
            $"{nameof(AccessTokenHandlerOptions.Identity)} chooses among identities registered with AddWorkloadIdentity; a handler made "
                + $"by hand is given its acquirer. Leave it out, or use AddAccessToken.",
            nameof(options))
        : options.WarmUp ? throw new ArgumentException(
            $"{nameof(AccessTokenHandlerOptions.WarmUp)} asks for a token when a host starts; a handler made by hand has no host. Leave "
                + $"it out, or use AddAccessToken.", nameof(options))
        : options.UseCookies ? throw new ArgumentException(
            $"{nameof(AccessTokenHandlerOptions.UseCookies)} concerns the primary handler of a factory-made client. Leave it out, and set "
            + "UseCookies on the primary handler itself.",
            nameof(options))
        : options;
}
