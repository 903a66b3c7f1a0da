using BenchmarkDotNet.Attributes;

namespace Benchmarks;

/// <summary>
/// A benchmark of cached hits. It counts the token requests that are made while it measures, and there must be none: a cache that is still
/// being filled, or whose tokens have expired, gives the figure of something else.
/// </summary>
public abstract class HitBenchmark
{
    private static int _checked;
    private static int _requested;

    private int _atSetup;

    private protected InMemoryEntra Entra { get; } = new();

    [GlobalCleanup]
    public void Count()
    {
        Interlocked.Increment(ref _checked);
        Interlocked.Add(ref _requested, Entra.Requests - _atSetup);
    }

    /// <summary>Runs benchmarks, and checks that each of them measured cached hits alone.</summary>
    /// <param name="name">The class of the benchmarks, for the message.</param>
    /// <param name="run">Runs them, and returns a result of each.</param>
    /// <exception cref="InvalidOperationException">A token was requested, or a benchmark was not checked.</exception>
    internal static TResult[] Check<TResult>(string name, Func<TResult[]> run)
    {
        (_checked, _requested) = (0, 0);
        var results = run();
        return _checked >= results.Length && _requested == 0
            ? results
            : throw new InvalidOperationException(
                $"{name} made {_requested} token requests while it measured cached hits ({_checked} of {results.Length} benchmarks "
                    + "counted them). The set-up must fill the cache before it returns.");
    }

    /// <summary>Fills the cache. BenchmarkDotNet's in-process toolchain waits for no task, so the set-up itself waits.</summary>
    private protected void Fill(Func<Task> fill)
    {
        Task.Run(fill).GetAwaiter().GetResult();
        _atSetup = Entra.Requests;
    }
}
