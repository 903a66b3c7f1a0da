using System.Net.Http.Headers;

namespace WorkloadIdentity.Governance;

/// <summary>
/// How long to wait before a request is sent again: what Graph asks for, in full, or else an exponential delay. A random share is added, so
/// that clients which were throttled together do not come back together.
/// </summary>
internal sealed class RetryDelay(TimeProvider timeProvider, Func<double> jitter)
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    /// <summary>The delay before the attempt that follows <paramref name="attempt"/>, which is counted from 1.</summary>
    public TimeSpan After(int attempt, TimeSpan? retryAfter)
    {
        if (retryAfter is { } asked)
        {
            return asked + (TimeSpan.FromSeconds(1) * jitter());
        }

        var delay = First * Math.Pow(2, Math.Min(attempt - 1, 10));
        return (delay < Longest ? delay : Longest) * (1 + (0.5 * jitter()));
    }

    /// <summary>What an answer asks for, in seconds or as a date. A date is compared with the clock of the server that wrote it.</summary>
    public TimeSpan? Asked(HttpResponseHeaders headers)
    {
        if (headers.RetryAfter is not { } asked)
        {
            return null;
        }

        var delay = asked.Delta ?? asked.Date - (headers.Date ?? timeProvider.GetUtcNow());
        return delay is { } wait && wait < TimeSpan.Zero ? TimeSpan.Zero : delay;
    }
}
