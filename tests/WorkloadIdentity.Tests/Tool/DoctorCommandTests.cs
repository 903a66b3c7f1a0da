using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using WorkloadIdentity.Tool;

namespace WorkloadIdentity.Tests;

public sealed partial class DoctorCommandTests
{
    private static readonly UnixFileMode Everybody = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Situation → exit code, and what a person reads.</summary>
    private static readonly Dictionary<string, (Action<ToolBench> Arrange, int ExitCode, string[] Says)> Situations = new()
    {
        ["nothing is set"] = (_ => { }, 3,
            ["There is no credential here.", "no variable that matters is set", "AZURE_CLIENT_SECRET is not "
                + "set", "help: wid explain no-credential"]),
        ["a secret that works"] = (bench => bench.WithSecret(), 0,
            ["✓ A token for https://graph.microsoft.com/.default was issued (default chain/client secret). Nothing to do.",
                "AZURE_CLIENT_SECRET = (set, hidden)", "✓ client secret: issued in 0 ms ← "
                + "answers", "roles         [\"User.Read.All\"]", "exp           2026-01-01 01:00:00Z", "clocks agree"]),
        ["a secret that is wrong"] = (bench => Answers(bench.WithSecret(), 7000215), 4,
            ["✗ No token for https://graph.microsoft.com/.default (the default chain). ! The credential 'client secret' is here and got "
                + "no token (Refused, AADSTS7000215). The client secret is wrong. next: Is it the secret's Value, not its Secret ID",
                $"az ad app credential reset --id {EntraFake.ClientId} --append", "help: wid explain AADSTS7000215"]),
        ["half a configuration"] = (bench => bench.With(("AZURE_CLIENT_SECRET", "secret-canary-1")), 4,
            ["half a configuration", "The credential 'client secret' is here and got no token (InvalidConfiguration)."]),
        ["a tenant that is none"] = (bench => bench.WithSecret().With(("AZURE_TENANT_ID", "common")), 4,
            ["✗ AZURE_TENANT_ID = common", "stands for no tenant in particular", "AZURE_TENANT_ID cannot be right."]),
        ["a client id that is a name"] = (bench => bench.WithSecret().With(("AZURE_CLIENT_ID", "orders")), 4,
            ["✗ AZURE_CLIENT_ID = orders", "It is not a GUID."]),
        ["a secret with a line break"] = (bench => bench.WithSecret("secret-canary-1\n"), 4,
            ["AZURE_CLIENT_SECRET cannot be right.", "It ends with a line break."]),
        ["a secret in quotes"] = (bench => bench.WithSecret("\"secret-canary-1\""), 0,
            ["The value stands in quotes, which become part of the secret."]),
        ["the id of a secret"] = (bench => bench.WithSecret("6bf7ab3f-6a37-4f6d-9a3c-2ee0f1d1f8a9"), 0,
            ["It is a GUID, so it is the secret's id."]),
        ["a variable without a value"] = (bench => bench.WithSecret().With(("AZURE_AUTHORITY_HOST", "")), 0,
            ["was issued (default chain/client secret). ! AZURE_AUTHORITY_HOST is empty.", "which counts as not set"]),
        ["a token file that is not there"] = (bench => bench.WithTokenFile(null), 4,
            ["/var/run/secrets/token (AZURE_FEDERATED_TOKEN_FILE): not there", "does not exist", "help: wid explain federated-token-file"]),
        ["a token file that is accepted"] = (bench => bench.WithTokenFile(ToolBench.Assertion()), 0,
            ["issuer https://oidc.example/cluster/", "subject system:serviceaccount:shop:orders",
                "audience api://AzureADTokenExchange", "signed with RS256, expires 2026-01-01 01:00:00Z", "r--r--r--",
                "written 5 minutes ago"]),
        ["a token file nobody refreshes"] = (
            bench =>
                Answers(
                    bench.WithTokenFile(ToolBench.Assertion(expiresOn: new DateTimeOffset(2025, 12, 31, 21, 0, 0, TimeSpan.Zero))),
                    700024), 4, ["Its assertion expired 3 hours ago: nobody refreshes the file."]),
        ["a token file with something else"] = (bench => bench.WithTokenFile("not a jwt"), 4, ["The file holds no JWT that can be read."]),
        ["no federated credential matches"] = (
            bench => Answers(bench.WithTokenFile(ToolBench.Assertion()), 700213), 4,
            [
                "(Refused, AADSTS700213). No federated credential has the token's subject. next: Compare the subject letter by letter",
                "Or add a federated credential that matches: az ad app federated-credential create --id",
                "more: wid doctor --fix az|bicep|terraform|json", "help: wid explain AADSTS700213",
            ]),
        ["an algorithm Entra does not read"] = (bench => Answers(bench.WithTokenFile(ToolBench.Assertion(algorithm: "ES256")), 700213), 4,
            ["No federated credential can match this assertion", "The assertion is not signed with RS256"]),
        ["Entra cannot be reached"] = (bench =>
            bench.WithSecret().Answer = _ => throw new HttpRequestException(HttpRequestError.ConnectionError, "refused"), 5,
                ["(Unreachable)"]),
        ["Entra asks to wait"] = (bench =>
            bench.WithSecret().Answer = _ => FakeServer.Response(HttpStatusCode.TooManyRequests, headers: ("Retry-After", "3600")), 5,
                ["(Throttled)"]),
        ["a clock that is behind"] = (bench => bench.WithSecret().EntraAhead = TimeSpan.FromMinutes(11), 0,
            ["The clock of this machine is 11 minutes behind Entra's.", "help: wid explain clock"]),
        ["a name that is not resolved"] = (bench =>
            bench.Resolve = (_, _) => Task.FromException<IPAddress[]>(new SocketException((int)SocketError.HostNotFound)), 3,
                ["The name login.microsoftonline.com could not be resolved (HostNotFound)."]),
        ["a name nobody answers for"] = (bench =>
            bench.Resolve = (_, cancellationToken) => bench.Clock.HangAsync<IPAddress[]>(cancellationToken), 3,
                ["did not answer within 10 s"]),
        ["a proxy with a password"] = (bench =>
        {
            bench.WithSecret()
            .With(("HTTPS_PROXY", "http://user:proxy-canary@proxy.example:3128")); bench.Proxy =
                new Uri("http://user:proxy-canary@proxy.example:3128");
        }, 0,
                    ["through the proxy http://proxy.example:3128 (with a user name or password, hidden)"]),
        ["App Service"] = (bench =>
            Hosted(
                bench,
                ("IDENTITY_ENDPOINT", "http://169.254.129.2:8081/msi/token"),
                ("IDENTITY_HEADER", "header-canary"),
                ("WEBSITE_SITE_NAME", "orders")), 0,
                    ["identity host App Service", "platforms     App Service", "✓ managed identity: issued"]),
        ["half of a host"] = (bench => bench.With(("IDENTITY_HEADER", "header-canary")), 4,
            ["IDENTITY_HEADER is set and IDENTITY_ENDPOINT is not"]),
        ["a kind that may not be used"] = (bench => bench.WithSecret().With(("WORKLOAD_IDENTITY_ALLOW", "federated")), 4,
            ["may not be used", "(NotAllowed)"]),
        ["an authority nobody knows"] = (bench => bench.WithSecret().With(("AZURE_AUTHORITY_HOST", "https://login.evil.example/")), 4,
            ["is not one of Entra's", "AZURE_AUTHORITY_HOST cannot be right."]),
        ["a key everybody reads"] = (bench =>
            bench.File("/etc/orders.pem", "-----BEGIN", Everybody).WithApplication()
                .With(("AZURE_CLIENT_CERTIFICATE_PATH", "/etc/orders.pem")), 4,
                    ["Every user of this machine may read or change this file", "r--r--r--"]),
        ["a token that is no JWT"] = (bench => bench.WithSecret().Answer = _ => bench.Issued("opaque-token-value"), 0,
            ["It is not a JWT that this tool can read"]),
        ["a job of GitHub Actions"] = (GitHub, 0,
            ["✓ github actions: issued", "subject repo:contoso/orders:ref:refs/heads/main",
                "only where its code or its configuration names it", "platforms     GitHub Actions"]),
        ["a SPIFFE agent"] = (bench => bench.WithSecret().With(("SPIFFE_ENDPOINT_SOCKET", "unix:///run/spire/agent.sock")), 0,
            ["unix:///run/spire/agent.sock", "There is a SPIFFE agent here, which was not asked", "the kind Spiffe"]),
        ["a SPIFFE agent at no address"] = (bench => bench.WithSecret().With(("SPIFFE_ENDPOINT_SOCKET", "/run/spire/agent.sock")), 0,
            ["SPIFFE_ENDPOINT_SOCKET cannot be right.", "It is not the address of a SPIFFE agent"]),
        ["an expired developer's variable"] = (bench => bench.With(("AZURE_TOKEN_CREDENTIALS", "everything")), 4,
            ["AZURE_TOKEN_CREDENTIALS has a value that is not known here."]),
    };

