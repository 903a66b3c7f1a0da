using System.Globalization;

namespace Benchmarks;

/// <summary>What the arguments choose.</summary>
/// <param name="Name">The benchmark, or <c>report</c>.</param>
/// <param name="Size">The size of the benchmark; null for the usual one.</param>
internal sealed record Choice(string Name, int? Size)
{
    /// <summary>The benchmarks to report; none means all.</summary>
    public IReadOnlyList<string> Reported { get; init; } = [];

    /// <summary>
    /// Reads NAME, NAME SIZE or report NAME…. Null if the arguments are none of these, or if the benchmark takes no size.
    /// </summary>
    public static Choice? Read(string[] args) => args switch
    {
        [var name] => new Choice(name, Size: null),
        ["report", .. var names] when names.All(name => name.All(char.IsAsciiLetter)) =>
            new Choice("report", Size: null) { Reported = names },
        [("million" or "users" or "minute") and var name, var text]
            when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var size) && size > 0 => new Choice(name, size),
        _ => null,
    };
}
