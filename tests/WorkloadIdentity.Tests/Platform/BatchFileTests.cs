namespace WorkloadIdentity.Tests;

/// <summary>What cmd.exe would read as more than text never reaches it.</summary>
public sealed class BatchFileTests
{
    [Theory]
    [InlineData(@"C:\tools\token.cmd")]
    [InlineData(@"C:\tools\token.bat")]
    [InlineData(@"C:\tools\TOKEN.BAT")]
    [InlineData(@"C:\tools\token.cmd ")]
    [InlineData(@"C:\tools\token.bat. .")]
    public void A_batch_file_takes_no_argument_that_is_more_than_text(string path)
    {
        foreach (var special in "%\"&^|<>!\r\n")
        {
            Assert.NotNull(BatchFile.Problem(path, "--audience", $"api://x{special}calc"));
        }

        Assert.Null(BatchFile.Problem(path));
        Assert.Null(BatchFile.Problem(path, "--audience", "api://AzureADTokenExchange", "with space", "a=b;c,d'(e)"));
    }

    [Theory]
    [InlineData(@"C:\a&b\token.cmd")]
    [InlineData(@"C:\%TEMP%\token.bat")]
    public void Nor_is_its_own_path(string path) => Assert.NotNull(BatchFile.Problem(path));

    [Theory]
    [InlineData(@"C:\tools\token.exe")]
    [InlineData(@"C:\a&b\token")]
    [InlineData("/usr/local/bin/token")]
    [InlineData("/usr/local/bin/bat")]
    public void Any_other_program_takes_its_arguments_as_they_are(string path) => Assert.Null(BatchFile.Problem(path, "%PATH%", "\"&calc"));

    [TheoryOn(Systems.Unix)]
    [InlineData("/opt/token.cmd")]
    [InlineData("/opt/token.BAT")]
    public void A_command_in_configuration_or_code_is_refused_before_it_is_run(string path)
    {
        var exception = Assert.Throws<ArgumentException>("arguments", () => AssertionSource.FromCommand(path, ["x&calc-canary"]));

        Assert.Contains("batch file", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", exception.Message, StringComparison.Ordinal);
        Assert.NotNull(AssertionSource.FromCommand(path, ["--audience", "x"]));
    }
}
