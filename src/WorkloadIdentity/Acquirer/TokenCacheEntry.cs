using System.Diagnostics;

namespace WorkloadIdentity;

/// <summary>
/// The cache entry of one request: the token that is held, the acquisition in flight, and what is remembered of recent failures.
/// </summary>
/// <remarks>An entry is its own lock and has few fields, because there may be 100,000.</remarks>
internal abstract partial class TokenCacheEntry(AcquirerSetup setup, AcquisitionRunner runner, TokenRequest key)
{
    private CachedToken _held;
    private int _version;
    private volatile InFlightAcquisition? _inFlight;
    private FailureMemory? _failures;
    private volatile bool _isRetired;

    /// <summary>The request that the cache finds it by.</summary>
    public TokenRequest Key => key;

    /// <summary>The order of eviction. An earlier time means idle for longer. Entries without a token come first.</summary>
    public long RefreshAt => _held.RefreshAt;

    /// <summary>Whether it is out of service. The cache makes another one for the request.</summary>
    public bool IsRetired => _isRetired;

    /// <summary>An earlier end than the token's own, in UTC ticks.</summary>
    protected virtual long NotAfter => long.MaxValue;

    protected bool HoldsUnexpiredToken => UnexpiredAt(setup.TimeProvider.GetUtcNow()) is not null;

    /// <summary>Gets a token: the held one if it may be served, otherwise the acquisition's.</summary>
    /// <returns>The token; null when this entry was retired. Then the cache has another entry.</returns>
    /// <exception cref="TokenAcquisitionException">No token could be acquired.</exception>
    public ValueTask<AccessToken?> GetAsync(TokenRequest request, CancellationToken cancellationToken) =>
        _held.Token is not null && Held(request) is { } token ? new ValueTask<AccessToken?>(token) : WaitAsync(request, cancellationToken);

    /// <summary>Takes the entry out of service, unless an acquisition is in flight.</summary>
    /// <returns>Whether the entry is out of service.</returns>
    public bool TryRetire()
    {
        lock (this)
        {
            if (_inFlight is null)
            {
                Retire();
            }

            return _isRetired;
        }
    }

    /// <summary>
    /// Takes the entry out of service, whatever is in flight. From then on it starts nothing and holds nothing, even if a handler keeps it.
    /// </summary>
    public void Retire()
    {
        lock (this)
        {
            _isRetired = true;
            Hold(default);
        }
    }

    /// <summary>Called after each acquisition.</summary>
    protected virtual void Completed()
    {
    }

    private async ValueTask<AccessToken?> WaitAsync(TokenRequest request, CancellationToken cancellationToken)
    {
        while (true)
        {
            InFlightAcquisition acquisition;
            TimeSpan timeLimit;
            lock (this)
            {
                if (_isRetired)
                {
                    return null;
                }

                // Checked again under the lock, because an acquisition may have completed meanwhile.
                var now = setup.TimeProvider.GetUtcNow();
                var age = _held.Token is null ? TokenAge.Expired : _held.AgeAt(now.UtcTicks);
                if (age is TokenAge.Fresh or TokenAge.Stale || (age == TokenAge.Expiring && _inFlight is { IsOverdue: true }))
                {
                    return _held.Token;
                }

                if (_inFlight is { } inFlight)
                {
                    acquisition = inFlight;
                }
                else if (_failures?.Remaining(behindUnexpiredToken: age == TokenAge.Expiring) is { Ticks: > 0 } remaining)
                {
                    return age == TokenAge.Expiring ? _held.Token : throw _failures.Repeated(remaining);
                }
                else
                {
                    acquisition = Start(request);
                }

                // An unexpired token is returned while it still has time to reach the API.
                timeLimit = age == TokenAge.Expiring ? _held.LeftAt(now) / 2 : Timeout.InfiniteTimeSpan;
            }

            var result = await acquisition.WaitAsync(timeLimit, setup.TimeProvider, cancellationToken).ConfigureAwait(false);
            var endedOn = setup.TimeProvider.GetUtcNow();
            if (result?.Token is { } token && token.ExpiresOn > endedOn)
            {
                return token;
            }

            if (UnexpiredAt(endedOn) is { } held)
            {
                return held;
            }

            // Another round after a token that expired on its way here (the machine slept, the clock was set), after a dropped acquisition,
            // and after one with claims that this caller did not ask for: that failure says nothing about a request without claims.
            if (result is { Token: null } && !acquisition.IsRenewal && !acquisition.IsRefusedForKeptClaims(result))
            {
                throw new TokenAcquisitionException(result.Error!, result.Attempts);
            }
        }
    }

