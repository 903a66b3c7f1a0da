using System.Text;

namespace OwnCredential.Tests;

public sealed class BuildJobAssertionSourceTests
{
    private const string Jwt = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJqb2IifQ.c2lnbmF0dXJl";

    private readonly Dictionary<string, string> _variables = new() { [BuildJobAssertionSource.FileVariable] = "/run/job/token" };
    private readonly Dictionary<string, byte[]> _files = [];

    [Fact]
    public async Task The_assertion_is_the_line_of_the_file_as_it_stands_now()
    {
        _files["/run/job/token"] = Encoding.UTF8.GetBytes($"{Jwt}\n");
        Assert.Equal(Jwt, (await AskAsync()).Assertion);

        _files["/run/job/token"] = Encoding.UTF8.GetBytes($"{Jwt}2");
        Assert.Equal($"{Jwt}2", (await AskAsync()).Assertion);
    }

    [Fact]
    public async Task Without_the_variable_this_is_no_build_job()
    {
        _variables.Clear();

        Assert.Equal(TokenVerdict.Unavailable, (await AskAsync()).Verdict);
    }

    [Theory]
    [InlineData(null, "'/run/job/token' does not exist")]
    [InlineData("", "'/run/job/token' is empty")]
    [InlineData("Bearer " + Jwt, "Expected one JWT and nothing else")]
    public async Task A_file_without_a_token_is_a_failure_that_does_not_show_it(string? content, string message)
    {
        if (content is not null)
        {
            _files["/run/job/token"] = Encoding.UTF8.GetBytes(content);
        }

        var result = await AskAsync();

        Assert.Equal(TokenVerdict.Failed, result.Verdict);
        Assert.Contains(message, result.Error!.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Jwt, result.Error.Message, StringComparison.Ordinal);
    }

    private ValueTask<AssertionResult> AskAsync() => new BuildJobAssertionSource().GetAssertionAsync(
        new AssertionRequest(EntraCloud.Public, "contoso.com", "6bf7ab3f-6a37-4f6d-9a3c-2ee0f1d1f8a3", "api://orders/.default")
        {
            Environment = WorkloadEnvironment.FromValues(_variables, _files),
        },
        CancellationToken.None);
}
