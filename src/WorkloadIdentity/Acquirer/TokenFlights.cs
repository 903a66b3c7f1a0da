using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace WorkloadIdentity;

/// <summary>
/// What all flights of an acquirer share: the credential, the clock, the limits, the second level and what operators see.
/// </summary>
internal sealed class TokenFlights : IDisposable
{
    private readonly Credential _credential;
    private readonly TokenAcquirerOptions _options;
    private readonly SharedTokens? _shared;
    private readonly FirstTokens _firstTokens;
    private readonly Turns _turns;
    private readonly Turns _userTurns;
    private readonly CancellationTokenSource _disposal = new();

    public TokenFlights(Credential credential, TokenAcquirerOptions options)
    {
        _credential = credential;
        _options = options;
        Logger = options.LoggerFactory?.CreateLogger(Log.Category) ?? NullLogger.Instance;
        _shared = options.Store is { } store
            ? new SharedTokens(store, credential.Partition!, options.AcquisitionTimeLimit, options.TimeProvider, Logger)
            : null;
        Metrics = new TokenMetrics(options.MeterFactory, options.Identity);
        Outcomes = new LastOutcomes(options.TimeProvider);
        _firstTokens = new FirstTokens(Logger);
        Clock = new TickingClock(options.TimeProvider, options.CoarseTicks);
        _turns = new Turns(options.MaxConcurrentAcquisitions, options.MaxQueuedAcquisitions);
        _userTurns = new Turns(options.MaxConcurrentAcquisitions, options.MaxQueuedAcquisitions);
    }

    public ILogger Logger { get; }

    public TokenMetrics Metrics { get; }

    public LastOutcomes Outcomes { get; }

    /// <summary>What a hit tells the time by.</summary>
    public TickingClock Clock { get; }

    public TimeProvider TimeProvider => _options.TimeProvider;

    public bool IsDisposed => _disposal.IsCancellationRequested;

    /// <summary>The request as a credential and the table see it: without the tenant that goes without saying.</summary>
    public TokenRequest InOneForm(TokenRequest request) => request.TenantId is null ? request : _credential.Simplify(request);

    public double DrawJitter() => _options.Jitter();

