using System.Text;
using System.Text.Json.Nodes;

namespace WorkloadIdentity.Tests;

/// <summary>Canaries in every place a secret or a person can stand, and every command and option that could sing of them.</summary>
public sealed class ToolRedactionTests
{
    private const string Scope = "api://orders/.default";

    private static readonly string[] Secrets =
    [
        "canary-client-secret", "canary-pfx-password", "canary-identity-header", "canary-msi-secret", "canary-github-token",
        "canary-pipeline-token", "canary-proxy-password",
        "canary-config-secret", ToolBench.Signature,
    ];

    private static readonly string[] People =
        ["alice", "Alice", "192.0.2.99", "3f0d5d4e-6b5c-4c0c-9d1a-0a4f2f6f9f77", "77777777-8888-4999-8aaa-bbbbbbbbbbbb"];

    private static readonly string[][] Commands =
    [
        ["doctor"], ["doctor", "--json"], ["doctor", "--no-redact"], ["doctor", "--json", "--no-redact"],
        ["doctor", "--scope", "api://AzureADTokenExchange/.default", "--json", "--no-redact"],
        ["doctor", "--config", "/home/alice.smith/settings.json:Identity"],
        ["doctor", "--config", "/home/alice.smith/settings.json:Identity", "--json", "--no-redact"],
        ["doctor", "--identity", "system", "--no-redact"],
        ["token", "--scope", Scope], ["token", "--scope", Scope, "--decode"], ["token", "--scope", Scope, "--decode", "--no-redact"],
        ["token", "--scope", Scope, "--json"], ["token", "--scope", Scope, "--json", "--no-redact"],
        ["token", "--scope", Scope, "--header"], ["token", "--scope", Scope, "--env"], ["token", "canary-client-secret"],
        ["canary-client-secret"], ["doctor", "--client-secret=canary-client-secret"], ["doctor", "--client-secret", "canary-client-secret"],
        ["token", "--scope", Scope, "--config", "/home/alice.smith/settings.json:Identity"],
        ["token", "--scope", Scope, "--tenant", "canary-client-secret"], ["exec-credential", "--client-id", "canary-client-secret"],
        ["exec-credential", "--scope", "api://AzureADTokenExchange/.default"], ["--help"], ["token", "--help"], ["--version"],
    ];

