using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace WorkloadIdentity;

/// <summary>What all flights of an acquirer share: the credential, the clock, the limits, the second level and what operators see.</summary>
internal sealed class TokenFlights : IDisposable
{
    private readonly Credential _credential;
    private readonly TokenAcquirerOptions _options;
    private readonly SharedTokens? _shared;
    private readonly FirstTokens _firstTokens;
    private readonly SemaphoreSlim _turns;
    private readonly CancellationTokenSource _disposal = new();

    public TokenFlights(Credential credential, TokenAcquirerOptions options)
    {
        _credential = credential;
        _options = options;
        Logger = options.LoggerFactory?.CreateLogger(Log.Category) ?? NullLogger.Instance;
        _shared = options.Store is { } store ? new SharedTokens(store, credential.Partition!, options.TimeProvider, Logger) : null;
        Metrics = new TokenMetrics(options.MeterFactory, options.Identity);
        Outcomes = new LastOutcomes(options.TimeProvider);
        _firstTokens = new FirstTokens(Logger);
        Clock = new TickingClock(options.TimeProvider, options.CoarseTicks);
        _turns = new SemaphoreSlim(options.MaxConcurrentAcquisitions);
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
    /// Flies once: waits for a turn, asks the second level, then the credential, within the time limit. It always comes back: whatever
    /// goes wrong is a failure. Null when disposed meanwhile.
    /// </summary>
    /// <param name="flight">What the acquisition is for.</param>
    /// <param name="request">What is asked for.</param>
    /// <param name="claims">Claims to carry.</param>
    /// <param name="held">The token held now, which a shared one must outlive.</param>
    /// <param name="parent">The trace of the caller who started it.</param>
    public async Task<TokenResult?> FlyAsync(TokenFlight flight, TokenRequest request, string? claims, AccessToken? held, ActivityContext parent)
    {
        try
        {
            await _turns.WaitAsync(_disposal.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return null;
        }

        try
        {
            using var limit = new CancellationTokenSource(_options.AcquisitionTimeLimit, TimeProvider);
            using var end = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _disposal.Token);
            return await AcquireAsync(flight, request, claims, held, parent, end.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (IsDisposed)
        {
            return null;
        }
        catch (Exception exception)
        {
            return TokenResult.Failed(new TokenError(
                TokenErrorKind.InvalidConfiguration, $"The acquisition ended in {exception.GetType().Name}; it is kept as the inner exception.")
            { Exception = exception });
        }
        finally
        {
            _turns.Release();
        }
    }

    public void Dispose()
    {
        // The gate and the source of cancellation are left to the collector: flights under way still release and observe them.
        _disposal.Cancel();
        Metrics.Dispose();
    }

    private async Task<TokenResult> AcquireAsync(
        TokenFlight flight, TokenRequest request, string? claims, AccessToken? held, ActivityContext parent, CancellationToken end)
    {
        var resource = ResourceName.Of(request.Scope);
        using var activity = Telemetry.Activities.StartActivity(Telemetry.Acquire, ActivityKind.Internal, parent);
        var reason = flight.IsRenewal ? "renewal" : held is null ? "first" : "refresh";
        flight.Activity = activity;
        var started = TimeProvider.GetTimestamp();
        TokenResult result;
        try
        {
            var shared = flight.IsRenewal || _shared is null ? null : await _shared.ReadAsync(request, held, end).ConfigureAwait(false);
            result = shared is null ? await AskAsync(request, flight.Rejected, claims, end).ConfigureAwait(false) : TokenResult.Issued(shared);
            if (shared is null && result.Token is { } token && !flight.IsRenewal && _shared is not null)
            {
                await _shared.WriteAsync(request, token, end).ConfigureAwait(false);
            }
        }
        finally
        {
            flight.Activity = null;
        }

        var duration = TimeProvider.GetElapsedTime(started);
        Metrics.Acquired(result, _credential.Name, reason, duration);
        Outcomes.Note(request, result);
        Describe(activity, resource, reason, result);
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

    private void Describe(Activity? activity, string resource, string reason, TokenResult result)
    {
        if (activity is null)
        {
            return;
        }

        activity.SetTag(Telemetry.Resource, resource);
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

    private async ValueTask<TokenResult> AskAsync(TokenRequest request, AccessToken? rejected, string? claims, CancellationToken end)
    {
        try
        {
            var acquisition = new Acquisition(request) { Rejected = rejected, Claims = claims, TimeProvider = TimeProvider };

            // Waited for with the limit itself, so that a credential that ignores its cancellation cannot hold the slot.
            var result = await _credential.AcquireAsync(acquisition, end).AsTask().WaitAsync(end).ConfigureAwait(false);
            return result.Token is { } token && token.ExpiresOn <= TimeProvider.GetUtcNow()
                ? TokenResult.Failed(new TokenError(
                    TokenErrorKind.InvalidResponse,
                    $"The credential '{_credential.Name}' gave a token that expired at {token.ExpiresOn.UtcDateTime:u}, before it arrived. Check this machine's clock (NTP).")
                { Scope = request.Scope, HelpAnchor = HelpAnchors.Clock }).After(result.Attempts)
                : result;
        }
        catch (OperationCanceledException exception) when (!IsDisposed)
        {
            return TokenResult.Failed(new TokenError(
                TokenErrorKind.TimedOut,
                $"The credential '{_credential.Name}' gave no verdict within {_options.AcquisitionTimeLimit.TotalSeconds:0.#} s (TokenAcquirerOptions.AcquisitionTimeLimit).")
            { Scope = request.Scope, Exception = exception });
        }
    }
}
