using Benchmarks;

namespace WorkloadIdentity.Tests;

/// <summary>How the report of the benchmarks prints two runs of one benchmark.</summary>
public sealed class RepetitionTests
{
    [Theory]
    [InlineData("| Msal | 5,000.0 ns | 373 |", "| Msal | 5,999.9 ns | 373 |", "| Msal | 5,000.0 ns | 373 |")]
    [InlineData("| Msal | 5,000.0 ns | 373 |", "| Msal | 6,000.1 ns | 311 |", "| Msal | 5,000.0 to 6,000.1 ns | 373 |")]
    [InlineData("| ours | 17.1 ns | 0 |", "| ours | 13.3 ns | 0 |", "| ours | 13.3 to 17.1 ns | 0 |")]
    [InlineData("| ours | 0 |", "| ours | 1 |", "| ours | 0 to 1 |")]
    [InlineData("| socket | -2,089 |", "| socket | 5 |", "| socket | -2,089 to 5 |")]
    [InlineData("| socket | -100 |", "| socket | -110 |", "| socket | -100 |")]
    [InlineData("| ours | under 0.1 ms |", "| ours | 2.3 ms |", "| ours | under 0.1 ms or 2.3 ms |")]
    [InlineData("|---|---|", "|---|---|", "|---|---|")]
    [InlineData("at least 60 times faster: 39", "at least 60 times faster: 70", "at least 60 times faster: 39 to 70")]
    [InlineData("1.005, -2,089 bytes", "1.006, -9,000 bytes", "1.005, -9,000 to -2,089 bytes")]
    [InlineData("| p99 of x2 | 1 |", "| p99 of x2 | 9 |", "| p99 of x2 | 1 to 9 |")]
    public void A_figure_that_differs_by_more_than_a_fifth_is_a_range(string first, string second, string merged) =>
        Assert.Equal(merged, Repetition.Merge(first, second));
}
