using System.Runtime.Versioning;
using System.Text.Json.Nodes;
using WorkloadIdentity.Testing;
using WorkloadIdentity.Tool;

namespace WorkloadIdentity.Tests;

/// <summary><c>wid inventory</c>, <c>wid review</c> and <c>wid what-if</c> against a directory that is made from a seed.</summary>
public sealed class GovernanceCommandTests
{
    private static readonly EmulatedGraphOptions Small = new() { ServicePrincipals = 60, Seed = 7, EnforcesLimits = false };

    [Fact]
    public async Task A_review_ends_by_its_threshold_and_writes_its_files_for_this_user_only()
    {
        await using var tenant = await Tenant.StartAsync();
        var (sarif, html) = (tenant.Path("findings.sarif"), tenant.Path("report.html"));

        var run = await tenant.RunAsync("review", "--json", "--sarif", sarif, "--html", html);
        var never = await tenant.RunAsync("review", "--fail-on", "none");

        var findings = run.Json["findings"]!.AsArray();
        var worst = (string?)findings[0]!["severity"];
        Assert.Equal((worst is "critical" or "high" ? ExitCodes.Found : ExitCodes.Ok, ""), (run.ExitCode, run.Error));
        Assert.Equal(ExitCodes.Found, (await tenant.RunAsync("review", "--fail-on", worst!)).ExitCode);
        Assert.Equal(ExitCodes.Ok, never.ExitCode);
        Assert.Equal(
            findings.Count, JsonNode.Parse(await File.ReadAllTextAsync(sarif))!["runs"]![0]!["results"]!.AsArray().Count);
        Assert.Contains("<h2 id=\"reach\">", await File.ReadAllTextAsync(html), StringComparison.Ordinal);
        Assert.Equal(["findings.sarif", "report.html"], Directory.GetFiles(tenant.Folder).Select(Path.GetFileName).Order());
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(sarif) | File.GetUnixFileMode(html));
        }
    }

    [Fact]
    public async Task An_inventory_has_every_identity_in_each_form_and_can_be_filtered()
    {
        await using var tenant = await Tenant.StartAsync();

        var json = (await tenant.RunAsync("inventory", "--json")).Json["identities"]!.AsArray();
        var csv = (await tenant.RunAsync("inventory", "--csv")).Out.TrimEnd().Split("\r\n");
        var managed = (await tenant.RunAsync("inventory", "--json", "--kind", "managed-identity")).Json["identities"]!.AsArray();
        var text = await tenant.RunAsync("inventory");

        Assert.True(json.Count >= Small.ServicePrincipals, $"{json.Count} identities");
        Assert.Equal(json.Count + 1, csv.Length);
        Assert.Equal(json.Count(identity => (string?)identity!["kind"] == "managedIdentity"), managed.Count);
        Assert.NotEmpty(managed);
        Assert.Contains($"{json.Count} identities of tenant", text.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Finance_Misspelt=4711", "No identity of the tenant has the custom security attribute 'Finance_Misspelt'. There is ")]
    [InlineData("Finance_Misspelt", "'Finance_Misspelt'")]
    public async Task An_attribute_that_no_identity_has_is_said(string attribute, string says)
    {
        await using var tenant = await Tenant.StartAsync();

        var run = await tenant.RunAsync("inventory", "--attribute", attribute, "--json");

        Assert.Equal(ExitCodes.Ok, run.ExitCode);
        Assert.Empty(run.Json["identities"]!.AsArray());
        Assert.Contains(says, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_if_gets_one_token_for_both_of_its_questions()
    {
        await using var tenant = await Tenant.StartAsync();
        var identity = (await tenant.RunAsync("inventory", "--json", "--kind", "application")).Json["identities"]!.AsArray()
            .First(identity => identity!["servicePrincipalId"] is not null)!;
        var before = tenant.TokenRequests;

        await tenant.RunAsync("what-if", (string)identity["servicePrincipalId"]!);

        Assert.Equal(before + 1, tenant.TokenRequests);
    }

    [Theory]
    [InlineData(null, "")]
    [InlineData("notSet", "")]
    [InlineData("location", "it is not for that location")]
    [InlineData("workloadIdentities,policyNotEnabled", "it is not for this workload; it is not enabled")]
    [InlineData("somethingNew", "somethingNew")]
    public void Reasons_of_what_if_are_said_in_words(string? reasons, string words) => Assert.Equal(words, WhatIfReasons.InWords(reasons));

    [Fact]
    public async Task A_Graph_that_cannot_be_reached_is_named()
    {
        await using var tenant = await Tenant.StartAsync();

        var run = await tenant.RunElsewhereAsync("http://127.0.0.1:1/apis/graph/", "inventory");

        Assert.Equal(ExitCodes.TryAgain, run.ExitCode);
        Assert.Contains("127.0.0.1:1 did not answer", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_part_that_may_not_be_read_is_said_and_does_not_end_the_command()
    {
        await using var tenant = await Tenant.StartAsync(["Application.Read.All", "Directory.Read.All"]);

        var run = await tenant.RunAsync("inventory");

        Assert.Equal((ExitCodes.Ok, ""), (run.ExitCode, run.Error));
        Assert.Contains("Not read: Identities at risk.", run.Out, StringComparison.Ordinal);
        Assert.Contains("IdentityRiskyServicePrincipal.Read.All", run.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("review")]
    [InlineData("inventory")]
    public async Task Without_any_permission_the_first_one_to_grant_is_named(string command)
    {
        await using var tenant = await Tenant.StartAsync([]);

        var run = await tenant.RunAsync(command);

        Assert.Equal((ExitCodes.Failed, ""), (run.ExitCode, run.Out));
        Assert.Contains("Application.Read.All", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("GraphClientOptions", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_if_finds_a_workload_by_any_of_its_names_and_says_whether_it_is_blocked()
    {
        await using var tenant = await Tenant.StartAsync();
        var identity = (await tenant.RunAsync("inventory", "--json", "--kind", "application")).Json["identities"]!.AsArray()
            .First(identity => identity!["servicePrincipalId"] is not null && identity["applicationObjectId"] is not null)!;

        var byId = await tenant.RunAsync("what-if", (string)identity["servicePrincipalId"]!, "--json", "--ip", "203.0.113.7");
        var byClient = await tenant.RunAsync("what-if", (string)identity["clientId"]!, "--json", "--ip", "203.0.113.7");
        var byApplication = await tenant.RunAsync("what-if", (string)identity["applicationObjectId"]!);

        Assert.Equal((string?)identity["clientId"], (string?)byId.Json["clientId"]);
        Assert.Equal(byId.Out, byClient.Out);
        Assert.Equal((bool)byId.Json["blocked"]! ? ExitCodes.Found : ExitCodes.Ok, byId.ExitCode);
        Assert.Equal(ExitCodes.Usage, byApplication.ExitCode);
        Assert.Contains("the object id of an application", byApplication.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("inventory", "--json", "--csv")]
    [InlineData("inventory", "--kind", "robot")]
    [InlineData("inventory", "--attribute", "=4711")]
    [InlineData("review", "--fail-on", "worst")]
    [InlineData("review", "--graph", "https://evil.example/")]
    [InlineData("review", "--graph", "https://graph.microsoft.com@evil.example/")]
    [InlineData("review", "--graph", "https://graph.microsoft.com.evil.example/")]
    [InlineData("review", "--graph", "http://localhost.evil.example/")]
    [InlineData("review", "--graph", "file:///etc/passwd")]
    [InlineData("review", "--state", " ")]
    [InlineData("what-if", "orders", "--ip", "somewhere")]
    [InlineData("what-if", "orders", "--country", "Germany")]
    [InlineData("what-if", "orders", "--resource", "graph")]
    [InlineData("what-if")]
    public async Task Wrong_arguments_are_refused_before_anything_is_asked(params string[] arguments)
    {
        var bench = new ToolBench().WithSecret();

        var run = await bench.RunAsync(arguments);

        Assert.Equal((ExitCodes.Usage, ""), (run.ExitCode, run.Out));
        Assert.Empty(bench.Entra.Requests);
    }

    [Theory]
    [InlineData("review")]
    [InlineData("inventory")]
    [InlineData("what-if", "6bf7ab3f-6a37-4f6d-9a3c-2ee0f1d1f8a3")]
    [InlineData("review", "--graph", "https://graph.microsoft.com/")]
    [InlineData("review", "--graph", "https://graph.microsoft.us/")]
    public async Task A_token_of_an_emulator_is_never_sent_to_the_real_Graph(params string[] arguments)
    {
        var bench = new ToolBench().WithSecret().With(("AZURE_AUTHORITY_HOST", "http://127.0.0.1:46599/"));

        var run = await bench.RunAsync(arguments);

        Assert.Equal((ExitCodes.Usage, ""), (run.ExitCode, run.Out));
        Assert.Contains("--graph http://127.0.0.1:46599/apis/graph/", run.Error, StringComparison.Ordinal);
        Assert.Empty(bench.Entra.Requests);
    }

    [Fact]
    public async Task An_interrupted_reading_says_that_it_can_be_resumed()
    {
        await using var tenant = await Tenant.StartAsync();
        using var interrupt = new CancellationTokenSource();
        await interrupt.CancelAsync();

        var run = await tenant.RunAsync(interrupt.Token, "inventory", "--state", tenant.Path("state"));

        Assert.Equal((ExitCodes.Interrupted, ""), (run.ExitCode, run.Out));
        Assert.Contains("the same command goes on from there", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_nobody_named_and_that_cannot_be_made_is_told_and_done_without()
    {
        await using var tenant = await Tenant.StartAsync();
        await File.WriteAllTextAsync(tenant.Path("file"), "kept");

        var run = await tenant.RunAsync([("XDG_STATE_HOME", tenant.Path("file"))], "inventory", "--json");
        var named = await tenant.RunAsync("inventory", "--state", Path.Combine(tenant.Path("file"), "wid"));

        Assert.Equal(ExitCodes.Ok, run.ExitCode);
        Assert.NotEmpty(run.Json["identities"]!.AsArray());
        Assert.StartsWith("wid:  No state file is kept: ", run.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Machine, named.ExitCode);
    }

    [Fact]
    public async Task A_file_that_a_killed_process_of_the_same_id_left_does_not_keep_the_state_from_being_kept()
    {
        await using var tenant = await Tenant.StartAsync();
        var folder = Directory.CreateDirectory(tenant.Path("wid")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, $"probe-{Environment.ProcessId}"), "");

        var run = await tenant.RunAsync([("XDG_STATE_HOME", tenant.Folder)], "inventory", "--json");

        Assert.Equal((ExitCodes.Ok, ""), (run.ExitCode, run.Error));
        Assert.NotEmpty(Directory.GetFiles(folder));
        Assert.False(File.Exists(Path.Combine(folder, $"probe-{Environment.ProcessId}")));
    }

    [Fact]
    public async Task Without_a_credential_the_command_ends_as_the_others_do()
    {
        var run = await new ToolBench().RunAsync("inventory");

        Assert.Equal(ExitCodes.NoCredential, run.ExitCode);
    }

    [FactOn(Systems.Unix)]
    [UnsupportedOSPlatform("windows")]
    public void A_file_of_a_report_is_not_written_through_a_link()
    {
        var folder = Directory.CreateTempSubdirectory("wid").FullName;
        try
        {
            var (path, other) = (Path.Combine(folder, "report.html"), Path.Combine(folder, "other"));
            File.WriteAllText(other, "kept");
            File.CreateSymbolicLink($"{path}.{Environment.ProcessId}.tmp", other);

            WorkloadIdentity.Tool.OutputFile.Write("--html", path, stream => stream.Write("new"u8));

            Assert.Equal(("kept", "new"), (File.ReadAllText(other), File.ReadAllText(path)));
            Assert.Null(new FileInfo(path).LinkTarget);
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_file_of_a_report_in_a_folder_that_is_not_there_is_an_error_of_the_tool() =>
        Assert.Throws<ToolException>(() => WorkloadIdentity.Tool.OutputFile.Write(
            "--html", Path.Combine(Path.GetTempPath(), Path.GetRandomFileName(), "report.html"), _ => { }));

    /// <summary>A local Entra with a directory, and an application that may read it. Pauses between requests end at once.</summary>
    private sealed class Tenant : IAsyncDisposable
    {
        private readonly EntraEmulator _entra;
        private readonly FakeClock _clock;
        private readonly string _graph;
        private readonly CountingHandler _requests = new(new SocketsHttpHandler { AllowAutoRedirect = false });
        private readonly HttpClient _http;

        private Tenant(EntraEmulator entra, FakeClock clock, string graph)
        {
            (_entra, _clock, _graph) = (entra, clock, graph);
            _http = new HttpClient(_requests);
        }

        public string Folder { get; } = Directory.CreateTempSubdirectory("wid").FullName;

        public static async Task<Tenant> StartAsync(IEnumerable<string>? permissions = null)
        {
            var clock = new FakeClock();
            var entra = await EntraEmulator.StartAsync(new() { TimeProvider = clock });
            var graph = entra.AddGraph(Small);
            foreach (var permission in permissions ?? EmulatedGraphOptions.ReadPermissions)
            {
                entra.Application.AssignRole(graph, permission);
            }

            return new Tenant(entra, clock, graph.Url.AbsoluteUri);
        }

        public int TokenRequests => _entra.Journal.TokenRequests.Count;

        public string Path(string name) => System.IO.Path.Combine(Folder, name);

        public Task<ToolRun> RunAsync(params string[] arguments) => RunAsync(CancellationToken.None, arguments);

        public Task<ToolRun> RunAsync(CancellationToken cancellationToken, params string[] arguments) =>
            RunAsync(_graph, [], arguments, cancellationToken);

        public Task<ToolRun> RunAsync((string Name, string Value)[] variables, params string[] arguments) =>
            RunAsync(_graph, variables, arguments, CancellationToken.None);

        public Task<ToolRun> RunElsewhereAsync(string graph, params string[] arguments) =>
            RunAsync(graph, [], arguments, CancellationToken.None);

        private async Task<ToolRun> RunAsync(
            string graph,
            (string Name, string Value)[] variables,
            string[] arguments,
            CancellationToken cancellationToken)
        {
            var environment = new Dictionary<string, string>(_entra.Application.EnvironmentWithSecret());
            foreach (var (name, value) in variables)
            {
                environment[name] = value;
            }

            var (output, error) = (new StringWriter { NewLine = "\n" }, new StringWriter { NewLine = "\n" });
            var surroundings = new Surroundings
            {
                Environment = WorkloadEnvironment.FromValues(environment, new Dictionary<string, byte[]>()),
                Out = output,
                Error = error,
                IsOutRedirected = true,
                IsErrorRedirected = true,
                TimeProvider = _clock,
                EntraClient = _http,
                GraphTransport = _requests,
            };
            var code = await FastForward.RunAsync(
                _clock, () => _requests.IsIdle, () => Wid.RunAsync([.. arguments, "--graph", graph], surroundings, cancellationToken));
            return new ToolRun(code, output.ToString(), error.ToString());
        }

        public async ValueTask DisposeAsync()
        {
            _http.Dispose();
            await _entra.DisposeAsync();
            Directory.Delete(Folder, recursive: true);
        }
    }
}