    public static TheoryData<string> Names => [.. Situations.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_situation_has_its_exit_code_and_its_words(string situation)
    {
        var (arrange, exitCode, says) = Situations[situation];
        var bench = new ToolBench();
        arrange(bench);

        var run = await bench.RunAsync("doctor");

        Assert.Equal((exitCode, ""), (run.ExitCode, run.Error));
        Assert.All(says, words => Assert.Contains(OnOneLine(words), OnOneLine(run.Out), StringComparison.Ordinal));
        Assert.All(
            run.Out.Split('\n').Where(line => line.Length > 80 && !line.StartsWith("  az ", StringComparison.Ordinal)),
            line => Assert.DoesNotContain(' ', line.TrimStart(' ', '✓', '✗')));
    }

    private static string OnOneLine(string text) =>
        string.Join(' ', text.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries));

    [Theory]
    [MemberData(nameof(Names))]
    public async Task As_json_it_says_the_same(string situation)
    {
        var (arrange, exitCode, _) = Situations[situation];
        var bench = new ToolBench();
        arrange(bench);

        var run = await bench.RunAsync("doctor", "--json");

        var report = run.Json;
        Assert.Equal((exitCode, ""), (run.ExitCode, run.Error));
        Assert.Equal("wid-doctor/1", (string?)report["schema"]);
        Assert.Equal(exitCode, (int)report["exitCode"]!);
        Assert.Equal(exitCode switch { 0 => "ok", 3 => "no-credential", 5 => "try-again", _ => "failed" }, (string?)report["outcome"]);
        Assert.Equal(exitCode == 0, report["token"] is not null);
        Assert.Equal(exitCode != 0, report["problems"]!.AsArray().Any(problem => (string?)problem!["severity"] == "error"));
        Assert.All(
            report["problems"]!.AsArray(),
            problem => Assert.All(new[] { "what", "fix", "help" }, part => Assert.NotEqual("", (string)problem![part]!)));
    }

