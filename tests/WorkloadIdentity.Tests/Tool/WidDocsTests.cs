using System.Text.RegularExpressions;

namespace WorkloadIdentity.Tests;

/// <summary>What docs/wid.md shows is what the tool writes.</summary>
public sealed partial class WidDocsTests
{
    private static readonly Dictionary<string, (Action<ToolBench> Arrange, string[] Args)> Examples = new()
    {
        ["doctor-mismatch"] = (Mismatch, ["doctor", "--scope", "api://orders/.default"]),
        ["doctor-fix"] = (Mismatch, ["doctor", "--fix", "bicep"]),
        ["explain"] = (_ => { }, ["explain", "AADSTS7000215"]),
        ["doctor-ok"] = (bench => bench.WithSecret(), ["doctor"]),
        ["doctor-json"] = (bench => bench.WithSecret(), ["doctor", "--json"]),
        ["token"] = (bench => bench.WithSecret(), ["token", "--scope", "https://graph.microsoft.com/.default"]),
        ["token-raw"] = (bench => bench.WithSecret().Answer = _ => bench.Issued("eyJ0eXAi.eyJhdWQi.signature"),
            ["token", "--scope", "https://graph.microsoft.com/.default", "--env", "--raw"]),
        ["token-decode"] = (bench => bench.WithSecret(), ["token", "--scope", "https://graph.microsoft.com/.default", "--decode"]),
        ["exec-credential"] = (bench =>
            bench.WithSecret()
                .With(
                    ("KUBERNETES_EXEC_INFO",
                        """{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","spec":{}}""")).Answer = _ =>
                            bench.Issued("token-of-the-cluster"), ["exec-credential"]),
        ["error"] = (bench => bench.With(("AZURE_CLIENT_SECRET", "secret-canary-1")),
            ["token", "--scope", "https://graph.microsoft.com/.default"]),
    };

    [Fact]
    public async Task Its_examples_are_what_the_tool_writes()
    {
        var page = Repository.Read("docs/wid.md");
        var fresh = page;
        var shown = new HashSet<string>();
        foreach (Match match in Example().Matches(page))
        {
            var name = match.Groups["name"].Value;
            Assert.True(shown.Add(name), $"{name} is shown twice.");
            var (arrange, args) = Examples[name];
            var bench = new ToolBench();
            arrange(bench);
            var run = await bench.RunAsync(args);
            fresh =
                fresh.Replace(
                    match.Value,
                    $"<!-- wid: {name} -->\n```\n$ wid {string.Join(' ', args)}\n{run.Out}{run.Error}```\n",
                    StringComparison.Ordinal);
        }

        Assert.Equal(Examples.Keys.Order(), shown.Order());
        if (fresh != page)
        {
            var received = Path.Combine(AppContext.BaseDirectory, "wid.received.md");
            await File.WriteAllTextAsync(received, fresh);
            Assert.Fail($"The output of wid changed. Look at the difference, and if it is meant: cp '{received}' docs/wid.md");
        }
    }

    [Fact]
    public void The_parts_of_the_page_that_errors_lead_to_are_there()
    {
        var parts =
            Heading().Matches(Repository.Read("docs/wid.md")).Select(match => match.Groups[1].Value.ToLowerInvariant().Replace(' ', '-'))
                .ToHashSet();
        string[] needed =
            [.. Repository.SourceFiles("src/WorkloadIdentity.Tool").SelectMany(file => HelpCall().Matches(Repository.Read(file)))
                .Select(match => match.Groups[1].Value)];

        Assert.NotEmpty(needed);
        Assert.All(
            [
                .. needed, "wid-doctor", "wid-token", "wid-exec-credential", "wid-google-credentials",
                "wid-identity", "wid-emulator", "wid-explain", "wid-inventory",
                "wid-review", "wid-what-if", "wid-federate", "wid-rotate", "wid-contain",
            ],
            part => Assert.Contains(part, parts));
    }

    [Theory]
    [InlineData("Ok")]
    [InlineData("Fault")]
    [InlineData("Usage")]
    [InlineData("NoCredential")]
    [InlineData("Failed")]
    [InlineData("TryAgain")]
    [InlineData("Machine")]
    [InlineData("Found")]
    [InlineData("CommandNotStarted")]
    [InlineData("CommandNotFound")]
    [InlineData("HungUp")]
    [InlineData("Interrupted")]
    [InlineData("Quit")]
    [InlineData("Terminated")]
    public void Every_exit_code_is_documented(string name)
    {
        var code = (int)typeof(WorkloadIdentity.Tool.ExitCodes).GetField(name)!.GetRawConstantValue()!;

        Assert.Contains($"\n| {code} | ", Repository.Read("docs/wid.md"), StringComparison.Ordinal);
        Assert.Equal(14, typeof(WorkloadIdentity.Tool.ExitCodes).GetFields().Length);
    }

    private static void Mismatch(ToolBench bench) =>
        bench.WithTokenFile(ToolBench.Assertion(), "/var/run/secrets/azure/tokens/azure-identity-token")
            .With(("KUBERNETES_SERVICE_HOST", "10.0.0.1")).Answer = _ =>
                ToolBench.Refused(
                    700213,
                    "invalid_request",
                    "No matching federated identity record found for presented assertion subject 'system:serviceaccount:shop:orders'.");

    [GeneratedRegex(@"<!-- wid: (?<name>[a-z-]+) -->\n```\n(?:.*?\n)??```\n", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex Example();

    [GeneratedRegex(@"^##+ (.+)$", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Heading();

    [GeneratedRegex(@"ToolException\.Reference\(""wid#([a-z-]+)""\)", RegexOptions.CultureInvariant)]
    private static partial Regex HelpCall();
}
