using Benchmarks;

namespace WorkloadIdentity.Tests;

/// <summary>What the arguments of the benchmarks' program choose.</summary>
public sealed class BenchmarkChoiceTests
{
    [Theory]
    [InlineData("hit", null)]
    [InlineData("report", null)]
    [InlineData("million", null)]
    [InlineData("million 10000", 10_000)]
    [InlineData("users 500", 500)]
    [InlineData("minute 1", 1)]
    public void A_benchmark_is_chosen_and_for_some_its_size(string arguments, int? size) =>
        Assert.Equal((arguments.Split(' ')[0], size), (Read(arguments)!.Name, Read(arguments)!.Size));

    [Theory]
    [InlineData("report", "")]
    [InlineData("report hit", "hit")]
    [InlineData("report hit million", "hit million")]
    public void A_report_is_of_all_benchmarks_or_of_those_named(string arguments, string names) =>
        Assert.Equal(names, string.Join(' ', Read(arguments)!.Reported));

    [Theory]
    [InlineData("")]
    [InlineData("hit abc")]
    [InlineData("hit 5")]
    [InlineData("report 5")]
    [InlineData("million 0")]
    [InlineData("million -5")]
    [InlineData("million abc")]
    [InlineData("million 1,000")]
    [InlineData("million 99999999999")]
    [InlineData("million 5 6")]
    public void Other_arguments_choose_nothing(string arguments) => Assert.Null(Read(arguments));

    private static Choice? Read(string arguments) => Choice.Read(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