    /// <summary>How Entra answers, and what stands in the way: each with every command.</summary>
    private static readonly Dictionary<string, Action<ToolBench>> Turns = new()
    {
        ["issued"] = _ => { },
        ["refused, with everything played back"] = bench =>
            bench.Answer = request =>
                ToolBench.Refused(
                    700213,
                    "invalid_request",
                    $"alice@contoso.example sent {request.Form.GetValueOrDefault("client_secret")} {request.Form.GetValueOrDefault(
                        "client_assertion")} from /home/alice.smith with canary-identity-header."),
        ["a federated token instead of a secret"] = bench =>
        {
            bench.Variables.Remove("AZURE_CLIENT_SECRET");
            bench.Answer = request => ToolBench.Refused(700213, "invalid_request", $"{request.Form.GetValueOrDefault("client_assertion")}");
        },
        ["unreachable"] = bench =>
            bench.Answer = _ => throw new HttpRequestException(HttpRequestError.ConnectionError, "canary-client-secret"),
        ["not json"] = bench =>
            bench.Answer = request =>
                FakeServer.Response(System.Net.HttpStatusCode.BadGateway, $"<html>{request.Body}</html>", "text/html"),
    };

    public static TheoryData<string, string> Everything
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var turn in Turns.Keys)
            {
                foreach (var command in Commands)
                {
                    data.Add(turn, string.Join(' ', command));
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Everything))]
    public async Task No_command_sings_of_a_secret_and_none_of_people_unless_asked(string turn, string command)
    {
        var args = command.Split(' ');
        var bench = Nest();
        Turns[turn](bench);

        var run = await bench.RunAsync(args);

        Assert.All(Secrets, secret => Assert.DoesNotContain(secret, run.All, StringComparison.Ordinal));
        Assert.All(
            Secrets,
            secret =>
                Assert.DoesNotContain(
                    Uri.EscapeDataString(Convert.ToBase64String(Encoding.UTF8.GetBytes(secret))), run.All, StringComparison.Ordinal));
        if (!args.Contains("--no-redact") && !args.Contains("--config"))
        {
            Assert.All(People, person => Assert.DoesNotContain(person, run.All, StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("token", "--scope", Scope, "--raw")]
    [InlineData("token", "--scope", Scope, "--json", "--raw")]
    [InlineData("token", "--scope", Scope, "--header", "--raw")]
    [InlineData("token", "--scope", Scope, "--env", "--raw")]
    [InlineData("exec-credential")]
    public async Task What_must_print_the_token_prints_it_once_and_nothing_else_that_is_secret(params string[] command)
    {
        var bench = Nest();

        var run = await bench.RunAsync(command);

        Assert.Equal(2, run.Out.Split(ToolBench.Signature).Length);
        Assert.Equal("", run.Error);
        Assert.All(Secrets[..^1], secret => Assert.DoesNotContain(secret, run.Out, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Asked_for_everything_it_shows_people_and_says_that_it_does()
    {
        var run = await Nest().RunAsync("doctor", "--no-redact");

        Assert.Contains("NOT redacted", run.Out, StringComparison.Ordinal);
        Assert.All(
            [
                "alice@contoso.example", "192.0.2.99", "77777777-8888-4999-8aaa-bbbbbbbbbbbb", "3f0d5d4e-6b5c-4c0c-9d1a-0a4f2f6f9f77",
                "/home/alice.smith",
            ],
            shown => Assert.Contains(shown, run.Out, StringComparison.Ordinal));
        Assert.Contains("You may put it in a ticket", (await Nest().RunAsync("doctor")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_ticket_is_about_stays()
    {
        var run = await Nest().RunAsync("doctor");

        Assert.All(
            [EntraFake.Tenant, EntraFake.ClientId, "https://login.microsoftonline.com/", "~/orders/token"],
            kept => Assert.Contains(kept, run.Out, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_strangers_write_cannot_move_the_cursor()
    {
        var bench = Nest();
        bench.Claims["roles"] = new JsonArray("\u001b[2J\u202eevil\r\n");
        bench.Claims["a\u001b[31m"] = "x";
        bench.Answer = _ => bench.Issued();

        string[][] commands = [["doctor"], ["doctor", "--no-redact"], ["token", "--scope", Scope, "--decode", "--no-redact"]];
        foreach (var command in commands)
        {
            var text = (await bench.RunAsync(command)).Out;
            Assert.DoesNotContain(text, character => char.IsControl(character) && character != '\n');
            Assert.DoesNotContain("\u202e", text, StringComparison.Ordinal);
        }
    }

    /// <summary>A machine on which everything that can be secret or personal is.</summary>
    private static ToolBench Nest()
    {
        var bench = new ToolBench { Proxy = new Uri("http://alice:canary-proxy-password@proxy.example:3128") }
            .WithTokenFile(ToolBench.Assertion(), "/home/alice.smith/orders/token")
            .With(
                ("HOME", "/home/alice.smith"),
                ("AZURE_CLIENT_SECRET", "canary-client-secret"),
                ("AZURE_CLIENT_CERTIFICATE_PASSWORD", "canary-pfx-password"),
                ("HTTPS_PROXY", "http://alice:canary-proxy-password@proxy.example:3128"),
                ("MSI_SECRET", "canary-msi-secret"),
                ("IDENTITY_HEADER", "canary-identity-header"),
                ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "canary-github-token"),
                ("SYSTEM_ACCESSTOKEN", "canary-pipeline-token"),
                ("KUBERNETES_EXEC_INFO", """{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","spec":{}}"""));
        bench.File(
            "/home/alice.smith/settings.json",
            $$$"""
            {"Identity":{"Kind":"ClientSecret","TenantId":"{{{EntraFake.Tenant}}}","ClientId":"{{{EntraFake.ClientId}}}",
                         "ClientSecret":"canary-config-secret"}}
            """);
        bench.Claims = new JsonObject
        {
            ["aud"] = "https://graph.microsoft.com",
            ["scp"] = "User.Read",
            ["upn"] = "alice@contoso.example",
            ["name"] = "Alice Smith",
            ["ipaddr"] = "192.0.2.99",
            ["oid"] = "77777777-8888-4999-8aaa-bbbbbbbbbbbb",
            ["xms_mirid"] = "/subscriptions/3f0d5d4e-6b5c-4c0c-9d1a-0a4f2f6f9f77/resourcegroups/orders",
        };
        return bench;
    }
}
