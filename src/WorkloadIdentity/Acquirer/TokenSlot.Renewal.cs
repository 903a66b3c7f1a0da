namespace WorkloadIdentity;

/// <summary>Renewal: what happens in a slot when an API has rejected its token.</summary>
internal sealed partial class TokenSlot
{
    private RenewalMemory? _renewals;

    /// <summary>
    /// Compare and swap: any token but the rejected one that satisfies the claims, brought by a renewal if need be. Null when this slot was
    /// retired.
    /// </summary>
    /// <exception cref="TokenAcquisitionException">The renewal was refused.</exception>
    public async ValueTask<AccessToken?> RenewAsync(
        TokenRequest request, AccessToken? rejected, DemandedClaims? claims, CancellationToken cancellationToken)
    {
        while (true)
        {
            TokenFlight? flight;
            AccessToken? remembered;
            lock (this)
            {
                if (_retired)
                {
                    return null;
                }

                _renewals?.Reject(rejected, claims);
                var now = flights.TimeProvider.GetUtcNow();
                if (OtherThan(rejected, claims, now) is { } other)
                {
                    return other;
                }

                remembered = claims is null ? null : _renewals?.AnswerTo(claims, now)?.Token;
                flight = _flight ?? TakeOffToRenew(request, rejected, claims);
            }

            if (flight is null)
            {
                // Over budget: nothing newer can be had now.
                return rejected ?? remembered ?? await GetAsync(request, cancellationToken).ConfigureAwait(false);
            }

            if (await flight.WaitAsync(cancellationToken).ConfigureAwait(false) is not { } result)
            {
                continue;
            }

            if (result.Token is { } token && token.Value != rejected?.Value && flight.Satisfies(claims, rejected is not null))
            {
                return token;
            }

            // A flight for something else, or one that claims of earlier stood in the way of: now there is room for ours.
            if (!flight.Renews(claims) || flight.IsRefusedForKeptClaims(result))
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

    /// <summary>An unexpired token that is not the rejected one and satisfies the claims; null when none is here.</summary>
    private AccessToken? OtherThan(AccessToken? rejected, DemandedClaims? claims, DateTimeOffset now)
    {
        var held = _held is { } unexpired && unexpired.LivesAt(now) && unexpired.Token.Value != rejected?.Value ? unexpired : null;
        if (claims is null)
        {
            return held?.Token;
        }

        // Without the rejected token it is not known whether the held one is another.
        if (rejected is not null && held is not null && held.StartedOn >= claims.NotBefore)
        {
            return held.Token;
        }

        if (_renewals?.AnswerTo(claims, now) is not { } answer
            || answer.Token.Value == rejected?.Value
            || (rejected is null && !RenewalMemory.IsRecent(answer, now)))
        {
            return null;
        }

        // Back into its place, so that the resource that asked rejects no further call, and what is rejected next is known to be this
        // token.
        _held = answer;
        _renewals.Keep(claims);
        return answer.Token;
    }

    private TokenFlight? TakeOffToRenew(TokenRequest request, AccessToken? rejected, DemandedClaims? claims)
    {
        _renewals ??= new RenewalMemory(flights.TimeProvider);
        if (!_renewals.TryStart())
        {
            return null;
        }

        var kept = _renewals.Kept;
        return TakeOff(request, new TokenFlight
        {
            IsRenewal = true,
            Rejected = rejected,
            Claims = claims ?? kept,
            KeepsClaims = claims is null && kept is not null,
        });
    }
}
