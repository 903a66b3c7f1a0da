using WorkloadIdentity.Tool;

namespace WorkloadIdentity.Tests;

public sealed class ProgressTests
{
    private readonly ToolBench _bench = new ToolBench { IsTerminal = true }.WithSecret();

    [Fact]
    public async Task What_is_done_within_a_second_shows_nothing()
    {
        var run = await _bench.RunAsync("token", "--scope", "api://orders/.default", "--raw");

        Assert.Equal((_bench.Token + "\n", ""), (run.Out, run.Error));
    }

    [Theory]
    [InlineData("xterm", true)]
    [InlineData("dumb", false)]
    public async Task What_takes_longer_says_so_on_standard_error_alone(string terminal, bool moves)
    {
        var run = await Slow().With(("TERM", terminal)).RunAsync("token", "--scope", "api://orders/.default", "--raw");

        Assert.Equal(_bench.Token + "\n", run.Out);
        Assert.Contains("Getting a token…", run.Error, StringComparison.Ordinal);
        Assert.Equal(moves, run.Error.Contains('\u001b', StringComparison.Ordinal));
    }

    [Fact]
    public async Task Nobody_is_told_where_standard_error_is_redirected()
    {
        _bench.IsTerminal = false;

        var run = await Slow().RunAsync("token", "--scope", "api://orders/.default", "--raw");

        Assert.Equal((_bench.Token + "\n", ""), (run.Out, run.Error));
    }

    [Fact]
    public async Task Failing_while_progress_is_shown_ends_in_the_same_error()
    {
        Slow().Answer = _ => ToolBench.Refused(7000215);

        var run = await _bench.RunAsync("token", "--scope", "api://orders/.default");

        Assert.Equal((ExitCodes.Failed, ""), (run.ExitCode, run.Out));
        Assert.Contains("AADSTS7000215", run.Error, StringComparison.Ordinal);
    }

    /// <summary>Entra fails in passing once, and is asked again after a while.</summary>
    private ToolBench Slow()
    {
        _bench.Entra.Answer(async (_, cancellationToken) =>
        {
            await Task.Delay(TimeSpan.FromSeconds(5), _bench.Clock, cancellationToken);
            return _bench.Answer(null!);
        });
        return _bench;
    }
}
