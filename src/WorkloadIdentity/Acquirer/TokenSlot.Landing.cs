namespace WorkloadIdentity;

/// <summary>Landing: what becomes of the result of a flight.</summary>
internal sealed partial class TokenSlot
{
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
            if (result.Token is not { } token)
            {
                LandWithoutToken(flight, request, result, now);
            }
            else if (flight.IsRenewal ? token.Value != flight.Rejected?.Value : IsSuccessor(token, now))
            {
                Hold(flight, token, now);
            }
            else if (!flight.IsRenewal)
            {
                // IMDS and App Service hand out the token of their own cache: asking again at once would change nothing.
                LandFailure(request, TokenResult.Failed(NoSuccessor), now);
            }

            return result;
        }
    }

    /// <summary>A renewal is not held against others: it is counted by its own budget.</summary>
    private void LandWithoutToken(TokenFlight flight, TokenRequest request, TokenResult failure, DateTimeOffset now)
    {
        if (flight.IsRefusedForKeptClaims(failure))
        {
            _renewals!.ForgetKept();
        }
        else if (!flight.IsRenewal)
        {
            LandFailure(request, failure, now);
        }
    }

    private static TokenError NoSuccessor =>
        new(TokenErrorKind.InvalidResponse, "The issuer gave a token that lives no longer than the one held.")
        {
            IsTransient = true,
        };

    private bool IsSuccessor(AccessToken token, DateTimeOffset now) =>
        _held is not { } held || !held.LivesAt(now) || (token.Value != held.Token.Value && token.ExpiresOn > held.Token.ExpiresOn);

    private void LandFailure(TokenRequest request, TokenResult failure, DateTimeOffset now)
    {
        _failures ??= new FailureMemory(flights.TimeProvider);
        _failures.Remember(failure);
        if (_held is { } held && held.LivesAt(now))
        {
            flights.Metrics.RefreshFailed(failure.Error!);
            var backOff = _failures.Remaining(behindLivingToken: true);
            Log.RefreshFailed(flights.Logger, ResourceName.Of(request.Scope), held.Token.ExpiresOn, backOff, failure.Error!);
        }
    }

    private void Hold(TokenFlight flight, AccessToken token, DateTimeOffset now)
    {
        _held = new TokenFreshness(token, now, flights.DrawJitter(), user?.NotAfter ?? long.MaxValue, flight.StartedOn);
        _failures = null;
        if (flight.Claims is { } claims)
        {
            _renewals!.Remember(claims, _held);
        }
    }
}
