using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using WorkloadIdentity.Testing;
using WorkloadIdentity.Tool;

namespace WorkloadIdentity.Tests;

/// <summary>Commands against a server that checks what they send: real requests, real signatures, the library's own clients.</summary>
public sealed class ToolOnEmulatorTests
{
    private const string Scope = "api://emulated-api/.default";
    private const string TokenFile = "/var/run/secrets/token";

    /// <summary>Situation → its variables and files, exit code, the credential that answers, and what the report says.</summary>
    private static readonly Dictionary<
        string,
        (Func<EntraEmulator, Dictionary<string, byte[]>, IReadOnlyDictionary<string, string>> Arrange, int ExitCode, string Answers,
            string Says)> Situations = new()
            {
                ["secret"] = ((entra, _) => entra.Application.EnvironmentWithSecret(), 0, "client secret",
            "✓ A token for api://emulated-api/.default was issued"),
                ["secret that was removed"] = ((
                    entra,
                    _) =>
                {
                    var variables = entra.Application.EnvironmentWithSecret(); entra.Application.RemoveSecret(
                        variables["AZURE_CLIENT_SECRET"]); return variables;
                }, 4, "client secret", "AADSTS7000215"),
                ["application that was disabled"] = ((
                    entra,
                    _) =>
                { entra.Application.IsEnabled = false; return entra.Application.EnvironmentWithSecret(); }, 4, "client secret",
                "AADSTS7000112"),
                ["App Service"] = ((entra, _) => entra.AppServiceEnvironment(), 0, "managed identity", "App Service"),
                ["virtual machine"] = ((entra, _) => entra.ImdsEnvironment(), 0, "managed identity", "IMDS"),
                ["pod"] = ((entra, files) => Pod(entra, files, "system:serviceaccount:shop:orders"), 0, "federated token file",
            "subject    system:serviceaccount:shop:orders"),
                ["pod of another service account"] = ((entra, files) => Pod(entra, files, "system:serviceaccount:shop:other"), 4,
            "federated token file", "az ad app federated-credential create"),
                ["job of GitHub Actions"] = ((entra, _) => Job(entra, "repo:contoso/orders:ref:refs/heads/main"), 0, "github actions",
            "subject    repo:contoso/orders:ref:refs/heads/main"),
                ["job on another branch"] = ((entra, _) => Job(entra, "repo:contoso/orders:ref:refs/heads/other"), 4, "github actions",
            "subject    repo:contoso/orders:ref:refs/heads/other"),
                ["throttled"] = ((
                    entra,
                    _) =>
                {
                    entra.Faults.TokenEndpoint.Next(
                        Fault.Throttled(TimeSpan.FromHours(1)),
                        times: 100); return entra.Application.EnvironmentWithSecret();
                }, 5, "client secret", "(Throttled)"),
            };

    public static TheoryData<string> Names => [.. Situations.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task The_doctor_sees_what_Entra_says(string situation)
    {
        var (arrange, exitCode, answers, says) = Situations[situation];
        await using var entra = await EntraEmulator.StartAsync();
        var files = new Dictionary<string, byte[]>();
        var variables = new Dictionary<string, string>(arrange(entra, files));
        variables.TryAdd("AZURE_AUTHORITY_HOST", entra.AuthorityHost.AbsoluteUri);

        var text = await RunAsync(variables, files, "doctor", "--scope", Scope);
        var report = (await RunAsync(variables, files, "doctor", "--scope", Scope, "--json")).Json;
        var token = await RunAsync(variables, files, "token", "--scope", Scope, "--raw");

        Assert.Equal((exitCode, exitCode, exitCode), (text.ExitCode, (int)report["exitCode"]!, token.ExitCode));
        Assert.Equal(answers, (string?)report["credential"]!["members"]!.AsArray().Single(member => (bool)member!["answers"]!)!["name"]);
        Assert.Contains(says, text.Out, StringComparison.Ordinal);
        Assert.Equal(exitCode == 0 ? "api://emulated-api" : null, (string?)report["token"]?["claims"]!["aud"]);
        if (exitCode == 0)
        {
            // The token is one that the API takes.
            using var client = new HttpClient();
            using var request =
                new HttpRequestMessage(
                    HttpMethod.Get,
                    entra.Api.Url)
                { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token.Out.Trim()) } };
            using var response = await client.SendAsync(request);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
    }

