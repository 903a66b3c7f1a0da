using System.Diagnostics;

namespace WorkloadIdentity;

/// <summary>The place of one request: the token held for it, the flight that brings the next, and what went wrong lately.</summary>
/// <param name="flights">What all flights of the acquirer share.</param>
/// <param name="user">The entry of a user's slot; null for the application's own.</param>
/// <remarks>A slot is its own lock, and has few fields: there may be 100,000.</remarks>
internal sealed partial class TokenSlot(TokenFlights flights, OnBehalfOfEntry? user = null)
{
    private volatile TokenFreshness? _held;
    private volatile TokenFlight? _flight;
    private FailureMemory? _failures;
    private volatile bool _retired;

    /// <summary>The order of eviction: earlier means idle for longer, and a slot without a token comes first.</summary>
    public long RefreshAt => _held?.RefreshAt ?? 0;

    /// <summary>The hit: the held token when it may be served at once, otherwise null. A stale one starts a refresh behind it.</summary>
    public AccessToken? Held(TokenRequest request)
    {
        if (_held is not { } held)
        {
            return null;
        }

        return flights.Clock.TryGetNow(out var now) && held.IsFreshAt(now) ? held.Token : Held(held, request);
    }

    /// <summary>Waits for a token. Null when this slot was retired: its successor must be asked.</summary>
    /// <exception cref="TokenAcquisitionException">No token could be had.</exception>
    public async ValueTask<AccessToken?> GetAsync(TokenRequest request, CancellationToken cancellationToken)
    {
        while (true)
        {
            TokenFlight flight;
            TimeSpan patience;
            lock (this)
            {
                if (_retired)
                {
                    return null;
                }

                // Looked at again under the lock: a flight may have landed since.
                var now = flights.TimeProvider.GetUtcNow();
                var age = _held?.AgeAt(now) ?? TokenAge.Expired;
                if (age is TokenAge.Fresh or TokenAge.Stale)
                {
                    return _held!.Token;
                }

                if (_flight is { } underWay)
                {
                    if (underWay.IsOverdue && age == TokenAge.Expiring)
                    {
                        return _held!.Token;
                    }

                    flight = underWay;
                }
                else if (_failures?.Remaining(behindLivingToken: age == TokenAge.Expiring) is { Ticks: > 0 } remaining)
                {
                    return age == TokenAge.Expiring ? _held!.Token : throw Repeated(_failures.Last, remaining);
                }
                else
                {
                    flight = TakeOff(request);
                }

                // A living token is not waited to death for another one: it still has its way to the API before it.
                patience = age == TokenAge.Expiring ? _held!.LeftAt(now) / 2 : Timeout.InfiniteTimeSpan;
            }

            var result = await flight.WaitAsync(patience, flights.TimeProvider, cancellationToken).ConfigureAwait(false);
            var landedBy = flights.TimeProvider.GetUtcNow();
            if (result?.Token is { } token && token.ExpiresOn > landedBy)
            {
                return token;
            }

            if (_held is { } held && held.LivesAt(landedBy))
            {
                return held.Token;
            }

            // Asked again: after a token that ended on its way here (a machine suspended, a clock set), after a flight that was dropped,
            // and after a
            // renewal or one that kept claims, for what those are refused says nothing about a request without claims.
            if (result is { Token: null } && !flight.IsRenewal && !flight.IsRefusedForKeptClaims(result))
            {
                throw new TokenAcquisitionException(result.Error!, result.Attempts);
            }
        }
    }

    /// <summary>
    /// Takes the slot out of service, unless a flight is under way. A retired slot starts nothing any more, and holds nothing.
    /// </summary>
    public bool TryRetire()
    {
        lock (this)
        {
            if (_flight is null)
            {
                Forget();
            }

            return _retired;
        }
    }

    /// <summary>
    /// Takes the slot out of service whatever is under way; its token is forgotten, however long a handler keeps the slot.
    /// </summary>
    public void Forget()
    {
        lock (this)
        {
            _retired = true;
            _held = null;
        }
    }

    private AccessToken? Held(TokenFreshness held, TokenRequest request)
    {
        var now = flights.Clock.ReadNow();
        var age = held.AgeAt(now);
        if (age > TokenAge.Stale)
        {
            return null;
        }

        if (age == TokenAge.Stale)
        {
            RefreshBehind(held, request);
        }

        if (flights.Metrics.Samples(now))
        {
            flights.Metrics.Used(held.HeldFor(now));
        }

        return held.Token;
    }

    private void RefreshBehind(TokenFreshness stale, TokenRequest request)
    {
        if (_flight is not null)
        {
            return;
        }

        lock (this)
        {
            // A flight may have landed since this token was looked at: its successor is not stale.
            if (!_retired && _flight is null && ReferenceEquals(_held, stale)
                && _failures?.Remaining(behindLivingToken: true) is not { Ticks: > 0 })
            {
                TakeOff(flights.InOneForm(request), isBehind: true);
            }
        }
    }

    /// <summary>
    /// What is acquired carries the claims that its resource asked for, so that the resource does not have to ask again after each refresh.
    /// </summary>
    private TokenFlight TakeOff(TokenRequest request, bool isBehind = false) =>
        TakeOff(request, new TokenFlight { IsBehind = isBehind, Claims = _renewals?.Kept, KeepsClaims = _renewals?.Kept is not null });

    private TokenFlight TakeOff(TokenRequest request, TokenFlight flight)
    {
        var parent = Activity.Current?.Context ?? default;
        var held = _held?.Token;
        flight.TakeOff(async () =>
        {
            var result = Land(flight, request, await flights.FlyAsync(flight, request, held, parent).ConfigureAwait(false));
            user?.Landed(this, hasToken: _held?.LivesAt(flights.TimeProvider.GetUtcNow()) == true);
            return result;
        });
        return _flight = flight;
    }

    private static TokenAcquisitionException Repeated(TokenResult failure, TimeSpan remaining) =>
        new(failure.Error!.Repeated(remaining), failure.Attempts);
}
