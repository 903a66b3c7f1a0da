using System.Diagnostics;

namespace WorkloadIdentity;

/// <summary>
/// Runs acquisitions: each waits for a turn, asks the second level and then the credential, all within one time limit.
/// </summary>
internal sealed class AcquisitionRunner : IDisposable
{
    private readonly AcquirerSetup _setup;
    private readonly TokenAcquirerOptions _options;
    private readonly SharedTokens? _shared;
    private readonly AcquisitionQueue _queue;
    private readonly AcquisitionQueue _userQueue;
    private readonly CancellationTokenSource _disposal = new();

    public AcquisitionRunner(AcquirerSetup setup)
    {
        _setup = setup;
        _options = setup.Options;
        _shared = _options.Store is { } store
            ? new SharedTokens(
                store, setup.Credential.Partition!, _options.AcquisitionTimeLimit, setup.TimeProvider, setup.Logger)
            : null;
        _queue = new AcquisitionQueue(_options.MaxConcurrentAcquisitions, _options.MaxQueuedAcquisitions);
        _userQueue = new AcquisitionQueue(_options.MaxConcurrentAcquisitions, _options.MaxQueuedAcquisitions);
    }

    public bool IsDisposed => _disposal.IsCancellationRequested;

    /// <summary>Runs one acquisition. It never throws: an exception becomes a failure.</summary>
    /// <param name="acquisition">What the acquisition is for.</param>
    /// <param name="request">What is asked for.</param>
    /// <param name="held">The token that is held now. A shared token must expire later.</param>
    /// <param name="parent">The trace of the caller who started it.</param>
    /// <returns>The result; null when the acquisition was dropped from the queue or the acquirer was disposed.</returns>
    public async Task<TokenResult?> RunAsync(
        InFlightAcquisition acquisition, TokenRequest request, AccessToken? held, ActivityContext parent)
    {
        try
        {
            if (_setup.Report is { } report && request.UserAssertion is null)
            {
                await report.TellAsync(request, identity: null, log: null, _disposal.Token).ConfigureAwait(false);
            }

            using var limit = new TimeLimit(_options.AcquisitionTimeLimit, _setup.TimeProvider, _disposal.Token);
            using var leave = CancellationTokenSource.CreateLinkedTokenSource(acquisition.Abandoned, limit.Token);
            using var turn = (request.UserAssertion is null ? _queue : _userQueue).Enter(leave.Token);
            if (turn is null)
            {
                return _setup.Telemetry.Ended(acquisition, request, held, QueueIsFull(request));
            }

            if (!await turn.Started.ConfigureAwait(false))
            {
                acquisition.WasDropped = !limit.Token.IsCancellationRequested;
                return limit.HasPassed ? _setup.Telemetry.Ended(acquisition, request, held, NoTurn(request)) : null;
            }

            using var activity = Telemetry.Activities.StartActivity(Telemetry.Acquire, ActivityKind.Internal, parent);
            acquisition.Activity = activity;
            var started = _setup.TimeProvider.GetTimestamp();
            TokenResult result;
            try
            {
                var asking = acquisition.IsRenewal || acquisition.Claims is not null || _shared is null
                    ? AskCredentialAsync(acquisition, request, limit.Token)
                    : AskStoreAndCredentialAsync(_shared, acquisition, request, held, limit.Token);
                result = UnlessExpired(await asking.ConfigureAwait(false), request);
            }
            catch (OperationCanceledException exception) when (!IsDisposed)
            {
                result = NoAnswer(request, exception);
            }

            return _setup.Telemetry.Ended(acquisition, request, held, result, _setup.TimeProvider.GetElapsedTime(started));
        }
        catch (OperationCanceledException) when (IsDisposed)
        {
            return null;
        }
        catch (Exception exception)
        {
            return TokenResult.Failed(ThrownError.Of(exception, "The acquisition"));
        }
        finally
        {
            acquisition.Activity = null;
        }
    }

    public void Dispose()
    {
        // The cancellation source is not disposed: acquisitions in flight still observe it.
        _disposal.Cancel();
        _setup.Telemetry.Dispose();
    }