    [Fact]
    public async Task The_way_to_an_emulator_is_open_and_its_clock_is_ours()
    {
        await using var entra = await EntraEmulator.StartAsync();

        var network =
            (await RunAsync(entra.Application.EnvironmentWithSecret(), [], "doctor", "--scope", Scope, "--json")).Json["network"]!;

        Assert.Equal(
            (entra.AuthorityHost.AbsoluteUri, 0d, null),
            ((string?)network["authority"], (double)network["clockSkewSeconds"]!, network["problem"]));
    }

    [Theory]
    [InlineData("s3cret", "AZURE_CLIENT_SECRET=s3cret")]
    [InlineData("a b'; $(id)", "AZURE_CLIENT_SECRET='a b'\\''; $(id)'")]
    public async Task The_variables_are_those_of_the_application_that_the_file_defines(string secret, string line)
    {
        var folder = Directory.CreateTempSubdirectory("wid").FullName;
        try
        {
            var (file, path) = (Path.Combine(folder, "entra.json"), Path.Combine(folder, "entra.env"));
            await File.WriteAllTextAsync(file, $$"""
                { "applications": [ { "clientId": "7c1d2e3f-6a37-4f6d-9a3c-2ee0f1d1f8a3",
                                      "secrets": [ { "value": "old", "expiresOn": "2020-01-01" } ] },
                                    { "clientId": "{{EntraFake.ClientId}}", "secrets": [ { "value": "{{secret}}" } ] } ] }
                """);
            await File.WriteAllTextAsync(path, "AZURE_AUTHORITY_HOST=http://127.0.0.1:1/\n");
            var output = new NotifyingWriter("Ctrl+C ends it.");
            using var interrupt = new CancellationTokenSource();
            var surroundings = Surroundings(new Dictionary<string, string>(), [], output, TextWriter.Null);

            var wait = Wid.RunAsync(["emulator", "--env-file", path, "--wait"], surroundings, CancellationToken.None);
            var run = Wid.RunAsync(["emulator", file, "--env-file", path], surroundings, interrupt.Token);

            Assert.Equal(0, await wait.WaitAsync(Patience.Limit));
            var lines = await File.ReadAllLinesAsync(path);
            Assert.Equal(
                ["AZURE_TENANT_ID=e0e0e0e0-0000-4000-8000-000000000001", $"AZURE_CLIENT_ID={EntraFake.ClientId}", line], lines[1..]);
            await output.Seen;
            Assert.Contains($"  authority   {lines[0].Split('=')[1]} (", output.ToString(), StringComparison.Ordinal);
            Assert.Contains($"  application {EntraFake.ClientId}\n", output.ToString(), StringComparison.Ordinal);
            await interrupt.CancelAsync();
            Assert.Equal(0, await run);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task An_emulator_runs_until_it_is_interrupted_and_gives_tokens_to_whoever_has_its_variables()
    {
        var folder = Directory.CreateTempSubdirectory("wid").FullName;
        try
        {
            var path = Path.Combine(folder, "entra.env");
            var output = new NotifyingWriter("Ctrl+C ends it.");
            using var interrupt = new CancellationTokenSource();
            var run =
                Wid.RunAsync(
                    ["emulator", "--env-file", path],
                    Surroundings(new Dictionary<string, string>(), [], output, TextWriter.Null),
                    interrupt.Token);
            Assert.Same(output.Seen, await Task.WhenAny(run, output.Seen));

            var variables =
                (await File.ReadAllLinesAsync(path)).Select(line => line.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
            Assert.DoesNotContain(variables["AZURE_CLIENT_SECRET"], output.ToString(), StringComparison.Ordinal);
            Assert.Contains("THIS IS NOT MICROSOFT ENTRA", output.ToString(), StringComparison.Ordinal);
            if (!OperatingSystem.IsWindows())
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
            }

            Assert.Equal(0, (await RunAsync(variables, [], "doctor", "--scope", Scope)).ExitCode);

            await interrupt.CancelAsync();
            Assert.Equal(0, await run);
            Assert.Empty(Directory.EnumerateFiles(folder));
            Assert.Equal(5, (await RunAsync(variables, [], "token", "--scope", Scope)).ExitCode);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("emulator", "--env-file")]
    [InlineData("emulator", "--wait", "--env-file")]
    [InlineData("emulator", "emulator.json", "--output")]
    [InlineData("emulator", "--env-file", "one", "--env-file", "two")]
    [InlineData("emulator", "--env-file", "")]
    public async Task An_option_without_one_value_is_a_wrong_argument(params string[] arguments)
    {
        var run = await RunAsync(new Dictionary<string, string>(), [], arguments);

        Assert.Equal((ExitCodes.Usage, ""), (run.ExitCode, run.Out));
        Assert.Contains(arguments.Last(argument => argument.StartsWith('-')), run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("entra.env", "./entra.env")]
    [InlineData("/tmp/entra.env", "/tmp/entra.env")]
    [InlineData("my folder/entra.env", "'my folder/entra.env'")]
    public void A_shell_can_read_the_path_that_is_printed(string path, string printed) =>
        Assert.Equal(printed, VariablesFile.Sourced(path));

    [Theory]
    [InlineData(true, null, true)]
    [InlineData(false, null, false)]
    [InlineData(true, "chosen-by-somebody-0123456789-0123456789", false)]
    public async Task The_link_to_the_page_has_the_token_for_a_person_at_a_terminal_only(bool isTerminal, string? chosen, bool hasToken)
    {
        var folder = Directory.CreateTempSubdirectory("wid").FullName;
        try
        {
            var path = Path.Combine(folder, "emulator.json");
            await File.WriteAllTextAsync(path, $$"""{ "admin": { "token": "{{chosen}}" } }""");
            var output = new NotifyingWriter("Ctrl+C ends it.");
            var bench = new ToolBench { IsTerminal = isTerminal };
            using var interrupt = new CancellationTokenSource();
            var run = Wid.RunAsync(
                chosen is null ? ["emulator"] : ["emulator", path], bench.Surroundings(output, TextWriter.Null), interrupt.Token);
            Assert.Same(output.Seen, await Task.WhenAny(run, output.Seen));
            var link = output.ToString().Split('\n').FirstOrDefault(line => line.Contains("#token=", StringComparison.Ordinal));
            if (hasToken)
            {
                using var http = new HttpClient();
                using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(new Uri(link!.Split('#')[0]), "admin/page"))
                {
                    Headers = { Authorization = new("Bearer", link.Split("#token=")[1].Trim()) },
                };
                using var response = await http.SendAsync(request);
                Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            }

            await interrupt.CancelAsync();
            Assert.Equal(0, await run);
            Assert.Equal(hasToken, link is not null);
            Assert.DoesNotContain(chosen ?? "no token", output.ToString(), StringComparison.Ordinal);
            Assert.Contains("  page        http://127.0.0.1:", output.ToString(), StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task An_emulator_starts_as_its_file_says_and_not_at_all_when_that_is_wrong()
    {
        var folder = Directory.CreateTempSubdirectory("wid").FullName;
        try
        {
            var path = Path.Combine(folder, "emulator.json");
            await File.WriteAllTextAsync(path, """{ "server": { "prt": 1 }, "applications": [ { "clientId": "x" } ] }""");
            var wrong = await RunAsync(new Dictionary<string, string>(), [], "emulator", path);
            Assert.Equal((2, ""), (wrong.ExitCode, wrong.Out));
            Assert.Contains("server.prt", wrong.Error, StringComparison.Ordinal);
            Assert.Contains("applications[0].clientId", wrong.Error, StringComparison.Ordinal);
            Assert.Equal(
                2, (await RunAsync(new Dictionary<string, string>(), [], "emulator", Path.Combine(folder, "nowhere.json"))).ExitCode);

            await File.WriteAllTextAsync(
                path, """{ "server": { "secureAuthority": false }, "tenants": [ { "id": "72f988bf-86f1-41af-91ab-2d7cd011db47" } ] }""");
            var output = new NotifyingWriter("Ctrl+C ends it.");
            using var interrupt = new CancellationTokenSource();
            var run =
                Wid.RunAsync(
                    ["emulator", path], Surroundings(new Dictionary<string, string>(), [], output, TextWriter.Null), interrupt.Token);
            Assert.Same(output.Seen, await Task.WhenAny(run, output.Seen));
            await interrupt.CancelAsync();
            Assert.Equal(0, await run);
            Assert.Contains("72f988bf-86f1-41af-91ab-2d7cd011db47", output.ToString(), StringComparison.Ordinal);

            var schema = await RunAsync(new Dictionary<string, string>(), [], "emulator", "--schema");
            Assert.IsType<JsonObject>(JsonNode.Parse(schema.Out));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Files_that_an_emulators_file_asks_for_are_written_below_its_folder_or_the_one_that_is_named()
    {
        var root = Directory.CreateTempSubdirectory("wid").FullName;
        try
        {
            var theirs = Directory.CreateDirectory(Path.Combine(root, "theirs")).FullName;
            var ours = Directory.CreateDirectory(Path.Combine(root, "ours")).FullName;
            var path = Path.Combine(theirs, "emulator.json");
            await File.WriteAllTextAsync(path, """{ "admin": { "tokenFile": "../ours/.bashrc" } }""");
            var outside = await RunAsync(new Dictionary<string, string>(), [], "emulator", path);
            Assert.Equal((2, ""), (outside.ExitCode, outside.Out));
            Assert.Contains("admin.tokenFile", outside.Error, StringComparison.Ordinal);

            await File.WriteAllTextAsync(path, """{ "admin": { "tokenFile": "notes.txt" } }""");
            await File.WriteAllTextAsync(Path.Combine(ours, "notes.txt"), "mine");
            var occupied = await RunAsync(new Dictionary<string, string>(), [], "emulator", path, "--output", ours);
            Assert.Equal((2, ""), (occupied.ExitCode, occupied.Out));
            Assert.Contains("no emulator made it", occupied.Error, StringComparison.Ordinal);
            Assert.Equal("mine", await File.ReadAllTextAsync(Path.Combine(ours, "notes.txt")));
            Assert.Equal([path], Directory.GetFiles(theirs));
            Assert.Equal(2, (await RunAsync(new Dictionary<string, string>(), [], "emulator", "--output", ours)).ExitCode);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    [Theory]
    [InlineData("""{ "server": { "address": "203.0.113.9", "hostName": "localhost" } }""")]
    public async Task An_address_of_another_machine_is_not_a_fault_of_the_tool(string document)
    {
        var folder = Directory.CreateTempSubdirectory("wid").FullName;
        try
        {
            var path = Path.Combine(folder, "emulator.json");
            await File.WriteAllTextAsync(path, document);

            var run = await RunAsync(new Dictionary<string, string>(), [], "emulator", path);

            Assert.Equal((2, ""), (run.ExitCode, run.Out));
            Assert.Contains("server.address", run.Error, StringComparison.Ordinal);
            Assert.DoesNotContain("report", run.Error, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static IReadOnlyDictionary<string, string> Pod(EntraEmulator entra, Dictionary<string, byte[]> files, string subject)
    {
        var cluster = entra.AddIssuer("https://oidc.example/cluster/");
        entra.Application.AddFederatedCredential(cluster, "system:serviceaccount:shop:orders");
        files[TokenFile] = Encoding.UTF8.GetBytes(cluster.Issue(subject));
        return entra.Application.EnvironmentWithTokenFile(TokenFile);
    }

    private static Dictionary<string, string> Job(EntraEmulator entra, string subject)
    {
        var gitHub = entra.AddIssuer("https://token.actions.githubusercontent.com");
        entra.Application.AddFederatedCredential(gitHub, "repo:contoso/orders:ref:refs/heads/main");
        return new Dictionary<string, string>(entra.GitHubActionsEnvironment(gitHub, subject))
        {
            ["AZURE_TENANT_ID"] = entra.Tenant.Id,
            ["AZURE_CLIENT_ID"] = entra.Application.ClientId,
        };
    }

    private static async Task<ToolRun> RunAsync(
        IReadOnlyDictionary<string, string> variables, Dictionary<string, byte[]> files, params string[] args)
    {
        var (output, error) = (new StringWriter { NewLine = "\n" }, new StringWriter { NewLine = "\n" });
        var code = await Wid.RunAsync(args, Surroundings(variables, files, output, error), CancellationToken.None);
        return new ToolRun(code, output.ToString(), error.ToString());
    }

    private static Surroundings Surroundings(
        IReadOnlyDictionary<string, string> variables, Dictionary<string, byte[]> files, TextWriter output, TextWriter error) => new()
        {
            Environment = WorkloadEnvironment.FromValues(variables, files),
            Out = output,
            Error = error,
            IsOutRedirected = true,
            IsErrorRedirected = true,
            Look = path => new FileFacts(files.ContainsKey(path)),

            // Nothing else of this machine takes part; its own IMDS, should there be one, least of all.
            LocalClient = variables.ContainsKey("AZURE_POD_IDENTITY_AUTHORITY_HOST") || variables.ContainsKey("IDENTITY_ENDPOINT")
            ? null
            : new FakeServer { Otherwise = _ => throw new HttpRequestException(HttpRequestError.ConnectionError, "nobody") }.Client,
        };

    /// <summary>Tells when a text has been written.</summary>
    private sealed class NotifyingWriter(string text) : StringWriter
    {
        private readonly TaskCompletionSource _seen = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Seen => _seen.Task;

        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            if (value?.Contains(text, StringComparison.Ordinal) == true)
            {
                _seen.TrySetResult();
            }
        }
    }
}
