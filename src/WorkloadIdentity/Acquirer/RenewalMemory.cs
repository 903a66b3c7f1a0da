namespace WorkloadIdentity;

/// <summary>
/// What a slot remembers of renewals: how many it may still run, which token answered which claims, and the claims that its resource asks
/// for.
/// Not safe for concurrent use: the slot's lock guards it.
/// </summary>
internal sealed class RenewalMemory(TimeProvider timeProvider)
{
    private const int FreeRenewals = 2;
    private const int AnswersKept = 4;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    private readonly List<(string ClaimsHash, TokenFreshness Token)> _answers = [];
    private int _renewals;
    private long _lastAt;

    /// <summary>The claims that the resource asked for last: what is acquired next carries them too. Null when there are none.</summary>
    public DemandedClaims? Kept { get; private set; }

    /// <summary>
    /// Whether another renewal may run: after the second, one per 30 s, so that an API that rejects everything costs little.
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

    /// <summary>A token came that was issued for these claims.</summary>
    public void Remember(DemandedClaims claims, TokenFreshness token)
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
    public TokenFreshness? AnswerTo(DemandedClaims claims, DateTimeOffset now) =>
        _answers.Find(answer => answer.ClaimsHash == claims.Hash).Token is { } token && token.LivesAt(now) ? token : null;

    /// <summary>
    /// Whether an answer is so young that who asks again without naming a rejected token did not see it yet: Azure clients that share a
    /// cache ask one by one.
    /// </summary>
    public static bool IsRecent(TokenFreshness answer, DateTimeOffset now) => answer.HeldFor(now) < Interval;

    /// <summary>
    /// What an API rejected answers nothing any more: when it was rejected outright, for the very claims it was issued for, or for its age.
    /// </summary>
    public void Reject(AccessToken? rejected, DemandedClaims? claims) => _answers.RemoveAll(answer =>
        (answer.ClaimsHash != claims?.Hash && answer.Token.StartedOn < claims?.NotBefore)
        || (answer.Token.Token.Value == rejected?.Value
            && (claims is null || claims.NotBefore is not null || answer.ClaimsHash == claims.Hash)));

    /// <summary>Claims that only ask for a newer token are not kept: every token acquired later is newer.</summary>
    public void Keep(DemandedClaims claims)
    {
        if (claims.NotBefore is null)
        {
            Kept = claims;
        }
    }

    /// <summary>The issuer refuses the claims: what is acquired next goes without them.</summary>
    public void ForgetKept() => Kept = null;
}
