namespace WorkloadIdentity.Tests;

/// <summary>
/// A token is printed into shells, headers and files of variables. One that is no Bearer token (RFC 6750) could be a command there.
/// </summary>
public sealed class PrintedTokenTests
{
    private const string Scope = "api://orders/.default";
    private const string Kubectl = """{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1"}""";

    private static readonly string[][] Forms =
    [
        ["token", "--env", "--raw"], ["token", "--env", "VAULT_TOKEN", "--raw"], ["token", "--header", "--raw"], ["token", "--raw"],
        ["token", "--json", "--raw"], ["exec-credential"],
    ];

    public static TheoryData<string> Others =>
    [
        "$(canary)", "canary;id", "canary`id`", "canary|b", "canary&b", "canary'b", "canary*", "canary%0A::set-env", "~canary", "canary=b",
        "canary,b", "{canary}", "<canary>", "canary#b", "canary!b",
    ];

    [Theory]
    [MemberData(nameof(Others))]
    public async Task No_form_prints_what_a_shell_would_read_as_its_own(string value)
    {
        var bench = Bench();
        bench.Answer = _ => bench.Issued(value);

        foreach (var form in Forms)
        {
            var run = await bench.RunAsync([.. form, "--scope", Scope]);
            Assert.Equal((4, ""), (run.ExitCode, run.Out));
            Assert.DoesNotContain("canary", run.Error, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("eyJ0eXAi.eyJhdWQi.sig-na_ture")]
    [InlineData("aGVsbG8+/w==")]
    [InlineData("a~b")]
    public async Task A_Bearer_token_is_printed_as_it_is(string value)
    {
        var bench = Bench();
        bench.Answer = _ => bench.Issued(value);

        foreach (var form in Forms)
        {
            var run = await bench.RunAsync([.. form, "--scope", Scope]);
            Assert.Equal(0, run.ExitCode);

            // JSON may write a plus sign by its number.
            Assert.Contains(value, run.Out.Replace("\\u002B", "+", StringComparison.Ordinal), StringComparison.Ordinal);
            Assert.Equal($"::add-mask::{value}\n", run.Error);
        }
    }

    private static ToolBench Bench() => new ToolBench().WithSecret().With(("KUBERNETES_EXEC_INFO", Kubectl), ("GITHUB_ACTIONS", "true"));
}
