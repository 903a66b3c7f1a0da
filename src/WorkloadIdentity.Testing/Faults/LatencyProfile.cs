using System.Globalization;

namespace WorkloadIdentity.Testing;

/// <summary>
/// How long answers take, drawn anew for each one. Two profiles made alike draw alike, so a test can be run again. Safe for concurrent use.
/// </summary>
public sealed class LatencyProfile
{
    private readonly Func<double, TimeSpan> _at;
    private readonly string _name;
    private readonly Lock _gate = new();
    private readonly Random _random;

    private LatencyProfile(string name, int seed, Func<double, TimeSpan> at)
    {
        _name = name;
        _at = at;
        _random = new Random(seed);
    }

    /// <summary>Every answer takes this long.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The time is negative.</exception>
    public static LatencyProfile Fixed(TimeSpan time) => Between(time, time);

    /// <summary>Anything from <paramref name="least"/> to <paramref name="most"/> is equally likely.</summary>
    /// <param name="least">The shortest time.</param>
    /// <param name="most">The longest time.</param>
    /// <param name="seed">Where the random numbers start.</param>
    /// <exception cref="ArgumentOutOfRangeException">A time is negative, or the longest is shorter than the shortest.</exception>
    public static LatencyProfile Between(TimeSpan least, TimeSpan most, int seed = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(least, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(most, least);
        return new(least == most ? Text(least) : $"{Text(least)} to {Text(most)}", seed, share => least + (most - least) * share);
    }

    /// <summary>
    /// Half of all answers take up to <paramref name="median"/>, 95 of 100 up to <paramref name="p95"/>, all but one in a hundred up to
    /// <paramref name="p99"/>, and that one up to twice as long: the shape of a real service, with its long tail.
    /// </summary>
    /// <param name="median">The time half of the answers keep within.</param>
    /// <param name="p95">The time 95 % keep within.</param>
    /// <param name="p99">The time 99 % keep within.</param>
    /// <param name="seed">Where the random numbers start.</param>
    /// <exception cref="ArgumentOutOfRangeException">The median is negative, or a later time is shorter than an earlier one.</exception>
    public static LatencyProfile Percentiles(TimeSpan median, TimeSpan p95, TimeSpan p99, int seed = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(median, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(p95, median);
        ArgumentOutOfRangeException.ThrowIfLessThan(p99, p95);
        (double Share, TimeSpan Time)[] points = [(0, median / 2), (0.5, median), (0.95, p95), (0.99, p99), (1, p99 * 2)];
        return new($"{Text(median)}, 95 % within {Text(p95)}, 99 % within {Text(p99)}", seed, share =>
        {
            var next = Array.FindIndex(points, 1, point => share <= point.Share);
            var (from, to) = (points[next - 1], points[next]);
            return from.Time + (to.Time - from.Time) * ((share - from.Share) / (to.Share - from.Share));
        });
    }

    /// <summary>The profile in words.</summary>
    public override string ToString() => _name;

    internal TimeSpan Next()
    {
        lock (_gate)
        {
            return _at(_random.NextDouble());
        }
    }

    private static string Text(TimeSpan time) => $"{time.TotalMilliseconds.ToString("0.###", CultureInfo.InvariantCulture)} ms";
}
