using System.Diagnostics;

namespace WorkloadIdentity;

/// <content>Completion: the entry runs its acquisition and stores the result.</content>
internal abstract partial class TokenCacheEntry
{
    protected bool HoldsUnexpiredToken => _held?.IsUnexpiredAt(setup.TimeProvider.GetUtcNow()) == true;

    /// <summary>Called after each acquisition.</summary>
    protected virtual void Completed()
    {
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
            Remember(request, TokenResult.Failed(NoSuccessor), now);
        }
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

    private static TokenError NoSuccessor => new(
        TokenErrorKind.InvalidResponse, "The issuer returned a token that expires no later than the one that is held.")
    {
        IsTransient = true,
    };

    private bool IsSuccessor(AccessToken token, DateTimeOffset now) => _held is not { } held || !held.IsUnexpiredAt(now)
        || (token.Value != held.Token.Value && token.ExpiresOn > held.Token.ExpiresOn);

    private void Remember(TokenRequest request, TokenResult failure, DateTimeOffset now)
    {
        _failures ??= new FailureMemory(setup.TimeProvider);
        _failures.Remember(failure);
        if (_held is { } held && held.IsUnexpiredAt(now))
        {
            setup.Metrics.RefreshFailed(failure.Error!);
            var backOff = _failures.Remaining(behindLivingToken: true);
            Log.RefreshFailed(setup.Logger, ResourceName.Of(request.Scope), held.Token.ExpiresOn, backOff, failure.Error!);
        }
    }

    private void StoreToken(InFlightAcquisition acquisition, AccessToken token, DateTimeOffset now)
    {
        _held = new CachedToken(token, now, setup.Options.Jitter(), NotAfter, acquisition.StartedOn);
        _failures = null;
        if (acquisition.Claims is { } claims)
        {
            _renewals!.Remember(claims, _held);
        }
    }
}