    /// <summary>Shared tokens were acquired without claims at an unknown time, so they answer neither claims nor renewals.</summary>
    private async Task<TokenResult> AskStoreAndCredentialAsync(
        SharedTokens store, InFlightAcquisition acquisition, TokenRequest request, AccessToken? held, CancellationToken end)
    {
        if (await store.ReadAsync(request, held, end).ConfigureAwait(false) is { } shared)
        {
            return TokenResult.Issued(shared);
        }

        AccessToken? token = null;
        try
        {
            var result = UnlessExpired(await AskCredentialAsync(acquisition, request, end).ConfigureAwait(false), request);
            token = result.Token;
            if (token is not null)
            {
                await store.WriteAsync(request, token, end).ConfigureAwait(false);
            }

            return result;
        }
        finally
        {
            if (token is null)
            {
                store.Abandon(request);
            }
        }
    }

    /// <summary>
    /// Asks on a thread of its own, until <paramref name="end"/>. So a credential that ignores its cancellation token, or blocks before its
    /// first await, holds neither the turn nor the cache entry.
    /// </summary>
    private Task<TokenResult> AskCredentialAsync(InFlightAcquisition acquisition, TokenRequest request, CancellationToken end)
    {
        var credential = _setup.Credential;
        acquisition.StartedOn = _setup.TimeProvider.GetUtcNow();
        var attempt = new Acquisition(request)
        {
            Rejected = acquisition.Rejected,
            Claims = acquisition.Claims?.Text,
            TimeProvider = _setup.TimeProvider,
        };
        return Task.Run(() => credential.AcquireAsync(attempt, end).AsTask(), CancellationToken.None).WaitAsync(end);
    }

    private TokenResult UnlessExpired(TokenResult result, TokenRequest request) =>
        result.Token is { } token && token.ExpiresOn <= _setup.TimeProvider.GetUtcNow()
            ? TokenResult.Failed(new TokenError(
                TokenErrorKind.InvalidResponse,
                $"The credential '{_setup.Credential.Name}' returned a token that had already expired ({token.ExpiresOn.UtcDateTime:u}). "
                    + "Check this machine's clock (NTP).")
            { Scope = request.Scope, HelpAnchor = HelpAnchors.Clock }).After(result.Attempts)
            : result;

    private TokenResult NoAnswer(TokenRequest request, OperationCanceledException exception) => TokenResult.Failed(new TokenError(
        TokenErrorKind.TimedOut, $"The credential '{_setup.Credential.Name}' did not answer within {Limit}.")
    { Scope = request.Scope, Exception = exception });

    private string Limit =>
        $"{_options.AcquisitionTimeLimit.TotalSeconds:0.#} s (TokenAcquirerOptions.{nameof(TokenAcquirerOptions.AcquisitionTimeLimit)})";

    private TokenResult NoTurn(TokenRequest request) => TokenResult.Failed(new TokenError(
        TokenErrorKind.TimedOut,
        $"The acquisition{ForWhom(request)} waited in the queue for {Limit} and did not start, because "
        + $"{_options.MaxConcurrentAcquisitions} others were running. No token was requested. Find out why those take so long. "
        + "If the identity service can answer more requests at once, raise "
        + $"TokenAcquirerOptions.{nameof(TokenAcquirerOptions.MaxConcurrentAcquisitions)}.")
    { Scope = request.Scope, HelpAnchor = HelpAnchors.AcquisitionQueue });

    private TokenResult QueueIsFull(TokenRequest request) => TokenResult.Failed(new TokenError(
        TokenErrorKind.Throttled,
        $"The acquisition{ForWhom(request)} was not started, because {_options.MaxQueuedAcquisitions} others already wait in the queue "
        + $"(TokenAcquirerOptions.{nameof(TokenAcquirerOptions.MaxQueuedAcquisitions)}). No token was requested. "
        + "Find out why the running acquisitions take so long, or what sends so many requests.")
    { Scope = request.Scope, HelpAnchor = HelpAnchors.AcquisitionQueue });

    private static string ForWhom(TokenRequest request) => request.UserAssertion is null ? "" : " on behalf of a user";
}
