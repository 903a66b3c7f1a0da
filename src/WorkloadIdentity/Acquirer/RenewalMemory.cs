using System.Security.Cryptography;
using System.Text;

namespace WorkloadIdentity;

/// <summary>
/// What a slot remembers of renewals: how many it may still run, and which token answered which claims.
/// Not safe for concurrent use: the slot's lock guards it.
/// </summary>
internal sealed class RenewalMemory(TimeProvider timeProvider)
{
    private const int FreeRenewals = 2;
    private const int AnswersKept = 4;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    private readonly List<(string ClaimsHash, TokenFreshness Answer)> _answers = [];
    private int _renewals;
    private long _lastAt;

    /// <summary>Whether another renewal may run: after the second, one per 30 s, so that an API that rejects everything costs little.</summary>
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

    public void Remember(string claimsHash, TokenFreshness answer)
    {
        _answers.RemoveAll(entry => entry.ClaimsHash == claimsHash);
        if (_answers.Count == AnswersKept)
        {
            _answers.RemoveAt(0);
        }

        _answers.Add((claimsHash, answer));
    }

    /// <summary>The living token that answered the same claims; null when there is none.</summary>
    public AccessToken? AnswerTo(string claimsHash, DateTimeOffset now) =>
        _answers.Find(entry => entry.ClaimsHash == claimsHash).Answer is { } answer && answer.LivesAt(now) ? answer.Token : null;

    public static string? HashOf(string? claims) => claims is null ? null : Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(claims)));
}
