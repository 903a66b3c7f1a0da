namespace WorkloadIdentity;

/// <summary>Renewal: what happens in a slot when an API has rejected its token.</summary>
internal sealed partial class TokenSlot
{
    private RenewalMemory? _renewals;

    /// <summary>Compare and swap: any token but the rejected one, brought by a renewal if need be. Null when this slot was retired.</summary>
    /// <exception cref="TokenAcquisitionException">The renewal was refused.</exception>
    public async ValueTask<AccessToken?> RenewAsync(TokenRequest request, AccessToken? rejected, string? claims, CancellationToken cancellationToken)
    {
        var claimsHash = RenewalMemory.HashOf(claims);
        while (true)
        {
            TokenFlight? flight;
            lock (this)
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

    private TokenFlight? TakeOffToRenew(TokenRequest request, AccessToken? rejected, string? claims, string? claimsHash)
    {
        _renewals ??= new RenewalMemory(flights.TimeProvider);
        return _renewals.TryStart()
            ? TakeOff(request, new TokenFlight { IsRenewal = true, Rejected = rejected, ClaimsHash = claimsHash }, claims)
            : null;
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
}
