using System.Diagnostics;

namespace WorkloadIdentity;

/// <summary>The place of one request: the token held for it, the flight that brings the next, and what went wrong lately.</summary>
/// <param name="flights">What all flights of the acquirer share.</param>
/// <param name="notAfter">When the user assertion behind an on-behalf-of slot ends; null for the application's own.</param>
internal sealed partial class TokenSlot(TokenFlights flights, DateTimeOffset? notAfter = null)
{
    // MaxValue for the application's own. Ticks, and the slot as its own lock below: there may be 100,000 slots.
    private readonly long _notAfter = (notAfter ?? DateTimeOffset.MaxValue).UtcTicks;
    private volatile TokenFreshness? _held;
    private volatile TokenFlight? _flight;
    private FailureMemory? _failures;
    private volatile bool _retired;

    /// <summary>The order of eviction: earlier means idle for longer, and a slot without a token comes first.</summary>
    public long RefreshAt => _held?.RefreshAt ?? 0;

    /// <summary>Whether it is one of the acquirer that <paramref name="owner"/> flies for. It may be gone: then it holds nothing.</summary>
    public bool IsOf(TokenFlights owner) => ReferenceEquals(flights, owner);

    /// <summary>Whether nobody is ever served from this slot again.</summary>
    public bool IsGone => _retired || flights.IsDisposed;

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

            // Asked again: after a token that ended on its way here (a machine suspended, a clock set), and after a renewal,
            // for what that was refused says nothing about a request without its claims.
            if (result is { Token: null } && !flight.IsRenewal)
            {
                throw new TokenAcquisitionException(result.Error!, result.Attempts);
            }
        }
    }

    /// <summary>Takes the slot out of service, unless a flight is under way. A retired slot starts nothing any more, and holds nothing.</summary>
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

    /// <summary>Takes the slot out of service whatever is under way; its token is forgotten, however long a request remembers the slot.</summary>
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
            if (!_retired && _flight is null && ReferenceEquals(_held, stale) && _failures?.Remaining(behindLivingToken: true) is not { Ticks: > 0 })
            {
                TakeOff(flights.InOneForm(request));
            }
        }
    }

    private TokenFlight TakeOff(TokenRequest request) => TakeOff(request, new TokenFlight(), claims: null);

    private TokenFlight TakeOff(TokenRequest request, TokenFlight flight, string? claims)
    {
        var parent = Activity.Current?.Context ?? default;
        var held = _held?.Token;
        flight.TakeOff(async () => Land(flight, request, await flights.FlyAsync(flight, request, claims, held, parent).ConfigureAwait(false)));
        return _flight = flight;
    }

    /// <summary>Files the result before anybody who waits sees it.</summary>
    private TokenResult? Land(TokenFlight flight, TokenRequest request, TokenResult? result)
    {
        lock (this)
        {
            _flight = null;
            if (result is null || _retired)
            {
                return result;
            }

            var now = flights.TimeProvider.GetUtcNow();
            if (flight.IsRenewal)
            {
                LandRenewal(flight, result, now);
            }
            else if (result.Token is not { } token)
            {
                LandFailure(request, result, now);
            }
            else if (_held is { } held && held.LivesAt(now) && (token.Value == held.Token.Value || token.ExpiresOn <= held.Token.ExpiresOn))
            {
                // IMDS and App Service hand out the token of their own cache: asking again at once would change nothing.
                LandFailure(request, TokenResult.Failed(new TokenError(TokenErrorKind.InvalidResponse, "The issuer gave a token that lives no longer than the one held.") { IsTransient = true }), now);
            }
            else
            {
                Hold(token, now);
                _failures = null;
            }

            return result;
        }
    }

    private void LandFailure(TokenRequest request, TokenResult failure, DateTimeOffset now)
    {
        _failures ??= new FailureMemory(flights.TimeProvider);
        _failures.Remember(failure);
        if (_held is { } held && held.LivesAt(now))
        {
            flights.Metrics.RefreshFailed(failure.Error!);
            Log.RefreshFailed(flights.Logger, ResourceName.Of(request.Scope), held.Token.ExpiresOn, _failures.Remaining(behindLivingToken: true), failure.Error!);
        }
    }

    private void Hold(AccessToken token, DateTimeOffset now) => _held = new TokenFreshness(token, now, flights.DrawJitter(), _notAfter);

    private static TokenAcquisitionException Repeated(TokenResult failure, TimeSpan remaining) =>
        new(failure.Error!.Repeated(remaining), failure.Attempts);
}