    [Fact]
    public async Task The_json_of_a_refused_assertion_holds_what_mends_it()
    {
        var bench = Answers(new ToolBench().WithTokenFile(ToolBench.Assertion()), 700213);

        var report = (await bench.RunAsync("doctor", "--json", "--scope", "api://orders/.default")).Json;

        var link = report["credential"]!["members"]!.AsArray().Single(member => (string?)member!["name"] == "federated token file")!;
        Assert.Equal(("failed", true, "Refused"), ((string?)link["verdict"], (bool)link["answers"]!, (string?)link["kind"]));
        Assert.Equal([700213], link["codes"]!.AsArray().Select(code => (int)code!));
        Assert.Equal(
            "the token file '/var/run/secrets/token', to prove application 6bf7ab3f-6a37-4f6d-9a3c-2ee0f1d1f8a3 of tenant "
                + "72f988bf-86f1-41af-91ab-2d7cd011db47 to login.microsoftonline.com",
            (string?)link["looksFor"]);
        var assertion = link["assertion"]!;
        Assert.Equal("system:serviceaccount:shop:orders", (string?)assertion["subject"]);
        Assert.Equal("https://oidc.example/cluster/", (string?)assertion["federatedCredential"]!["json"]!["issuer"]);
        Assert.StartsWith("az ad app", (string?)assertion["federatedCredential"]!["application"]!["az"], StringComparison.Ordinal);
        Assert.All(new[] { "application", "managedIdentity" }, kind => Assert.All(
            new[] { "az", "bicep", "terraform" },
            language =>
                Assert.Contains(
                    "system:serviceaccount:shop:orders",
                    (string?)assertion["federatedCredential"]![kind]![language],
                    StringComparison.Ordinal)));
        Assert.Equal("api://orders/.default", (string?)report["scope"]);
    }