    private AccessToken? UnexpiredAt(DateTimeOffset now)
    {
        lock (this)
        {
            return _held.IsUnexpiredAt(now) ? _held.Token : null;
        }
    }

    /// <summary>
    /// The acquisition carries the claims that the API asked for before, so that it need not ask again after each refresh.
    /// </summary>
    private InFlightAcquisition Start(TokenRequest request, bool isBackgroundRefresh = false) => Start(request, new InFlightAcquisition
    {
        IsBackgroundRefresh = isBackgroundRefresh,
        Claims = _renewals?.Kept,
        KeepsClaims = _renewals?.Kept is not null,
    });

    /// <summary>
    /// Starts without the caller's execution context: its culture, identity and baggage must not reach work that serves other callers.
    /// </summary>
    private InFlightAcquisition Start(TokenRequest request, InFlightAcquisition acquisition)
    {
        var parent = Activity.Current?.Context ?? default;
        var held = _held.Token;
        var flows = !ExecutionContext.IsFlowSuppressed();
        if (flows)
        {
            ExecutionContext.SuppressFlow();
        }

        acquisition.Completion = Task.Run(() => AcquireAsync(acquisition, request, held, parent));
        if (flows)
        {
            ExecutionContext.RestoreFlow();
        }

        return _inFlight = acquisition;
    }

    /// <summary>Runs the acquisition, and stores its result before any waiting caller sees it.</summary>
    private async Task<TokenResult?> AcquireAsync(
        InFlightAcquisition acquisition, TokenRequest request, AccessToken? held, ActivityContext parent)
    {
        var result = await runner.RunAsync(acquisition, request, held, parent).ConfigureAwait(false);
        lock (this)
        {
            _inFlight = null;
            if (result is not null && !_isRetired)
            {
                Store(acquisition, request, result, setup.TimeProvider.GetUtcNow());
            }
        }

        Completed();
        return result;
    }

    private void Store(InFlightAcquisition acquisition, TokenRequest request, TokenResult result, DateTimeOffset now)
    {
        if (result.Token is not { } token)
        {
            StoreFailure(acquisition, request, result, now);
        }
        else if (acquisition.IsRenewal ? token.Value != acquisition.Rejected?.Value : IsSuccessor(token, now))
        {
            StoreToken(acquisition, token, now);
        }
        else if (!acquisition.IsRenewal)
        {
            // IMDS and App Service return the token of their own cache. Asking again at once would change nothing.
            Remember(request, FailureMemory.NoSuccessor, now);
        }
    }

    private void StoreToken(InFlightAcquisition acquisition, AccessToken token, DateTimeOffset now)
    {
        Hold(new CachedToken(token, now, setup.Options.Jitter(), NotAfter, acquisition.StartedOn));
        _failures = null;
        if (acquisition.Claims is { } claims)
        {
            _renewals!.Remember(claims, _held);
        }
    }

    /// <summary>
    /// Holds another token, or none. Under the lock. For hits, which take no lock, the version is odd meanwhile and another one afterwards.
    /// </summary>
    private void Hold(CachedToken held)
    {
        _version++;
        Volatile.WriteBarrier();
        _held = held;
        Volatile.Write(ref _version, _version + 1);
    }

    /// <summary>A failed renewal does not count for others: renewals have a limit of their own.</summary>
    private void StoreFailure(InFlightAcquisition acquisition, TokenRequest request, TokenResult failure, DateTimeOffset now)
    {
        if (acquisition.IsRefusedForKeptClaims(failure))
        {
            _renewals!.ForgetKept();
        }
        else if (!acquisition.IsRenewal)
        {
            Remember(request, failure, now);
        }
    }

    private void Remember(TokenRequest request, TokenResult failure, DateTimeOffset now)
    {
        _failures ??= new FailureMemory(setup.TimeProvider);
        _failures.Remember(failure);
        if (_held.IsUnexpiredAt(now))
        {
            var backOff = _failures.Remaining(behindUnexpiredToken: true);
            setup.Telemetry.RefreshFailed(request.Scope, _held.Token.ExpiresOn, backOff, failure.Error!);
        }
    }

    private bool IsSuccessor(AccessToken token, DateTimeOffset now) => _held.Token is not { } held || !_held.IsUnexpiredAt(now)
        || (token.Value != held.Value && token.ExpiresOn > held.ExpiresOn);
}
