using WorkloadIdentity.Tool;

namespace WorkloadIdentity.Tests;

/// <summary>
/// A token is printed into shells, headers and files of variables. <see cref="AccessToken"/> takes Bearer tokens only (RFC 6750), and of
/// those a shell gives a meaning to one first character.
/// </summary>
public sealed class PrintedTokenTests
{
    private const string Scope = "api://orders/.default";

    [Theory]
    [InlineData("~")]
    [InlineData("~root")]
    [InlineData("~root/canary==")]
    public async Task A_token_that_a_shell_reads_as_a_home_folder_is_not_printed(string value)
    {
        var error = new StringWriter();
        var surroundings = new ToolBench().With(("GITHUB_ACTIONS", "true")).Surroundings(new StringWriter(), error);

        var refused = await Assert.ThrowsAsync<ToolException>(() => PrintedToken.RevealAsync(surroundings, Token(value)));

        Assert.Equal(4, refused.ExitCode);
        Assert.DoesNotContain("root", refused.Message + refused.Advice, StringComparison.Ordinal);
        Assert.Equal("", error.ToString());
    }

    [Theory]
    [InlineData("eyJ0eXAi.eyJhdWQi.sig-na_ture")]
    [InlineData("aGVsbG8+/w==")]
    [InlineData("a~b")]
    public async Task A_Bearer_token_is_printed_as_it_is(string value) =>
        Assert.Equal(
            value, await PrintedToken.RevealAsync(new ToolBench().Surroundings(new StringWriter(), new StringWriter()), Token(value)));

    [Fact]
    public async Task No_form_prints_what_a_shell_would_run()
    {
        const string Kubectl = """{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1"}""";
        var bench = new ToolBench().WithSecret().With(("KUBERNETES_EXEC_INFO", Kubectl));
        bench.Answer = _ => bench.Issued("~canary");

        foreach (string[] command in new string[][]
        {
            ["token", "--env", "--raw"], ["token", "--env", "VAULT_TOKEN", "--raw"], ["token", "--header", "--raw"], ["token", "--raw"],
            ["token", "--json", "--raw"], ["exec-credential"],
        })
        {
            var run = await bench.RunAsync([.. command, "--scope", Scope]);
            Assert.Equal((4, ""), (run.ExitCode, run.Out));
            Assert.DoesNotContain("canary", run.Error, StringComparison.Ordinal);
        }
    }

    private static AccessToken Token(string value) => new(value, DateTimeOffset.MaxValue, tokenType: "pop");
}