    [Theory]
    [InlineData("az", "# For an application\naz ad app federated-credential create", "managed identity\naz identity federated-credential")]
    [InlineData("bicep", "microsoft.com/bicep/extensions/microsoftgraph", "userAssignedIdentities/federatedIdentityCredentials@2023-01-31")]
    [InlineData("terraform", "\"azuread_application_federated_identity_credential\"", "\"azurerm_federated_identity_credential\"")]
    [InlineData("json", "\"subject\": \"system:serviceaccount:shop:orders\"", "\"audiences\": [")]
    public async Task Asked_for_a_fix_it_writes_that_and_nothing_else(string form, string application, string identity)
    {
        var run = await Answers(new ToolBench().WithTokenFile(ToolBench.Assertion()), 700213).RunAsync("doctor", "--fix", form);

        Assert.Equal((4, ""), (run.ExitCode, run.Error));
        Assert.Contains(application, run.Out, StringComparison.Ordinal);
        Assert.Contains(identity, run.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("Credentials, in", run.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(700024, 4)]
    [InlineData(0, 0)]
    public async Task Where_no_federated_credential_is_missing_there_is_none_to_add(long code, int exitCode)
    {
        var bench = new ToolBench().WithTokenFile(ToolBench.Assertion());
        var run = await (code == 0 ? bench : Answers(bench, code)).RunAsync("doctor", "--fix", "az");

        Assert.Equal((exitCode, ""), (run.ExitCode, run.Out));
        Assert.StartsWith("wid:  No federated credential is missing here", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_host_none_is_claimed()
    {
        var run = await new ToolBench().RunAsync("doctor");

        Assert.Contains("identity host IMDS, if there is one: no variable names a host\n", run.Out, StringComparison.Ordinal);
        Assert.Contains("--developer", run.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ClientSecret", "\"ClientSecret\": \"secret-canary-1\"", "the setting Orders:ClientSecret,")]
    [InlineData("ClientSecret", "\"ClientSecretFile\": \"/run/secrets/orders\"", "the secret file '/run/secrets/orders',")]
    public async Task A_label_names_what_the_user_wrote(string kind, string setting, string says)
    {
        var bench = new ToolBench().File("settings.json", $$"""
            { "Orders": { "Kind": "{{kind}}", "TenantId": "{{EntraFake.Tenant}}", "ClientId": "{{EntraFake.ClientId}}", {{setting}} } }
            """);

        var run = await bench.RunAsync("doctor", "--config", "settings.json:Orders");

        Assert.Contains($"looks for {says}", OnOneLine(run.Out), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stranger_who_chose_the_subject_gets_no_command_past_the_quotes()
    {
        const string Subject = "repo:a/b:ref:refs/heads/x';rm -rf ~;'${env}%{x}\"\\";
        var bench = Answers(new ToolBench().WithTokenFile(ToolBench.Assertion(Subject)), 700213);

        var credential = (await bench.RunAsync("doctor", "--json")).Json["credential"]!["members"]!.AsArray()
            .Select(member => member!["assertion"]).First(assertion => assertion is not null)!["federatedCredential"]!;

        Assert.Null(credential["managedIdentity"]!["az"]);
        Assert.Equal(2, ((string)credential["application"]!["az"]!).Count(character => character == '\''));
        Assert.Contains(
            """subject: 'repo:a/b:ref:refs/heads/x\';rm -rf ~;\'\${env}%{x}"\\'""",
            (string?)credential["application"]!["bicep"],
            StringComparison.Ordinal);
        Assert.Contains(
            """subject        = "repo:a/b:ref:refs/heads/x';rm -rf ~;'\u0024{env}\u0025{x}\"\\" """.TrimEnd(),
            (string?)credential["application"]!["terraform"],
            StringComparison.Ordinal);
        Assert.Equal(Subject, (string?)credential["json"]!["subject"]);
    }

    [Theory]
    [InlineData("https://login.microsoftonline.us/", "https://graph.microsoft.us/.default")]
    [InlineData("https://login.partner.microsoftonline.cn/", "https://microsoftgraph.chinacloudapi.cn/.default")]
    [InlineData("https://login.microsoftonline.com/", "https://graph.microsoft.com/.default")]
    public async Task Without_a_scope_it_asks_for_the_graph_of_its_cloud(string authority, string scope)
    {
        var bench = new ToolBench().WithSecret().With(("AZURE_AUTHORITY_HOST", authority));

        var run = await bench.RunAsync("doctor", "--json");

        Assert.Equal(scope, (string?)run.Json["scope"]);
        Assert.Contains(
            bench.Entra.Requests,
            request =>
                request.Method == HttpMethod.Post && request.Form["scope"] == scope
                    && request.Uri.AbsoluteUri.StartsWith(authority, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_one_request_without_credentials_carries_nothing()
    {
        var bench = new ToolBench().WithSecret();

        await bench.RunAsync("doctor");

        var look = Assert.Single(bench.Entra.Requests, request => request.Method == HttpMethod.Get);
        Assert.Equal(new Uri("https://login.microsoftonline.com/"), look.Uri);
        Assert.Equal(["User-Agent"], look.Headers.Keys);
        Assert.Equal("", look.Body);
    }

    [Fact]
    public async Task Files_show_mode_size_and_age()
    {
        var bench = new ToolBench().WithTokenFile(ToolBench.Assertion());

        var file = Assert.Single((await bench.RunAsync("doctor", "--json")).Json["files"]!.AsArray())!;

        Assert.Equal((true, "r--r--r--", 300L), ((bool)file["exists"]!, (string?)file["mode"], (long)file["writtenSecondsAgo"]!));
        Assert.Equal(ToolBench.Assertion().Length, (long)file["size"]!);
    }

    /// <summary>A variable that the library begins to read and the doctor does not know would be the one that nobody finds.</summary>
    [Fact]
    public void Every_variable_the_library_reads_is_known()
    {
        string[] others =
        [
            // Named by an application, given to tools that are started, or told by MachineExamination in words of its own.
            "TFC_WORKLOAD_IDENTITY_TOKEN", "WORKLOAD_IDENTITY_AUDIENCE", "AZURE_CORE_NO_COLOR", "AZURE_CORE_ONLY_SHOW_ERRORS", "NO_COLOR",
            "ID_TOKEN_REQUEST_TOKEN", "GITHUB_ACTIONS",

            // Data, not a path: what is in it is checked by the credential that uses it.
            "AZURE_KUBERNETES_CA_DATA",

            // Part of the answer to which protocol App Service speaks.
            "IDENTITY_API_VERSION",

            // Not a variable: the token type of RFC 8693 for a token that no API accepts.
            "N_A",
        ];
        var known = KnownVariables.All.Select(variable => variable.Name).Concat(others).ToHashSet();

        var read = ((string[])["src/WorkloadIdentity", "src/WorkloadIdentity.Developer", "src/WorkloadIdentity.Spiffe"])
            .SelectMany(folder => Repository.SourceFiles(folder))
            .SelectMany(file => VariableName().Matches(Repository.Read(file))).Select(match => match.Groups[1].Value).ToHashSet();

        Assert.True(read.Count > 20);
        Assert.Empty(read.Except(known));
    }

    [Fact]
    public void A_file_behind_two_links_is_the_file_at_their_end()
    {
        var folder = Directory.CreateTempSubdirectory("wid").FullName;
        try
        {
            var data = Directory.CreateDirectory(Path.Combine(folder, "..2026")).FullName;
            System.IO.File.WriteAllText(Path.Combine(data, "token"), "0123456789");
            Directory.CreateSymbolicLink(Path.Combine(folder, "..data"), "..2026");
            System.IO.File.CreateSymbolicLink(Path.Combine(folder, "token"), Path.Combine("..data", "token"));

            Assert.Equal((true, 10L), (FileFacts.OfDisk(Path.Combine(folder, "token")) is var facts && facts.Exists, facts.Size));
            Assert.Equal(new FileFacts(false), FileFacts.OfDisk(Path.Combine(folder, "nothing")));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task On_a_terminal_it_is_coloured_unless_colours_are_unwanted()
    {
        var bench = new ToolBench { IsTerminal = true }.WithSecret();
        Assert.Contains("\u001b[", (await bench.RunAsync("doctor")).Out, StringComparison.Ordinal);

        Assert.DoesNotContain("\u001b", (await bench.With(("NO_COLOR", "1")).RunAsync("doctor")).All, StringComparison.Ordinal);

        // A command that is copied from a terminal must be whole: no line is broken at its edge.
        var wide = Answers(new ToolBench { IsTerminal = true }.WithTokenFile(ToolBench.Assertion()), 700213);
        Assert.Contains(
            "\"audiences\":[\"api://AzureADTokenExchange\"]}'\n", (await wide.RunAsync("doctor")).Out, StringComparison.Ordinal);
    }

    private static ToolBench Answers(ToolBench bench, long code)
    {
        bench.Answer = _ => ToolBench.Refused(code);
        return bench;
    }

    private static void Hosted(ToolBench bench, params (string Name, string Value)[] variables)
    {
        bench.With(variables);
        var expiry = (bench.Clock.Now + TimeSpan.FromHours(24)).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        bench.LocalAnswer =
            _ =>
                FakeServer.Response(
                    HttpStatusCode.OK,
                    $$"""
                    {"access_token":"{{bench.Token}}","expires_on":"{{expiry}}","resource":"https://graph.microsoft.com",
                     "token_type":"Bearer"}
                    """);
    }

    private static void GitHub(ToolBench bench)
    {
        bench.WithApplication()
            .With(
                ("GITHUB_ACTIONS", "true"),
                ("ACTIONS_ID_TOKEN_REQUEST_URL", "https://vstoken.actions.example/token?api-version=2.0"),
                ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "request-canary"));
        bench.Entra.Otherwise = request => request.Uri.Host == "vstoken.actions.example"
            ? FakeServer.Response(
                HttpStatusCode.OK,
                $$"""{"value":"{{ToolBench.Assertion(
                    "repo:contoso/orders:ref:refs/heads/main", "https://token.actions.githubusercontent.com")}}"}""")
            : request.Method == HttpMethod.Get ? bench.Dated(HttpStatusCode.OK)
            : bench.Issued();
    }

    [GeneratedRegex(@"""([A-Z]+(?:_[A-Z0-9]+)+)""", RegexOptions.CultureInvariant)]
    private static partial Regex VariableName();
}
