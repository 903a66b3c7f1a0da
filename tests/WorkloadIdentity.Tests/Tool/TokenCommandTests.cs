using System.Text;
using System.Text.Json.Nodes;

namespace WorkloadIdentity.Tests;

public sealed class TokenCommandTests
{
    private const string Scope = "api://orders/.default";

    private readonly ToolBench _bench = new ToolBench().WithSecret();

    public static TheoryData<string[], int, string, string> Refusals => new()
    {
        { ["token"], 2, "Option '--scope' is required.", "wid token --help" },
        { ["token", "--scop", Scope], 2, "wid token has no command or option '--scop'.", "Did you mean '--scope'?" },
        { ["tokne", "--scope", Scope], 2, "wid has no command or option 'tokne'.", "Did you mean 'token'?" },
        { [], 2, "No command was given.", "wid --help" },
        { ["token", "--scope", Scope, "--header"], 2, "which needs --raw", "Add --raw" },
        { ["token", "--scope", Scope, "--env"], 2, "which needs --raw", "Add --raw" },
        { ["token", "--scope", Scope, "--env", "1A", "--raw"], 2, "--env is not the name of a variable.", "ACCESS_TOKEN" },
        { ["token", "--scope", Scope, "--env", "A\nB", "--raw"], 2, "--env is not the name of a variable.", "ACCESS_TOKEN" },
        { ["token", "--scope", Scope, "--decode", "--raw"], 2, "--decode and --raw exclude each other.", "--json --raw" },
        { ["token", "--scope", Scope, "--decode", "--json"], 2, "exclude each other", "Use one of them." },
        { ["token", "--scope", ""], 2, "--scope is not a scope that a workload can ask for.", "https://graph.microsoft.com/.default" },
        { ["token", "--scope", "api://orders"], 2, "--scope is not a scope that a workload can ask for.", "followed by /.default" },
        { ["token", "--scope", "api://a/.default api://b/.default"], 2, "--scope is not a scope", "two resources" },
        { ["doctor", "--scope", "User.Read"], 2, "--scope is not a scope that a workload can ask for.", "followed by /.default" },
        { ["--version", "extra"], 2, "wid does not take one of these arguments.", "wid --help" },
        { ["doctor", "--fix", "pulumi"], 2, "Must be one of: 'az' 'bicep' 'terraform' 'json'", "wid doctor --help" },
        { ["doctor", "--fix", "az", "--json"], 2, "--fix and --json exclude each other.", "wid doctor --help" },
        { ["emulator", " "], 2, "The file's name is empty.", "wid emulator --help" },
        { ["emulator", "--env-file", ""], 2, "--env-file is empty.", "wid emulator --help" },
        { ["emulator", "a.json", "--output", ""], 2, "--output is empty.", "wid emulator --help" },
        { ["emulator", "--output", "out"], 2, "name that file too", "wid emulator --help" },
        { ["emulator", "--wait"], 2, "--wait waits for the file of --env-file", "wid emulator --help" },
        { ["emulator", "a.json", "--env-file", "a.env", "--wait"], 2, "--wait starts no emulator", "wid emulator --help" },
        { ["token", "--scope", Scope, "--tenant", "common"], 2, "--tenant is not a tenant id or domain.", "stands for no tenant" },
        { ["token", "--scope", Scope, "--client-id", "orders"], 2, "--client-id is not a GUID.", "not the application's name" },
        { ["token", "--scope", Scope, "--identity", "orders"], 2, "--identity is not a managed identity.", "'system'" },
        { ["token", "--scope", Scope, "--identity", "system", "--tenant", EntraFake.Tenant], 2, "exclude each other.", "Name one" },
        { ["token", "--scope", Scope, "--config", "nowhere.json:Identity"], 2, "'nowhere.json' does not exist", "--config "
            + "appsettings.json:Identity" },
        { ["token", "--scope", Scope, "--config", "settings.json:Nothing"], 2, "'settings.json' has no section 'Nothing'.", "Identity, "
            + "Other" },
        { ["token", "--scope", Scope, "--config", "settings.json:Other"], 4, "Other:Kind is not a kind of credential", "A program "
            + "refuses to start" },
        { ["token", "--scope", Scope, "--config", "broken.json:Identity"], 2, "'broken.json' is not a JSON configuration file.",
            "comma" },
        { ["exec-credential"], 2, "KUBERNETES_EXEC_INFO is not set", "kubeconfig" },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task What_cannot_be_done_is_said_with_what_to_do_and_where_to_read_on(
        string[] args, int exitCode, string says, string advises)
    {
        var run = await Configured().RunAsync(args);

        Assert.Equal((exitCode, ""), (run.ExitCode, run.Out));
        Assert.All(run.Error.Split('\n'), line => Assert.InRange(line.Length, 0, 80));
        var lines = run.Error.TrimEnd('\n').Replace("\n      ", " ", StringComparison.Ordinal).Split('\n');
        Assert.Equal(3, lines.Length);
        Assert.StartsWith("wid:  ", lines[0], StringComparison.Ordinal);
        Assert.Contains(says, lines[0], StringComparison.Ordinal);
        Assert.StartsWith("fix:  ", lines[1], StringComparison.Ordinal);
        Assert.Contains(advises, lines[1], StringComparison.Ordinal);
        Assert.StartsWith("help: wid explain ", lines[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_raw_it_says_everything_but_the_value()
    {
        var run = await _bench.RunAsync("token", "--scope", Scope);

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(
            """
            scope        api://orders/.default
            acquired by  default chain/client secret
            type         Bearer
            audience     https://graph.microsoft.com
            expires      2026-01-01T00:59:59Z, in 60 minutes
            value        (hidden; --raw prints it, --decode shows what it says)

            """,
            run.Out);
    }

    [Fact]
    public async Task With_raw_it_is_the_value_and_a_line_break()
    {
        var run = await _bench.RunAsync("token", "--scope", Scope, "--raw");

        Assert.Equal((_bench.Token + "\n", ""), (run.Out, run.Error));
        Assert.Equal(Scope, _bench.Entra.Requests[^1].Form["scope"]);
    }

    [Fact]
    public async Task A_header_and_variables_are_written_as_curl_and_shells_read_them()
    {
        Assert.Equal(
            $"Authorization: Bearer {_bench.Token}\n", (await _bench.RunAsync("token", "--scope", Scope, "--header", "--raw")).Out);
        Assert.Equal(
            $"ACCESS_TOKEN={_bench.Token}\nACCESS_TOKEN_EXPIRES_ON=2026-01-01T00:59:59Z\n",
            (await _bench.RunAsync("token", "--scope", Scope, "--env", "--raw")).Out);
        Assert.StartsWith(
            $"VAULT_TOKEN={_bench.Token}\nVAULT_TOKEN_EXPIRES_ON=",
            (await _bench.RunAsync("token", "--scope", Scope, "--env", "VAULT_TOKEN", "--raw")).Out,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task As_json_it_holds_the_value_only_with_raw()
    {
        var without = (await _bench.RunAsync("token", "--scope", Scope, "--json")).Json;
        var with = (await _bench.RunAsync("token", "--scope", Scope, "--json", "--raw")).Json;

        Assert.Equal(
            ["schema", "scope", "tokenType", "expiresOn", "acquiredBy", "claims"], without.AsObject().Select(member => member.Key));
        Assert.Equal(
            ["wid-token/1", Scope, "Bearer", "2026-01-01T00:59:59Z", "default chain/client secret"],
            without.AsObject().Take(5).Select(member => (string?)member.Value));
        Assert.Equal(EntraFake.ClientId, (string?)without["claims"]!["appid"]);
        Assert.Equal(_bench.Token, (string?)with["accessToken"]);
    }

    [Fact]
    public async Task Decoded_it_is_header_and_claims_and_no_signature()
    {
        var run = await _bench.RunAsync("token", "--scope", Scope, "--decode");

        Assert.Equal("RS256", (string?)run.Json["header"]!["alg"]);
        Assert.Equal("User.Read.All", (string?)run.Json["claims"]!["roles"]![0]);
        Assert.DoesNotContain(ToolBench.Signature, run.All, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_jwt_cannot_be_decoded()
    {
        _bench.Answer = _ => _bench.Issued("opaque-token-value");

        var run = await _bench.RunAsync("token", "--scope", Scope, "--decode");

        Assert.Equal((4, ""), (run.ExitCode, run.Out));
        Assert.Contains("The token is not a JWT", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("opaque-token-value", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--raw")]
    [InlineData("--json", "--raw")]
    [InlineData("--env", "--raw")]
    [InlineData("--header", "--raw")]
    public async Task GitHub_Actions_is_told_to_mask_the_value_before_it_is_written(params string[] options)
    {
        _bench.With(("GITHUB_ACTIONS", "true"));

        var run = await _bench.RunAsync(["token", "--scope", Scope, .. options]);

        // On standard error: what is on standard output may go into a variable, and is not looked at then.
        Assert.Equal($"::add-mask::{_bench.Token}\n", run.Error);
        Assert.Contains(_bench.Token, run.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("api://AzureADTokenExchange/.default")]
    [InlineData("api://azureadtokenexchangeusgov/.default")]
    [InlineData("api://AzureADTokenExchangeChina/.default")]
    [InlineData("api://AzureFMITokenExchange/.default")]
    [InlineData(" api://AzureADTokenExchange/.default")]
    [InlineData("api://AzureADTokenExchange%2f.default")]
    [InlineData("api%3A//AzureADTokenExchange/.default")]
    [InlineData("fb60f99c-7a34-4190-8149-302f77469936/.default")]
    [InlineData("api://FB60F99C-7A34-4190-8149-302F77469936/.default")]
    public async Task Exchange_audiences_are_refused_under_every_option_and_nobody_is_asked(string scope)
    {
        string[][] forms =
        [
            [], ["--raw"], ["--decode"], ["--json"], ["--json", "--raw"], ["--header", "--raw"], ["--env", "--raw"],
            ["--no-redact", "--raw"], ["--no-redact", "--decode"],
        ];
        foreach (var form in forms)
        {
            var run = await _bench.RunAsync(["token", "--scope", scope, .. form]);
            Assert.Equal((2, ""), (run.ExitCode, run.Out));
            Assert.Contains("are never shown", run.Error, StringComparison.Ordinal);
        }

        var plugin = await Kubectl().RunAsync("exec-credential", "--scope", scope);
        Assert.Equal((2, ""), (plugin.ExitCode, plugin.Out));
        Assert.Empty(_bench.Entra.Requests);
    }

    [Theory]
    [InlineData("api://AzureADTokenExchange")]
    [InlineData("fb60f99c-7a34-4190-8149-302f77469936")]
    public async Task A_token_that_turns_out_to_be_for_an_exchange_audience_is_dropped(string audience)
    {
        _bench.Claims["aud"] = audience;
        _bench.With(("GITHUB_ACTIONS", "true"));

        foreach (string[] form in new string[][] { ["token", "--raw"], ["token", "--json"], ["token", "--decode"] })
        {
            var run = await _bench.RunAsync([.. form, "--scope", Scope]);
            Assert.Equal((2, ""), (run.ExitCode, run.Out));
            Assert.DoesNotContain(ToolBench.Signature, run.Error, StringComparison.Ordinal);
        }

        var plugin = await Kubectl().RunAsync("exec-credential", "--scope", Scope);
        Assert.Equal((2, ""), (plugin.ExitCode, plugin.Out));
    }

    [Fact]
    public async Task Who_to_be_can_be_said_in_options()
    {
        const string Other = "0f3c1a52-9c0f-4d0e-8a54-6f1f6f0d2b99";
        await _bench.RunAsync("token", "--scope", Scope, "--tenant", "fabrikam.example", "--client-id", Other);
        Assert.Equal(
            ("/fabrikam.example/oauth2/v2.0/token", Other),
            (_bench.Entra.Requests[^1].Uri.AbsolutePath, _bench.Entra.Requests[^1].Form["client_id"]));

        await Configured().RunAsync("token", "--scope", Scope, "--config", "settings.json:Identity");
        Assert.Equal(
            ("/contoso.example/oauth2/v2.0/token", "config-canary-1"),
            (_bench.Entra.Requests[^1].Uri.AbsolutePath, _bench.Entra.Requests[^1].Form["client_secret"]));

        // As in a program, a variable overrides what the file says.
        await _bench.With(("Identity__ClientSecret", "config-canary-2"))
            .RunAsync("token", "--scope", Scope, "--config", "settings.json:Identity");
        Assert.Equal("config-canary-2", _bench.Entra.Requests[^1].Form["client_secret"]);
    }

    [Theory]
    [InlineData("system", "")]
    [InlineData("0f3c1a52-9c0f-4d0e-8a54-6f1f6f0d2b99", "client_id=0f3c1a52-9c0f-4d0e-8a54-6f1f6f0d2b99")]
    [InlineData("object:0f3c1a52-9c0f-4d0e-8a54-6f1f6f0d2b99", "object_id=0f3c1a52-9c0f-4d0e-8a54-6f1f6f0d2b99")]
    public async Task A_managed_identity_is_asked_for_alone(string identity, string query)
    {
        _bench.LocalAnswer =
            _ =>
                FakeServer.Response(
                    System.Net.HttpStatusCode.OK,
                    $$"""
                    {"access_token":"{{_bench.Token}}","expires_in":"3600","expires_on":"1767229200","resource":"api://orders",
                     "token_type":"Bearer"}
                    """);

        var run = await _bench.RunAsync("token", "--scope", Scope, "--identity", identity, "--raw");

        Assert.Equal(_bench.Token + "\n", run.Out);
        Assert.Contains(query, _bench.Local.Requests[^1].Uri.Query, StringComparison.Ordinal);
        Assert.Empty(_bench.Entra.Requests);
    }

    [Theory]
    [InlineData("client.authentication.k8s.io/v1")]
    [InlineData("client.authentication.k8s.io/v1beta1")]
    public async Task Kubectl_gets_the_version_it_asks_for(string version)
    {
        var run = await Kubectl(version).RunAsync("exec-credential");

        Assert.Equal(
            $$$"""{"apiVersion":"{{{version}}}","kind":"ExecCredential","status":{"token":"{{{_bench.Token}}}","""
                + "\"expirationTimestamp\":\"2026-01-01T00:59:59Z\"}}\n",
            run.Out);
        Assert.Equal("6dae42f8-4368-4678-94ff-3960e28e3630/.default", _bench.Entra.Requests[^1].Form["scope"]);
    }

    [Theory]
    [InlineData(
        """{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1alpha1","spec":{}}""", "a version that is not known here")]
    [InlineData("""{"kind":"Pod","apiVersion":"client.authentication.k8s.io/v1"}""", "does not hold an ExecCredential")]
    [InlineData("""not json""", "does not hold an ExecCredential")]
    [InlineData("""["ExecCredential"]""", "does not hold an ExecCredential")]
    public async Task What_kubectl_would_not_write_is_refused(string info, string says)
    {
        var run = await _bench.With(("KUBERNETES_EXEC_INFO", info)).RunAsync("exec-credential");

        Assert.Equal((2, ""), (run.ExitCode, run.Out));
        Assert.Contains(says, run.Error, StringComparison.Ordinal);
        Assert.Empty(_bench.Entra.Requests);
    }

    [Fact]
    public async Task Help_of_every_command_ends_in_examples_that_can_be_typed()
    {
        foreach (string[] command in new string[][] { [], ["doctor"], ["token"], ["exec-credential"] })
        {
            var run = await _bench.RunAsync([.. command, "--help"]);
            Assert.Equal((0, ""), (run.ExitCode, run.Error));
            Assert.Contains("Examples:", run.Out, StringComparison.Ordinal);
            Assert.Contains($"wid {string.Join(' ', command)}".TrimEnd(), run.Out, StringComparison.Ordinal);
        }

        Assert.Equal($"{BuildFacts.Version}\n", (await _bench.RunAsync("--version")).Out);
    }

    private ToolBench Kubectl(string version = "client.authentication.k8s.io/v1") =>
        _bench.With(("KUBERNETES_EXEC_INFO", $$$"""{"kind":"ExecCredential","apiVersion":"{{{version}}}","spec":{"interactive":false}}"""));

    private ToolBench Configured()
    {
        var settings = new JsonObject
        {
            ["Identity"] = new JsonObject
            {
                ["Kind"] = "ClientSecret",
                ["TenantId"] = "contoso.example",
                [
                "ClientId"] = EntraFake.ClientId,
                ["ClientSecret"] = "config-canary-1"
            },
            ["Other"] = new JsonObject { ["Kind"] = "Magic" },
        };
        _bench.Files["settings.json"] = Encoding.UTF8.GetBytes(settings.ToJsonString());
        _bench.Files["broken.json"] = "{ \"Identity\": "u8.ToArray();
        return _bench;
    }
}
