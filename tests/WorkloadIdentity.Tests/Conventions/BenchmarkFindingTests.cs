using Benchmarks;

namespace WorkloadIdentity.Tests;

/// <summary>What the page of the benchmarks says of a goal that was missed.</summary>
public sealed class BenchmarkFindingTests
{
    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public void The_reason_of_the_run_that_missed_the_goal_is_printed(bool first, bool second) =>
        Assert.EndsWith("- **missed**: fast\n\nReason: slow.", Run(first).And(Run(second)).ToString(), StringComparison.Ordinal);

    [Fact]
    public void Without_a_missed_goal_no_reason_is_printed() =>
        Assert.EndsWith("- reached: fast", Run(true).And(Run(true)).ToString(), StringComparison.Ordinal);

    private static Finding Run(bool isMet) =>
        new("Speed", "How.", ["| a |"], new Goal($"fast", isMet)) { InTheWay = isMet ? null : "slow." };
}
