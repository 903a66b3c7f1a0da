using System.Security.Cryptography;

namespace WorkloadIdentity.DistributedCache;

/// <summary>
/// Lets one process of a fleet ask for a token while the others wait for it. A best effort over a cache that can only get and set: several may ask all the same, and
/// when the one who asks fails or dies the others ask for themselves when their wait is over. Nothing but the number of token requests hangs on it.
/// </summary>
internal sealed class FleetLease(LimitedCache cache, TimeProvider timeProvider)
{
    /// <summary>Less than the two seconds an acquirer waits for its store.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1.8);
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(200);

    /// <summary>Null at once when this process should ask; otherwise the token another brings, or null when none came in time.</summary>
    /// <param name="entry">The name of the token's entry.</param>
    /// <param name="started">When the store was asked.</param>
    /// <param name="look">Looks for the token.</param>
    /// <param name="end">Ends the wait.</param>
    public async ValueTask<AccessToken?> WaitAsync(string entry, long started, Func<ValueTask<(AccessToken? Token, bool Answered)>> look, CancellationToken end)
    {
        if (await TakeAsync($"{entry}:lease", end).ConfigureAwait(false))
        {
            return null;
        }

        for (var pause = FirstPause; timeProvider.GetElapsedTime(started) + pause < LongestWait; pause = Longer(pause))
        {
            await Task.Delay(pause, timeProvider, end).ConfigureAwait(false);
            var (token, answered) = await look().ConfigureAwait(false);
            if (token is not null || !answered)
            {
                return token;
            }
        }

        return null;
    }

    /// <summary>Whether this process holds the lease, as far as can be told; true too when there is no telling.</summary>
    private async ValueTask<bool> TakeAsync(string name, CancellationToken end)
    {
        var mine = RandomNumberGenerator.GetBytes(16);
        var (other, answered) = await cache.ReadAsync(name, static value => value, end).ConfigureAwait(false);
        if (other is not null)
        {
            return false;
        }

        // Whoever wrote last has it: of those who found none at the same moment, all but one see another's here.
        return !answered
            || !await cache.WriteAsync(name, () => mine, Lifetime, end).ConfigureAwait(false)
            || await cache.ReadAsync(name, static value => value, end).ConfigureAwait(false) is not { Result: { } last }
            || last.AsSpan().SequenceEqual(mine);
    }

    private static TimeSpan Longer(TimeSpan pause) => pause * 1.5 < LongestPause ? pause * 1.5 : LongestPause;
}
