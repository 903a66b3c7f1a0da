using System.Diagnostics;

namespace WorkloadIdentity;

/// <summary>The place of one request: the token held for it, the flight that brings the next, and what went wrong lately.</summary>
/// <param name="flights">What all flights of the acquirer share.</param>
/// <param name="notAfter">When the user assertion behind an on-behalf-of slot ends; null for the application's own.</param>
internal sealed class TokenSlot(TokenFlights flights, DateTimeOffset? notAfter = null)
{
    private readonly Lock _gate = new();
    private volatile TokenFreshness? _held;
    private volatile TokenFlight? _flight;
    private FailureMemory? _failures;
    private RenewalMemory? _renewals;
    private bool _retired;

    /// <summary>The order of eviction: earlier means idle for longer, and a slot without a token comes first.</summary>
    public long RefreshAt => _held?.RefreshAt ?? 0;

    /// <summary>The hit: the held token when it may be served at once, otherwise null. A stale one starts a refresh behind it.</summary>
    public AccessToken? Held(TokenRequest request, DateTimeOffset now)
    {
        if (_held is not { } held)
        {
            return null;
        }

        switch (held.AgeAt(now))
        {
            case TokenAge.Fresh:
                return held.Token;
            case TokenAge.Stale:
                if (_flight is null)
                {
                    RefreshBehind(request);
                }

                return held.Token;
            default:
                return null;
        }
    }

    /// <summary>Waits for a token. Null when this slot was retired: its successor must be asked.</summary>
    /// <exception cref="TokenAcquisitionException">No token could be had.</exception>
    public async ValueTask<AccessToken?> GetAsync(TokenRequest request, CancellationToken cancellationToken)
    {
        while (true)
        {
            TokenFlight flight;
            lock (_gate)
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
            }

            var result = await flight.WaitAsync(cancellationToken).ConfigureAwait(false);
            var landedBy = flights.TimeProvider.GetUtcNow();
            if (result.Token is { } token && token.ExpiresOn > landedBy)
            {
                return token;
            }

            if (_held is { } held && held.LivesAt(landedBy))
            {
                return held.Token;
            }

            // Asked again: after a token that ended on its way here (a machine suspended, a clock set), and after a renewal,
            // for what that was refused says nothing about a request without its claims.
            if (!flight.IsRenewal && result.Token is null)
            {
                throw new TokenAcquisitionException(result.Error!, result.Attempts);
            }
        }
    }

    /// <summary>Compare and swap: any token but the rejected one, brought by a renewal if need be. Null when this slot was retired.</summary>
    /// <exception cref="TokenAcquisitionException">The renewal was refused.</exception>
    public async ValueTask<AccessToken?> RenewAsync(TokenRequest request, AccessToken? rejected, string? claims, CancellationToken cancellationToken)
    {
        var claimsHash = RenewalMemory.HashOf(claims);
        while (true)
        {
            TokenFlight? flight;
            lock (_gate)
            {
                if (_retired)
                {
                    return null;
                }

                if (OtherThan(rejected, claimsHash, flights.TimeProvider.GetUtcNow()) is { } other)
                {
                    return other;
                }

                flight = _flight ?? TakeOffToRenew(request, rejected, claims, claimsHash);
            }

            if (flight is null)
            {
                // Over budget: nothing newer can be had now.
                return rejected ?? await GetAsync(request, cancellationToken).ConfigureAwait(false);
            }

            var result = await flight.WaitAsync(cancellationToken).ConfigureAwait(false);
            var answersClaims = flight.ClaimsHash == claimsHash;
            if (result.Token is { } token && token.Value != rejected?.Value && (answersClaims || rejected is not null))
            {
                return token;
            }

            // A flight for something else: now there is room for ours.
            if (!flight.IsRenewal || !answersClaims)
            {
                continue;
            }

            if (result.Error is { } error && !error.UnsupportedFeatures.HasFlag(RequestFeatures.Claims))
            {
                throw new TokenAcquisitionException(error, result.Attempts);
            }

            return rejected ?? result.Token ?? await GetAsync(request, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Takes the slot out of service, unless a flight is under way. A retired slot starts nothing any more.</summary>
    public bool TryRetire()
    {
        lock (_gate)
        {
            _retired |= _flight is null;
            return _retired;
        }
    }

    /// <summary>A living token that is not the rejected one and, as far as is known, satisfies the claims.</summary>
    private AccessToken? OtherThan(AccessToken? rejected, string? claimsHash, DateTimeOffset now)
    {
        // Without the rejected token there is nothing to compare with: only an answer to the same claims is known to be another.
        if (_held is { } held && held.LivesAt(now) && (rejected is null ? claimsHash is null : held.Token.Value != rejected.Value))
        {
            return held.Token;
        }

        return claimsHash is not null && _renewals?.AnswerTo(claimsHash, now) is { } answer && answer.Value != rejected?.Value ? answer : null;
    }

    private void RefreshBehind(TokenRequest request)
    {
        lock (_gate)
        {
            if (!_retired && _flight is null && _failures?.Remaining(behindLivingToken: true) is not { Ticks: > 0 })
            {
                TakeOff(request);
            }
        }
    }

    private TokenFlight? TakeOffToRenew(TokenRequest request, AccessToken? rejected, string? claims, string? claimsHash)
    {
        _renewals ??= new RenewalMemory(flights.TimeProvider);
        return _renewals.TryStart()
            ? TakeOff(request, new TokenFlight { IsRenewal = true, Rejected = rejected, ClaimsHash = claimsHash }, claims)
            : null;
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
        lock (_gate)
        {
            _flight = null;
            if (result is null)
            {
                return null;
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

    private void LandRenewal(TokenFlight flight, TokenResult result, DateTimeOffset now)
    {
        if (result.Token is { } token && token.Value != flight.Rejected?.Value)
        {
            Hold(token, now);
            _failures = null;
            if (flight.ClaimsHash is { } claimsHash)
            {
                _renewals!.Remember(claimsHash, _held!);
            }
        }
    }

    private void LandFailure(TokenRequest request, TokenResult failure, DateTimeOffset now)
    {
        _failures ??= new FailureMemory(flights.TimeProvider);
        _failures.Remember(failure);
        if (_held is { } held && held.LivesAt(now))
        {
            Log.RefreshFailed(flights.Logger, ResourceName.Of(request.Scope), held.Token.ExpiresOn, _failures.Remaining(behindLivingToken: true), failure.Error!);
        }
    }

    private void Hold(AccessToken token, DateTimeOffset now) => _held = new TokenFreshness(token, now, flights.DrawJitter(), notAfter);

    private static TokenAcquisitionException Repeated(TokenResult failure, TimeSpan remaining) =>
        new(failure.Error!.Repeated(remaining), failure.Attempts);
}
