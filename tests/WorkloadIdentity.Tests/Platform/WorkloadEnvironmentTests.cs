using System.Text;

namespace WorkloadIdentity.Tests;

/// <summary>What a credential from outside reads with it. Time limits and odd files are for <see cref="FileReadsTests"/>.</summary>
public sealed class WorkloadEnvironmentTests
{
    private readonly WorkloadEnvironment _environment = WorkloadEnvironment.FromValues(
        new Dictionary<string, string> { ["SET"] = "value", ["EMPTY"] = "" },
        new Dictionary<string, byte[]>
        {
            ["/line"] = Encoding.UTF8.GetBytes(" secret\n"),
            ["/lines"] = Encoding.UTF8.GetBytes("one\ntwo"),
            ["/empty"] = [],
            ["/large"] = new byte[(1024 * 1024) + 1],
        });

    [Fact]
    public void An_empty_variable_is_absent()
    {
        Assert.Equal("value", _environment.Variable("SET"));
        Assert.Null(_environment.Variable("EMPTY"));
        Assert.Null(_environment.Variable("ABSENT"));
    }

    [Fact]
    public void A_file_gives_its_bytes_and_a_line_its_text()
    {
        Assert.True(_environment.TryReadFile("/lines", out var content, out var problem));
        Assert.Equal((7, null), (content.Length, problem));
        Assert.True(_environment.TryReadLine("/line", out var line, out problem));
        Assert.Equal(("secret", null), (line, problem));
        Assert.True(_environment.FileExists("/large"));
        Assert.False(_environment.FileExists("/absent"));
    }

    [Theory]
    [InlineData("/absent", "'/absent' does not exist")]
    [InlineData("/large", "'/large' is larger than 1024 KiB")]
    [InlineData("/empty", "'/empty' is empty")]
    [InlineData("/lines", "more than one line")]
    public void What_is_no_line_has_a_problem_in_words(string path, string problem)
    {
        Assert.False(_environment.TryReadLine(path, out var line, out var said));
        Assert.Null(line);
        Assert.Contains(problem, said, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_cannot_be_read_has_the_same_problem()
    {
        Assert.False(_environment.TryReadFile("/absent", out var content, out var problem));
        Assert.Equal((null, "'/absent' does not exist"), (content, problem));
    }
}