    /// <summary>
    /// Flies once: waits for a turn, asks the second level, then the credential, all within the time limit. It always comes back: whatever
    /// goes wrong is a failure. Null when it was dropped from the queue, or the acquirer was disposed meanwhile.
    /// </summary>
    /// <param name="flight">What the acquisition is for.</param>
    /// <param name="request">What is asked for.</param>
    /// <param name="held">The token held now, which a shared one must outlive.</param>
    /// <param name="parent">The trace of the caller who started it.</param>
    public async Task<TokenResult?> FlyAsync(TokenFlight flight, TokenRequest request, AccessToken? held, ActivityContext parent)
    {
        try
        {
            using var limit = new CancellationTokenSource(_options.AcquisitionTimeLimit, TimeProvider);
            using var end = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _disposal.Token);
            using var turn = (request.UserAssertion is null ? _turns : _userTurns).Take();
            if (turn is null)
            {
                return Note(flight, request, held, QueueIsFull(request));
            }

            flight.Queue(turn);
            using (end.Token.UnsafeRegister(static turn => ((Turns.Turn)turn!).Leave(), turn))
            {
                if (!await turn.Begun.ConfigureAwait(false))
                {
                    flight.WasDropped = !end.IsCancellationRequested;
                    return limit.IsCancellationRequested ? Note(flight, request, held, NoTurn(request)) : null;
                }
            }

            return await AcquireAsync(flight, request, held, parent, end.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (IsDisposed)
        {
            return null;
        }
        catch (Exception exception)
        {
            return TokenResult.Failed(new TokenError(
                TokenErrorKind.InvalidConfiguration,
                $"The acquisition ended in {exception.GetType().Name}; it is kept as the inner exception.")
            { Exception = exception });
        }
    }

    public void Dispose()
    {
        // The gate and the source of cancellation are left to the collector: flights under way still release and observe them.
        _disposal.Cancel();
        Metrics.Dispose();
    }

    private async Task<TokenResult> AcquireAsync(
        TokenFlight flight, TokenRequest request, AccessToken? held, ActivityContext parent, CancellationToken end)
    {
        using var activity = Telemetry.Activities.StartActivity(Telemetry.Acquire, ActivityKind.Internal, parent);
        flight.Activity = activity;
        var started = TimeProvider.GetTimestamp();
        TokenResult result;
        try
        {
            // What others share was asked for without claims, and it is not known when.
            var store = flight.IsRenewal || flight.Claims is not null ? null : _shared;
            var shared = store is null ? null : await store.ReadAsync(request, held, end).ConfigureAwait(false);
            result = shared is null ? await AskAsync(flight, request, end).ConfigureAwait(false) : TokenResult.Issued(shared);
            if (store is not null && shared is null)
            {
                await ShareAsync(store, request, result.Token, end).ConfigureAwait(false);
            }
        }
        finally
        {
            flight.Activity = null;
        }

        Note(flight, request, held, result, TimeProvider.GetElapsedTime(started));
        Describe(activity, request, ReasonOf(flight, held), result);
        return result;
    }

    private static string ReasonOf(TokenFlight flight, AccessToken? held) =>
        flight.IsRenewal ? "renewal" : held is null ? "first" : "refresh";

    /// <summary>Lets operators know how an acquisition ended.</summary>
    private TokenResult Note(TokenFlight flight, TokenRequest request, AccessToken? held, TokenResult result, TimeSpan duration = default)
    {
        var resource = ResourceName.Of(request.Scope);
        Metrics.Acquired(result, _credential.Name, ReasonOf(flight, held), duration);
        Outcomes.Note(request, result);
        if (result.Token is { } issued)
        {
            Log.Acquired(Logger, resource, duration.TotalMilliseconds, issued.AcquiredBy ?? _credential.Name, issued.ExpiresOn);
            _firstTokens.Tell(resource, issued);
        }
        else
        {
            Log.AcquisitionFailed(Logger, resource, result.Error!);
        }

        return result;
    }

    private static ValueTask ShareAsync(SharedTokens shared, TokenRequest request, AccessToken? token, CancellationToken end)
    {
        if (token is not null)
        {
            return shared.WriteAsync(request, token, end);
        }

        shared.Abandon(request);
        return ValueTask.CompletedTask;
    }

    private void Describe(Activity? activity, TokenRequest request, string reason, TokenResult result)
    {
        if (activity is null)
        {
            return;
        }

        activity.SetTag(Telemetry.Resource, ResourceName.Of(request.Scope));
        activity.SetTag(Telemetry.Reason, reason);
        activity.SetTag(Telemetry.Outcome, Telemetry.Word(result.Verdict));
        activity.SetTag(Telemetry.Source, result.Token?.AcquiredBy ?? _credential.Name);
        if (!string.IsNullOrEmpty(_options.Identity))
        {
            activity.SetTag(Telemetry.Identity, _options.Identity);
        }

        if (result.Error is { } error)
        {
            activity.SetStatus(ActivityStatusCode.Error, error.Kind.ToString());
            activity.SetTag(Telemetry.ErrorType, error.Kind.ToString());
        }
    }

    private async ValueTask<TokenResult> AskAsync(TokenFlight flight, TokenRequest request, CancellationToken end)
    {
        try
        {
            flight.StartedOn = TimeProvider.GetUtcNow();
            var acquisition = new Acquisition(request)
            {
                Rejected = flight.Rejected,
                Claims = flight.Claims?.Text,
                TimeProvider = TimeProvider,
            };

            // On a thread of its own and waited for with the limit itself: neither a credential that ignores its cancellation nor one that
            // blocks before its
            // first await can hold the turn or the slot.
            var asking = Task.Run(() => _credential.AcquireAsync(acquisition, end).AsTask(), CancellationToken.None);
            var result = await asking.WaitAsync(end).ConfigureAwait(false);
            return result.Token is { } token && token.ExpiresOn <= TimeProvider.GetUtcNow()
                ? TokenResult.Failed(new TokenError(
                    TokenErrorKind.InvalidResponse,
                    $"The credential '{_credential.Name}' gave a token that expired at {token.ExpiresOn.UtcDateTime:u}, before it "
                        + "arrived. Check this machine's clock (NTP).")
                { Scope = request.Scope, HelpAnchor = HelpAnchors.Clock }).After(result.Attempts)
                : result;
        }
        catch (OperationCanceledException exception) when (!IsDisposed)
        {
            return TokenResult.Failed(new TokenError(
                TokenErrorKind.TimedOut,
                $"The credential '{_credential.Name}' gave no verdict within {Limit}.")
            { Scope = request.Scope, Exception = exception });
        }
    }

    private string Limit =>
        $"{_options.AcquisitionTimeLimit.TotalSeconds:0.#} s (TokenAcquirerOptions.{nameof(TokenAcquirerOptions.AcquisitionTimeLimit)})";

    private TokenResult NoTurn(TokenRequest request) => TokenResult.Failed(new TokenError(
        TokenErrorKind.TimedOut,
        $"The acquisition{ForWhom(request)} got no turn within {Limit}, because {_options.MaxConcurrentAcquisitions} others were under way "
        + "all the time. Nobody was asked for a token. Find out why those take so long. If the identity service can answer more requests "
        + $"at once, raise TokenAcquirerOptions.{nameof(TokenAcquirerOptions.MaxConcurrentAcquisitions)}.")
    { Scope = request.Scope, HelpAnchor = HelpAnchors.AcquisitionQueue });

    private TokenResult QueueIsFull(TokenRequest request) => TokenResult.Failed(new TokenError(
        TokenErrorKind.Throttled,
        $"The acquisition{ForWhom(request)} was not started, because {_options.MaxQueuedAcquisitions} others wait for a turn already "
        + $"(TokenAcquirerOptions.{nameof(TokenAcquirerOptions.MaxQueuedAcquisitions)}). Nobody was asked for a token. "
        + "Find out why the acquisitions under way take so long, or who sends so many requests.")
    { Scope = request.Scope, HelpAnchor = HelpAnchors.AcquisitionQueue });

    private static string ForWhom(TokenRequest request) => request.UserAssertion is null ? "" : " on behalf of a user";
}
