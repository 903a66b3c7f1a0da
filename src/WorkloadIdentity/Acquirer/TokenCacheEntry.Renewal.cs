namespace WorkloadIdentity;

/// <content>Renewal: what the entry does when an API has rejected its token.</content>
internal abstract partial class TokenCacheEntry
{
    private RenewalMemory? _renewals;

    /// <summary>
    /// Compare and swap: returns any token but the rejected one that satisfies the claims, and renews if there is none.
    /// Null when this entry was retired.
    /// </summary>
    /// <exception cref="TokenAcquisitionException">The renewal was refused.</exception>
    public async ValueTask<AccessToken?> RenewAsync(
        TokenRequest request, AccessToken? rejected, DemandedClaims? claims, CancellationToken cancellationToken)
    {
        while (true)
        {
            InFlightAcquisition? acquisition;
            AccessToken? remembered;
            lock (this)
            {
                if (_isRetired)
                {
                    return null;
                }

                _renewals?.Reject(rejected, claims);
                var now = setup.TimeProvider.GetUtcNow();
                if (OtherThan(rejected, claims, now) is { } other)
                {
                    return other;
                }

                remembered = claims is null ? null : _renewals?.AnswerTo(claims, now)?.Token;
                acquisition = _inFlight ?? StartRenewal(request, rejected, claims);
            }

            if (acquisition is null)
            {
                // The renewals are used up: there is no newer token now.
                return rejected ?? remembered ?? await GetAsync(request, cancellationToken).ConfigureAwait(false);
            }

            var waiting = acquisition.WaitAsync(Timeout.InfiniteTimeSpan, setup.TimeProvider, cancellationToken);
            var result = await waiting.ConfigureAwait(false);
            if (result is null)
            {
                continue;
            }

            if (result.Token is { } token && token.Value != rejected?.Value && acquisition.Satisfies(claims))
            {
                return token;
            }

            // That acquisition was for another caller's claims, or earlier claims made it fail. The token that it brought may still be new
            // enough; otherwise a renewal of our own starts.
            if (!acquisition.Renews(claims) || acquisition.IsRefusedForKeptClaims(result))
            {
                continue;
            }

            if (result.Error is { } error && !error.UnsupportedFeatures.HasFlag(RequestFeatures.Claims))
            {
                throw new TokenAcquisitionException(error, result.Attempts);
            }

            // The credential cannot carry claims, or it returned the rejected token again.
            return rejected ?? await GetAsync(request, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>An unexpired token that is not the rejected one and satisfies the claims; null when there is none.</summary>
    private AccessToken? OtherThan(AccessToken? rejected, DemandedClaims? claims, DateTimeOffset now)
    {
        var held = _held.IsUnexpiredAt(now) && _held.Token.Value != rejected?.Value ? _held.Token : null;
        if (claims is null)
        {
            return held;
        }

        // Without the rejected token it is unknown whether the held token is another one.
        if (rejected is not null && held is not null && _held.StartedOn >= claims.NotBefore)
        {
            return held;
        }

        if (_renewals?.AnswerTo(claims, now) is not { } answer
            || answer.Token?.Value == rejected?.Value
            || (rejected is null && !RenewalMemory.IsRecent(answer, now)))
        {
            return null;
        }

        // It is held again, so that the API which asked accepts the next calls, and a rejected token is known to be this one.
        Hold(answer);
        _renewals.Keep(claims);
        return answer.Token;
    }

    private InFlightAcquisition? StartRenewal(TokenRequest request, AccessToken? rejected, DemandedClaims? claims)
    {
        _renewals ??= new RenewalMemory(setup.TimeProvider);
        if (!_renewals.TryStart())
        {
            return null;
        }

        var kept = _renewals.Kept;
        return Start(request, new InFlightAcquisition
        {
            IsRenewal = true,
            Rejected = rejected,
            Claims = claims ?? kept,
            KeepsClaims = claims is null && kept is not null,
        });
    }
}
