using Microsoft.Extensions.Logging;

namespace WorkloadIdentity;

/// <summary>
/// Asks Entra for tokens as one application: <c>POST https://{authority}/{tenant}/oauth2/v2.0/token</c>. The only place that does.
/// Safe for concurrent use.
/// </summary>
internal sealed class TokenEndpoint(
    string clientId, ClientAuthentication authentication, HttpClient client, RetryOptions retryOptions, TimeProvider timeProvider,
    ILogger logger, IdentityBinding? binding = null)
{
    // A new federated credential is known everywhere after some minutes: asking every second would not make it known sooner.
    private static readonly TimeSpan FirstPropagationWait = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestPropagationWait = TimeSpan.FromSeconds(20);

    private readonly TransientRetry _retry = new(retryOptions, timeProvider);
    private readonly ThrottlingGate _gate = new(timeProvider);

    // Learned from an answer once, for this authority: the next acquisitions begin with what works.
    private volatile bool _rs256Only;

    /// <summary>
    /// Asks, and asks again where that is promised to help: transient failures on a schedule; once with RS256 where PS256 is not known;
    /// once more where the secret, certificate or assertion was refused and a newer one has come meanwhile; and for as long as the
    /// application tolerates while a new federated credential becomes known.
    /// </summary>
    public async ValueTask<TokenResult> AcquireAsync(TokenExchange exchange, CancellationToken cancellationToken)
    {
        var started = timeProvider.GetTimestamp();
        for (var wait = FirstPropagationWait; ; wait = wait * 2 < LongestPropagationWait ? wait * 2 : LongestPropagationWait)
        {
            var attempt = await AskAsync(exchange, cancellationToken).ConfigureAwait(false);
            var left = authentication.Tolerance - timeProvider.GetElapsedTime(started);
            if (left <= TimeSpan.Zero || attempt is not { Form.IsFederated: true, Result.Error: { } error }
                || !error.EntraErrorCodes.Any(EntraCode.MayBePropagating))
            {
                return attempt.Result;
            }

            Log.AwaitingFederatedCredential(logger, exchange.Authority.Name, authentication.Tolerance, error);
            await Task.Delay(wait < left ? wait : left, timeProvider, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask<Attempt> AskAsync(TokenExchange exchange, CancellationToken cancellationToken)
    {
        exchange.UseRs256 = _rs256Only;
        var attempt = await AttemptAsync(exchange, refused: null, cancellationToken).ConfigureAwait(false);
        if (attempt.WasToldCode(EntraCode.AlgorithmNotSupported) && attempt.Form?.Algorithm is { } algorithm
            && algorithm != ClientAssertion.Rs256)
        {
            exchange.UseRs256 = true;
            attempt = await AttemptAsync(exchange, refused: null, cancellationToken).ConfigureAwait(false);
            _rs256Only |= attempt.Result.Verdict == TokenVerdict.Issued;
        }

        if (attempt is { Result.Error.Kind: TokenErrorKind.Refused, Form: not null }
            && attempt.Result.Error.EntraErrorCodes.Any(EntraCode.MayBeRotated))
        {
            exchange.Refusal = attempt.Result.Error;
            attempt = await AttemptAsync(exchange, refused: attempt, cancellationToken).ConfigureAwait(false);
        }

        return attempt;
    }

    private async ValueTask<Attempt> AttemptAsync(TokenExchange exchange, Attempt? refused, CancellationToken cancellationToken)
    {
        var started = timeProvider.GetTimestamp();
        var first = await SendAsync(exchange, refused, cancellationToken).ConfigureAwait(false);
        return first.TransientError is not null
            ? await RepeatAsync(exchange, refused, first, started, cancellationToken).ConfigureAwait(false)
            : first;
    }

    private ValueTask<Attempt> RepeatAsync(
        TokenExchange exchange, Attempt? refused, Attempt first, long started, CancellationToken cancellationToken)
    {
        var number = 1;
        var last = first;
        return _retry.RepeatAsync(
            first,
            started,
            async token =>
            {
                Log.Retrying(logger, exchange.Authority.Name, ++number, last.Result.Error!);
                return last = await SendAsync(exchange, refused, token).ConfigureAwait(false);
            },
            attempt => attempt.TransientError,
            outlasts: null,
            cancellationToken);
    }

    /// <summary>One request, with a form written for it alone: a server may refuse a <c>jti</c> it has seen, retries included.</summary>
    private async ValueTask<Attempt> SendAsync(TokenExchange exchange, Attempt? refused, CancellationToken cancellationToken)
    {
        if (_gate.Closed(exchange.TenantId) is { } closed)
        {
            return new Attempt(TokenResult.Failed(closed.About(exchange.Request.Scope, clientId)), Form: null);
        }

        var (sender, address, noWay) = binding?.Route(exchange.Endpoint) ?? (client, exchange.Endpoint, null);
        if (noWay is not null)
        {
            return new Attempt(About(noWay, exchange), Form: null);
        }

        var form = new TokenRequestForm(exchange);
        if (await WriteAuthenticationAsync(form, exchange, cancellationToken).ConfigureAwait(false) is { } problem)
        {
            // Entra has answered already: that stands, whatever became of the material since.
            return refused ?? new Attempt(problem, Form: null);
        }

        if (refused?.Form is { } before && !IsWorthAnotherTry(refused, before, form))
        {
            return refused;
        }

        if (binding is not null && IdentityBinding.Refuse(form) is { } kept)
        {
            return new Attempt(About(kept, exchange), Form: null);
        }

        var sentOn = timeProvider.GetUtcNow();
        var answer =
            await Backchannel.SendAsync(
                sender!,
                Request(address!, exchange, form),
                binding is null ? exchange.Authority.Name : $"The proxy of the identity binding ({address!.Authority})",
                retryOptions.AttemptTimeout,
                timeProvider,
                cancellationToken).ConfigureAwait(false);
        var result = TokenResponse.Read(answer, exchange, form, authentication.Name, sentOn);
        if (result.Error is { Kind: TokenErrorKind.Throttled, RetryAfter: { } wait } throttled)
        {
            _gate.Close(exchange.TenantId, throttled, wait);
        }

        return new Attempt(result, form);
    }

    /// <summary>
    /// Asking again with what was refused only makes failures look like an attack; an assertion refused for its time may be made anew.
    /// </summary>
    private static bool IsWorthAnotherTry(Attempt refused, TokenRequestForm before, TokenRequestForm now) =>
        !now.HasSameMaterialAs(before) || (refused.WasToldCode(EntraCode.AssertionOutsideLifetime) && now.Assertion != before.Assertion);

    /// <summary>
    /// Null when written. Sources are the application's own code or other servers: they get as long as one attempt may take.
    /// </summary>
    private async ValueTask<TokenResult?> WriteAuthenticationAsync(
        TokenRequestForm form, TokenExchange exchange, CancellationToken cancellationToken)
    {
        using var limit = new TimeLimit(retryOptions.AttemptTimeout, timeProvider, cancellationToken);
        try
        {
            // WaitAsync, because a source may ignore its cancellation token.
            var problem =
                await authentication.WriteAsync(form, exchange, limit.Token).AsTask().WaitAsync(limit.Token).ConfigureAwait(false);
            return problem is null ? null : About(problem, exchange);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (Exception exception)
        {
            var error = exception is OperationCanceledException && limit.HasPassed
                ? new TokenError(
                    TokenErrorKind.TimedOut,
                    $"The {authentication.Name} was not there within {retryOptions.AttemptTimeout.TotalSeconds:0.#} s. Check what it comes "
                        + "from.")
                {
                    Exception = exception,
                }
                : ThrownError.Of(
                    exception,
                    $"What the {authentication.Name} of application {clientId} comes from",
                    network: TokenErrorKind.InvalidConfiguration);
            return About(TokenResult.Failed(error), exchange);
        }
    }

    /// <summary>The verdict on what was to be sent, with what was asked for and by whom.</summary>
    private TokenResult About(TokenResult problem, TokenExchange exchange)
    {
        var error = problem.Error!.About(exchange.Request.Scope, clientId, exchange.TenantId);
        return problem.Verdict == TokenVerdict.Unavailable ? TokenResult.Unavailable(error) : TokenResult.Failed(error);
    }

    private static HttpRequestMessage Request(Uri address, TokenExchange exchange, TokenRequestForm form)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new FormUrlEncodedContent(form.Fields) };
        request.Headers.TryAddWithoutValidation("Accept", "application/json");
        request.Headers.TryAddWithoutValidation("client-request-id", exchange.CorrelationId);
        request.Headers.TryAddWithoutValidation("return-client-request-id", "true");
        request.Headers.TryAddWithoutValidation("x-client-SKU", "WorkloadIdentity.NET");
        request.Headers.TryAddWithoutValidation("x-client-Ver", BuildFacts.Version);
        request.Headers.TryAddWithoutValidation("x-ms-lib-capability", "retry-after, h429");
        return request;
    }

    /// <param name="Result">How it ended.</param>
    /// <param name="Form">What was sent; null when nothing was.</param>
    private sealed record Attempt(TokenResult Result, TokenRequestForm? Form)
    {
        /// <summary>
        /// An error that asking again may mend; null when there is none. One that the gate repeated was answered to somebody else: whether
        /// to wait for it is for the caller to decide.
        /// </summary>
        public TokenError? TransientError => Result.Error is { IsRepeated: false, IsTransient: true } error ? error : null;

        public bool WasToldCode(long code) => Result.Error?.EntraErrorCodes.Contains(code) == true;
    }
}
