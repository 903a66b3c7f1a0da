namespace WorkloadIdentity;

/// <summary>
/// What a cache entry remembers of renewals: how many may still run, which token answered which claims, and the claims that its API asks
/// for. Not safe for concurrent use: the entry's lock guards it.
/// </summary>
internal sealed class RenewalMemory(TimeProvider timeProvider)
{
    private const int FreeRenewals = 2;
    private const int AnswersKept = 4;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    private readonly List<(string ClaimsHash, CachedToken Token)> _answers = [];
    private int _renewals;
    private long _lastAt;

    /// <summary>The claims that the API asked for last; the next acquisition carries them too. Null when there are none.</summary>
    public DemandedClaims? Kept { get; private set; }

    /// <summary>
    /// Whether another renewal may run. After the second it is one per 30 s, so that an API that rejects everything costs little.
    /// </summary>
    public bool TryStart()
    {
        if (_renewals >= FreeRenewals && timeProvider.GetElapsedTime(_lastAt) < Interval)
        {
            return false;
        }

        _renewals++;
        _lastAt = timeProvider.GetTimestamp();
        return true;
    }

    /// <summary>Remembers the token that was issued for these claims.</summary>
    public void Remember(DemandedClaims claims, CachedToken token)
    {
        _answers.RemoveAll(answer => answer.ClaimsHash == claims.Hash);
        if (_answers.Count == AnswersKept)
        {
            _answers.RemoveAt(0);
        }

        _answers.Add((claims.Hash, token));
        Keep(claims);
    }

    /// <summary>The unexpired token that was issued for the same claims; null when there is none.</summary>
    public CachedToken? AnswerTo(DemandedClaims claims, DateTimeOffset now) =>
        _answers.Find(answer => answer.ClaimsHash == claims.Hash).Token is var token && token.IsUnexpiredAt(now) ? token : null;

    /// <summary>
    /// Whether an answer is so new that a caller who names no rejected token has not seen it yet: Azure clients that share a cache ask one
    /// by one.
    /// </summary>
    public static bool IsRecent(CachedToken answer, DateTimeOffset now) => answer.HeldFor(now.UtcTicks) < Interval;

    /// <summary>
    /// Forgets the answers that an API rejected: outright, for the claims they were issued for, or for their age.
    /// </summary>
    public void Reject(AccessToken? rejected, DemandedClaims? claims) => _answers.RemoveAll(answer =>
        (answer.ClaimsHash != claims?.Hash && answer.Token.StartedOn < claims?.NotBefore)
        || (answer.Token.Token?.Value == rejected?.Value
            && (claims is null || claims.NotBefore is not null || answer.ClaimsHash == claims.Hash)));

    /// <summary>Claims that only ask for a newer token are not kept, because every later token is newer.</summary>
    public void Keep(DemandedClaims claims)
    {
        if (claims.NotBefore is null)
        {
            Kept = claims;
        }
    }

    /// <summary>Forgets the claims, because the issuer refuses them. The next acquisition does not carry them.</summary>
    public void ForgetKept() => Kept = null;
}
