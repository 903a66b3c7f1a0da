using Microsoft.Extensions.Logging;

namespace WorkloadIdentity;

/// <summary>
/// Requests tokens from Entra for one application: <c>POST https://{authority}/{tenant}/oauth2/v2.0/token</c>. The only code that does.
/// Safe for concurrent use.
/// </summary>
internal sealed class TokenEndpoint(
    string clientId, ClientAuthentication authentication, HttpClient client, RetryOptions retryOptions, TimeProvider timeProvider,
    ILogger logger, MutualTlsRoute mutualTls, IdentityBinding? binding = null)
{
    // A new federated credential takes minutes to be known everywhere, so shorter delays would not help.
    private static readonly TimeSpan FirstPropagationWait = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestPropagationWait = TimeSpan.FromSeconds(20);

    private readonly TransientRetry _retry = new(retryOptions, timeProvider);
    private readonly ThrottlingGate _gate = new(timeProvider);

    // Learned from one response of this authority. Later acquisitions start with it.
    private volatile bool _rs256Only;

    /// <summary>
    /// Sends the token request, and repeats it where that can help: transient failures on a schedule; once with RS256 if PS256 is not
    /// supported; once if the secret, certificate or assertion was refused and a newer one is available; and while a new federated
    /// credential is not known yet, for as long as the application allows.
    /// </summary>
    public async ValueTask<TokenResult> AcquireAsync(TokenExchange exchange, CancellationToken cancellationToken)
    {
        var started = timeProvider.GetTimestamp();
        for (var wait = FirstPropagationWait; ; wait = wait * 2 < LongestPropagationWait ? wait * 2 : LongestPropagationWait)
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

    /// <summary>One request with its own form. A server may refuse a <c>jti</c> that it has seen, so a retry needs a new one.</summary>
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
            // Entra's answer is returned, even if a new form cannot be written.
            return refused ?? new Attempt(problem, Form: null);
        }

        if (refused?.Form is { } before && !IsWorthAnotherTry(refused, before, form))
        {
            return refused;
        }

        if (form.Binding is { } certificate)
        {
            (sender, address, noWay) = binding is null
                ? mutualTls.For(exchange, certificate)
                : MutualTlsRoute.Failed(
                    $"The proxy of the identity binding takes no certificates. Leave out {nameof(ApplicationCredentialOptions
                        .UseIdentityBinding)}, or use assertions that are not bound.");
        }

        if ((noWay ?? RefuseForm(form, exchange)) is { } kept)
        {
            return new Attempt(About(kept, exchange), Form: null);
        }

        var answer =
            await Backchannel.SendAsync(
                sender!,
                Request(address!, exchange, form),
                binding is not null ? $"The proxy of the identity binding ({address!.Authority})"
                    : form.Binding is null ? exchange.Authority.Name
                    : address!.Authority,
                retryOptions.AttemptTimeout,
                timeProvider,
                cancellationToken).ConfigureAwait(false);
        var result = TokenResponse.Read(answer, exchange, form, authentication.Name);
        if (result.Error is { Kind: TokenErrorKind.Throttled, RetryAfter: { } wait } throttled)
        {
            _gate.Close(exchange.TenantId, throttled, wait);
        }

        return new Attempt(result, form);
    }

    /// <summary>Why a form that was written must not be sent; null if it may.</summary>
    private TokenResult? RefuseForm(TokenRequestForm form, TokenExchange exchange) =>
        exchange.Request.Binding == TokenBinding.Required && !form.AsksForBoundToken
            ? MutualTlsRoute.Failed(
                $"The assertion of '{authentication.Name}' is not bound to a certificate, and the request requires a bound token. Use a "
                    + "source whose assertions are bound, such as a credential with BindTokens().").Problem
            : binding is null ? null : IdentityBinding.Refuse(form);

    /// <summary>
    /// Whether to repeat a request. The same refused secret is not sent again, because repeated failures look like an attack. An assertion
    /// that was refused for its time may be signed again.
    /// </summary>
    private static bool IsWorthAnotherTry(Attempt refused, TokenRequestForm before, TokenRequestForm now) =>
        !now.HasSameMaterialAs(before) || (refused.WasToldCode(EntraCode.AssertionOutsideLifetime) && now.Assertion != before.Assertion);

    /// <summary>
    /// Writes the client authentication into the form; null when it was written. A source is code of the application or another server, so
    /// it gets the time limit of one attempt.
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
                    $"The {authentication.Name} was not available within {retryOptions.AttemptTimeout.TotalSeconds:0.#} s. Check its "
                        + "source.")
                {
                    Exception = exception,
                }
                : ThrownError.Of(
                    exception,
                    $"The source of the {authentication.Name} of application {clientId}",
                    network: TokenErrorKind.InvalidConfiguration);
            return About(TokenResult.Failed(error), exchange);
        }
    }

    /// <summary>The error of a client authentication, with scope, application and tenant added.</summary>
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

    /// <param name="Result">The result.</param>
    /// <param name="Form">The form that was sent; null when nothing was.</param>
    private sealed record Attempt(TokenResult Result, TokenRequestForm? Form)
    {
        /// <summary>
        /// A transient error, which a retry may solve; null when there is none. The gate's error answers an earlier request, so the caller
        /// decides whether to wait.
        /// </summary>
        public TokenError? TransientError => Result.Error is { IsRepeated: false, IsTransient: true } error ? error : null;

        public bool WasToldCode(long code) => Result.Error?.EntraErrorCodes.Contains(code) == true;
    }
}
