using System.Diagnostics;
using System.Globalization;
using WorkloadIdentity.Developer;

namespace WorkloadIdentity.Tests;

[Collection(Tools.Name)]
public sealed class DeveloperCredentialTests : IDisposable
{
    private const string Scope = "https://graph.microsoft.com/.default";

    private const string Console = "{\"type\":\"consoleMessage\",\"timestamp\":\"2026-01-01T00:00:00Z\",\"data\":{\"message\":\"\\n";
    private const string Before1237 = Console + "ERROR: ";
    private const string Blank = Console + "\"}}";
    private const string Refused = "fetching token: failed to authenticate:\\n(invalid_tenant) AADSTS90002: Tenant 'test' not found.";
    private const string Suggestion =
        "\"message\":\"Authentication with Azure failed.\",\"suggestion\":\"Run 'azd auth login' to sign in again.\"";

    private readonly FakeTool _tool = new();

    public void Dispose() => _tool.Dispose();

    [FactOn(Systems.Unix)]
    public async Task The_azure_cli_is_asked_with_a_scope_and_its_token_is_issued()
    {
        _tool.Answers("az", FakeTool.AzToken());

        var result = await AcquireAsync(Cli());

        Assert.Equal("token-canary", result.Token!.Value);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1767229200), result.Token.ExpiresOn);
        Assert.Equal("azure cli", result.Token.AcquiredBy);
        Assert.Equal([$"account get-access-token --output json --scope {Scope}"], _tool.Runs);
    }

    [FactOn(Systems.Unix)]
    public async Task The_azure_developer_cli_is_asked_with_a_scope_and_its_token_is_issued()
    {
        _tool.Answers("azd", """{"token":"azd-token","expiresOn":"2026-01-01T01:00:00Z"}""");

        var result = await AcquireAsync(DeveloperCredential.AzureDeveloperCli(Options()));

        Assert.Equal("azd-token", result.Token!.Value);
        Assert.Equal(new DateTimeOffset(2026, 1, 1, 1, 0, 0, TimeSpan.Zero), result.Token.ExpiresOn);
        Assert.Equal([$"auth token --output json --no-prompt --scope {Scope}"], _tool.Runs);
    }

    [FactOn(Systems.Unix)]
    public async Task The_tenant_of_a_request_goes_before_that_of_the_options()
    {
        _tool.Answers("az", FakeTool.AzToken());
        var credential = Cli(options => options.TenantId = "contoso.com");

        await AcquireAsync(credential);
        await AcquireAsync(credential, new TokenRequest(Scope).ForTenant("fabrikam.com"));

        Assert.EndsWith("--tenant contoso.com", _tool.Runs[0], StringComparison.Ordinal);
        Assert.EndsWith("--tenant fabrikam.com", _tool.Runs[1], StringComparison.Ordinal);
    }

    [TheoryOn(Systems.Unix)]
    [InlineData("https://graph.microsoft.com/.default --debug")]
    [InlineData("--scope")]
    [InlineData("api://orders/.default;calc")]
    [InlineData("api://orders/%PATH%")]
    [InlineData("api://orders/\"&calc")]
    [InlineData("api://orders/$(calc)")]
    [InlineData("api://órders/.default")]
    public async Task What_could_be_more_than_a_scope_is_passed_to_no_program(string scope)
    {
        _tool.Answers("az", FakeTool.AzToken());

        var result = await AcquireAsync(Cli(), new TokenRequest(scope));

        Assert.Equal(TokenErrorKind.InvalidConfiguration, result.Error!.Kind);
        Assert.Equal(TokenVerdict.Failed, result.Verdict);
        Assert.Empty(_tool.Runs);
    }

    [Fact]
    public void A_tenant_that_is_none_is_refused_at_once()
    {
        Assert.Throws<ArgumentException>("TenantId", () => Cli(options => options.TenantId = "--debug"));
        Assert.Throws<ArgumentException>("TimeLimit", () => Cli(options => options.TimeLimit = TimeSpan.Zero));
    }

    [FactOn(Systems.Unix)]
    public async Task A_tool_that_is_not_installed_is_unavailable_and_the_error_says_what_to_run()
    {
        var result = await AcquireAsync(Cli(options => options.TenantId = "contoso.com"));

        Assert.Equal(TokenVerdict.Unavailable, result.Verdict);
        Assert.Equal(TokenErrorKind.NotConfigured, result.Error!.Kind);
        Assert.Contains("az login --tenant contoso.com", result.Error.Message, StringComparison.Ordinal);
        Assert.Equal("wid explain developer-login", result.Error.Help);
    }

    [TheoryOn(Systems.Unix)]
    [InlineData("az", "ERROR: Please run 'az login' to setup account.")]
    [InlineData("az", "\u001b[31mERROR: Please run \u001b[36m'az login'\u001b[31m to setup account.\u001b[0m")]
    [InlineData("az", "ERROR: User 'me@contoso.com' does not exist in MSAL token cache. Run `az login`.")]
    [InlineData("azd", Before1237 + "not logged in, run `azd auth login` to login\\n\"}}")]
    [InlineData("azd", Blank + "\n{\"error\":\"not logged in, run `azd auth login` to login\"," + Suggestion + "}")]
    [InlineData("azd", "{\"error\":\"not logged in, run `azd auth login` to login\",\"suggestion\":\"Run 'azd auth login' to sign in.\"}")]
    public async Task Nobody_logged_in_is_unavailable(string tool, string words)
    {
        _tool.Fails(tool, words);

        var result = await AcquireAsync(tool == "az" ? Cli() : DeveloperCredential.AzureDeveloperCli(Options()));

        Assert.Equal(TokenVerdict.Unavailable, result.Verdict);
        Assert.Contains($"Run: {(tool == "az" ? "az" : "azd auth")} login", result.Error!.Message, StringComparison.Ordinal);
    }

    /// <summary>A login is there, whatever the tool says of logging in again: a chain does not go on to another identity.</summary>
    [TheoryOn(Systems.Unix)]
    [InlineData("az", "ERROR: No subscription found. Run 'az account set' to select a subscription.")]
    [InlineData("az", "ERROR: (pii). Status: Response_Status.Status_Unexpected. See https://aka.ms/az-login for az login.")]
    [InlineData("azd", Blank + "\n{\"error\":\"fetching token: broken\",\"suggestion\":\"Run 'azd auth login' to sign in again.\"}")]
    [InlineData("azd", Before1237 + "fetching token: broken. Try `azd auth login`.\\n\"}}")]
    public async Task Anything_else_a_tool_says_fails_although_it_speaks_of_logging_in(string tool, string words)
    {
        _tool.Fails(tool, words);

        var result = await AcquireAsync(tool == "az" ? Cli() : DeveloperCredential.AzureDeveloperCli(Options()));

        Assert.Equal((TokenVerdict.Failed, TokenErrorKind.InvalidResponse), (result.Verdict, result.Error!.Kind));
    }

    [TheoryOn(Systems.Unix)]
    [InlineData("az", "ERROR: Interactive authentication is needed. Please run:\naz login --scope https://graph.microsoft.com//.default")]
    [InlineData("az", "Run the command below to authenticate interactively; arguments may be added:\naz logout\naz login --tenant \"t\"")]
    [InlineData("azd", Blank + "\n{\"error\":\"fetching token: reauthentication required, run `azd auth login --scope x` to log in\"}")]
    [InlineData("azd", Before1237 + "fetching token: login expired, run `azd auth login` to log in\\n\"}}")]
    public async Task A_login_that_must_be_renewed_fails_with_the_line_that_renews_it_for_this_scope(string tool, string words)
    {
        _tool.Fails(tool, words);

        var result = await AcquireAsync(
            tool == "az" ? Cli() : DeveloperCredential.AzureDeveloperCli(Options()), new TokenRequest(Scope).ForTenant("contoso.com"));

        Assert.Equal((TokenVerdict.Failed, TokenErrorKind.Refused), (result.Verdict, result.Error!.Kind));
        Assert.Equal(TokenErrorCategory.InteractionRequired, result.Error.Category);
        Assert.DoesNotContain("Nobody is logged in", result.Error.Message, StringComparison.Ordinal);
        var line = tool == "az" ? "az login --tenant" : "azd auth login --tenant-id";
        Assert.EndsWith($"Run: {line} contoso.com --scope {Scope}", result.Error.Message, StringComparison.Ordinal);
        Assert.Equal("wid explain developer-login", result.Error.Help);
    }

    /// <summary>Each form azd has had: up to 1.23.6, up to 1.23.15, since 1.24.0.</summary>
    [TheoryOn(Systems.Unix)]
    [InlineData(Before1237 + Refused + "\"}}")]
    [InlineData(Blank + "\n{\"error\":\"" + Refused + "\",\"links\":[{\"title\":\"t\",\"url\":\"https://u\"}]," + Suggestion + "}")]
    [InlineData("{\"error\":\"" + Refused + "\"," + Suggestion + "}")]
    [InlineData("WARNING: azd is out of date\n{\n  \"error\": \"" + Refused + "\",\n  " + Suggestion + "\n}")]
    public async Task What_azd_says_is_read_in_every_form_and_never_shown_as_json(string words)
    {
        _tool.Fails("azd", words);

        var result = await AcquireAsync(DeveloperCredential.AzureDeveloperCli(Options()));

        Assert.Equal([90002L], result.Error!.EntraErrorCodes);
        Assert.Contains("AADSTS90002: Tenant 'test' not found.", result.Error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(result.Error.Message, character => character is '{' or '}' or '"');
        Assert.DoesNotContain("sign in again", result.Error.Message, StringComparison.Ordinal);
    }

    [TheoryOn(Systems.Unix)]
    [InlineData("{\"error\":\"\",\"message\":\"Authentication with Azure failed.\"}", "It said: Authentication with Azure failed.")]
    [InlineData(Blank, "It gave no reason.")]
    [InlineData("{\"unknown\":\"shape\"}", "It gave no reason.")]
    [InlineData("plain words {not json}", "It said: plain words {not json}")]
    public async Task Without_an_error_azds_message_is_shown_or_its_text(string words, string says)
    {
        _tool.Fails("azd", words);

        var result = await AcquireAsync(DeveloperCredential.AzureDeveloperCli(Options()));

        Assert.Contains(says, result.Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_advice_at_a_desk_is_meant_for_a_web_api()
    {
        foreach (var (code, known) in EntraError.All)
        {
            var answer = new ToolAnswer(1, "", $"ERROR: AADSTS{code}: No.");
            var (isNotHere, error) = ToolRefusal.Read(new ToolQuestion(new AzureCli(), Scope, TenantId: null), answer);

            Assert.False(isNotHere);
            Assert.Equal((known.Category, TokenErrorKind.Refused), (error.Category, error.Kind));
            Assert.Equal(code is not (65001 or 65002), error.Message.Contains($"az login --scope {Scope}", StringComparison.Ordinal));
            var advice = error.Message[error.Message.IndexOf("What to do:", StringComparison.Ordinal)..];
            Assert.DoesNotContain("401", advice, StringComparison.Ordinal);
            Assert.DoesNotContain("Return", advice, StringComparison.Ordinal);
            Assert.DoesNotContain("the claims", advice, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("caller", advice, StringComparison.OrdinalIgnoreCase);
        }
    }

    [TheoryOn(Systems.Unix)]
    [InlineData("az", "TOKEN~[0m")]
    [InlineData("az", "~[0mTOKEN\n~[0m\n")]
    [InlineData("az", "~[38;5;208mwarning~[0m\nTOKEN")]
    [InlineData("azd", Blank + "\nTOKEN\n")]
    [InlineData("azd", "TOKEN\n" + Blank)]
    public async Task A_token_is_found_among_colours_and_messages(string tool, string layout)
    {
        var token = tool == "az" ? FakeTool.AzToken() : "{\n \"token\": \"token-canary\",\n \"expiresOn\": \"2026-01-01T01:00:00Z\"\n}";
        var output = layout.Replace("TOKEN", token, StringComparison.Ordinal).Replace('~', '\u001b');
        await File.WriteAllTextAsync(Path.Combine(_tool.Folder, "output"), output);
        _tool.Has(tool, $"cat '{_tool.Folder}/output'");

        var result = await AcquireAsync(tool == "az" ? Cli() : DeveloperCredential.AzureDeveloperCli(Options()));

        Assert.Equal("token-canary", result.Token?.Value);
    }

    [TheoryOn(Systems.Unix)]
    [InlineData("TOKEN trailing words")]
    [InlineData("leading words TOKEN")]
    [InlineData("[TOKEN]")]
    [InlineData("{\"answer\":TOKEN}")]
    public async Task A_token_in_another_place_is_not_picked_out(string layout)
    {
        _tool.Answers("az", layout.Replace("TOKEN", FakeTool.AzToken(), StringComparison.Ordinal));

        Assert.Equal(TokenErrorKind.InvalidResponse, (await AcquireAsync(Cli())).Error!.Kind);
    }

    [FactOn(Systems.Unix)]
    public async Task Messages_of_azd_on_the_stream_of_the_token_are_read_and_nothing_else_of_it()
    {
        _tool.Has("azd", """
            echo 'secret-canary on the wrong stream'
            echo '{"type":"consoleMessage","data":{"message":"ERROR: AADSTS50076: multi-factor authentication is needed"}}'
            exit 1
            """);

        var result = await AcquireAsync(DeveloperCredential.AzureDeveloperCli(Options()));

        Assert.Equal([50076L], result.Error!.EntraErrorCodes);
        Assert.DoesNotContain("canary", result.Error.Message, StringComparison.Ordinal);
        Assert.Contains($"azd auth login --scope {Scope}", result.Error.Message, StringComparison.Ordinal);
    }

    [TheoryOn(Systems.Unix)]
    [InlineData(65001, "never has application roles", "04b07795-8ddb-461a-bbee-02f9e1bf7b46")]
    [InlineData(65002, "No tool login works here", "with application roles")]
    public async Task What_a_tools_token_cannot_do_is_said(int code, string what, string instead)
    {
        // A login is there, and the tool offers another one: that does not make it absent.
        _tool.Fails(
            "az",
            $"ERROR: AADSTS{code}: No consent. Trace ID: 0f1e2d3c\nInteractive authentication is needed. Please run:\naz login --scope "
                + $"{Scope}");

        var result = await AcquireAsync(Cli());

        Assert.Equal(TokenVerdict.Failed, result.Verdict);
        Assert.Equal(TokenErrorKind.Refused, result.Error!.Kind);
        Assert.Equal(TokenErrorCategory.Consent, result.Error.Category);
        Assert.Equal([(long)code], result.Error.EntraErrorCodes);
        Assert.Contains(what, result.Error.Message, StringComparison.Ordinal);
        Assert.Contains(instead, result.Error.Message, StringComparison.Ordinal);
        Assert.Equal($"wid explain AADSTS{code}", result.Error.Help);
    }

    [FactOn(Systems.Unix)]
    public async Task Words_of_a_tool_are_shown_short_on_one_line_and_with_tokens_masked()
    {
        _tool.Has("az", $$"""
            printf 'ERROR: \033[31mbroken\007\nrefresh eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJtZSJ9.canary-signature ' >&2
            head -c 200000 /dev/zero | tr '\0' 'x' >&2
            exit 3
            """);

        var result = await AcquireAsync(Cli());

        Assert.Equal(TokenErrorKind.InvalidResponse, result.Error!.Kind);
        Assert.Contains("exit code 3. It said: ERROR: broken refresh", result.Error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", result.Error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(result.Error.Message, char.IsControl);
        Assert.InRange(result.Error.Message.Length, 1, 1024);
    }

    [TheoryOn(Systems.Unix)]
    [InlineData("", "nothing")]
    [InlineData("token-canary", "not a JSON object")]
    [InlineData("[\"token-canary\"]", "not a JSON object")]
    [InlineData("""{"token":"token-canary","expires_on":1767229200}""", "no 'accessToken'")]
    [InlineData("""{"accessToken":"token canary","expires_on":1767229200}""", "characters that no token has")]
    [InlineData("""{"accessToken":"token$(canary)","expires_on":1767229200}""", "characters that no token has")]
    [InlineData("""{"accessToken":"token-canary"}""", "without a readable expiry")]
    [InlineData("""{"accessToken":"token-canary","expires_on":"soon"}""", "without a readable expiry")]
    [InlineData("""{"accessToken":"token-canary","expires_on":1767225600}""", "has already expired")]
    [InlineData("""{"accessToken":"token-canary","accessToken":"other","expires_on":1767229200}""", "not a JSON object")]
    public async Task An_answer_that_is_no_token_fails_and_is_not_quoted(string output, string problem)
    {
        _tool.Answers("az", output);

        var result = await AcquireAsync(Cli());

        Assert.Equal(TokenVerdict.Failed, result.Verdict);
        Assert.Equal(TokenErrorKind.InvalidResponse, result.Error!.Kind);
        Assert.Contains(problem, result.Error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", result.Error.Message, StringComparison.Ordinal);
    }

    [FactOn(Systems.Unix)]
    public async Task Before_it_counted_seconds_the_azure_cli_told_local_time()
    {
        _tool.Answers("az", FakeTool.AzToken(ends: "\"expiresOn\": \"2026-01-01 01:00:00.000000\""));

        var result = await AcquireAsync(Cli());

        Assert.Equal(new DateTimeOffset(2026, 1, 1, 1, 0, 0, TimeSpan.Zero), result.Token!.ExpiresOn);
    }

    [FactOn(Systems.Unix)]
    public async Task A_tool_that_never_ends_is_ended_at_the_limit_with_what_it_started()
    {
        _tool.Hangs("az");
        var acquisition = AcquireAsync(Cli());
        var pids = await _tool.PidsAsync();
        Assert.All(pids, pid => Assert.True(FakeTool.IsRunning(pid)));

        _tool.Clock.Advance(TimeSpan.FromSeconds(20));
        var result = await acquisition.WaitAsync(Patience.Limit);

        Assert.Equal(TokenErrorKind.TimedOut, result.Error!.Kind);
        Assert.Equal(TokenVerdict.Failed, result.Verdict);
        await Patience.UntilAsync(() => !pids.Any(FakeTool.IsRunning));
    }

    [FactOn(Systems.Unix)]
    public async Task A_caller_that_leaves_leaves_no_process_behind()
    {
        _tool.Hangs("az");
        using var caller = new CancellationTokenSource();
        var acquisition = Cli().AcquireAsync(new Acquisition(new TokenRequest(Scope)), caller.Token).AsTask();
        var pids = await _tool.PidsAsync();

        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => acquisition.WaitAsync(Patience.Limit));
        await Patience.UntilAsync(() => !pids.Any(FakeTool.IsRunning));
    }

    [FactOn(Systems.Unix)]
    public async Task A_tool_that_writes_without_end_is_ended()
    {
        _tool.Has("az", "exec yes token-canary");

        var result = await AcquireAsync(Cli()).WaitAsync(Patience.Limit);

        Assert.Equal(TokenErrorKind.InvalidResponse, result.Error!.Kind);
        Assert.Contains("64 KiB", result.Error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", result.Error.Message, StringComparison.Ordinal);
    }

    [FactOn(Systems.Unix)]
    public async Task A_tool_that_asks_for_input_reads_the_end_of_it()
    {
        _tool.Has("az", "printf 'Password: ' >&2; read answer || { echo 'nobody there' >&2; exit 1; }");

        var result = await AcquireAsync(Cli()).WaitAsync(Patience.Limit);

        Assert.Contains("nobody there", result.Error!.Message, StringComparison.Ordinal);
    }

    [FactOn(Systems.Unix)]
    public async Task A_child_that_outlives_the_tool_does_not_hold_the_answer_up()
    {
        _tool.Has("az", $"sleep 600 &\necho $! > '{_tool.Folder}/child'\ncat <<'END'\n{FakeTool.AzToken()}\nEND");
        var acquisition = AcquireAsync(Cli());

        // The time limit is one timer; the wait for the rest of the output, once the tool has ended, is another.
        await Patience.UntilAsync(() => _tool.Clock.PendingTimers == 2);
        _tool.Clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("token-canary", (await acquisition).Token!.Value);
        using var child =
            Process.GetProcessById(int.Parse(await File.ReadAllTextAsync($"{_tool.Folder}/child"), CultureInfo.InvariantCulture));
        child.Kill();
    }

    [FactOn(Systems.Unix)]
    public async Task The_tool_is_run_from_an_absolute_folder_of_PATH_and_never_from_the_current_one()
    {
        var relative = Path.GetRelativePath(Environment.CurrentDirectory, _tool.Folder);
        _tool.Answers("az", FakeTool.AzToken());
        _tool.Variables["PATH"] = string.Join(Path.PathSeparator, "", ".", relative);
        Assert.True(File.Exists(Path.Combine(relative, "az")));

        Assert.Equal(TokenVerdict.Unavailable, (await AcquireAsync(Cli())).Verdict);
        _tool.Variables["PATH"] += Path.PathSeparator + _tool.Folder;
        Assert.Equal(TokenVerdict.Issued, (await AcquireAsync(Cli())).Verdict);
    }

    [FactOn(Systems.Unix)]
    public async Task A_file_nobody_may_execute_is_not_the_tool()
    {
        _tool.Has("az", "exit 0", UnixFileMode.UserRead | UnixFileMode.UserWrite);

        Assert.Equal(TokenVerdict.Unavailable, (await AcquireAsync(Cli())).Verdict);
    }

    [FactOn(Systems.Unix)]
    public async Task A_file_that_is_no_program_fails_and_says_where_it_is()
    {
        var file = Path.Combine(_tool.Folder, "az");
        _tool.Has("az", "");
        await File.WriteAllTextAsync(file, "#!/nonexistent/interpreter\n");

        var result = await AcquireAsync(Cli());

        Assert.Equal(TokenErrorKind.InvalidConfiguration, result.Error!.Kind);
        Assert.Contains(file, result.Error.Message, StringComparison.Ordinal);
    }

    [FactOn(Systems.Unix)]
    public async Task Users_and_claims_are_not_passed_on()
    {
        _tool.Answers("az", FakeTool.AzToken());

        var onBehalfOf = await AcquireAsync(Cli(), new TokenRequest(Scope) { UserAssertion = "a.b.c" });
        var claims = await Cli().AcquireAsync(new Acquisition(new TokenRequest(Scope)) { Claims = "{}" }, CancellationToken.None);

        Assert.Equal(TokenErrorKind.InvalidConfiguration, onBehalfOf.Error!.Kind);
        Assert.Equal(TokenErrorKind.InvalidConfiguration, claims.Error!.Kind);
        Assert.Empty(_tool.Runs);
    }

    [FactOn(Systems.Unix)]
    public async Task One_program_runs_at_a_time()
    {
        _tool.Has("az", $"mkdir '{_tool.Folder}/busy' || exit 9\ncat <<'END'\n{FakeTool.AzToken()}\nEND\nrmdir '{_tool.Folder}/busy'");
        var credential = Cli();

        var results =
            await Task.WhenAll(
                Enumerable.Range(0, 4).Select(number => AcquireAsync(credential, new TokenRequest($"api://{number}/.default"))));

        Assert.All(results, result => Assert.Equal(TokenVerdict.Issued, result.Verdict));
        Assert.Equal(4, _tool.Runs.Count);
    }

    private static Task<TokenResult> AcquireAsync(Credential credential, TokenRequest? request = null) =>
        credential.AcquireAsync(new Acquisition(request ?? new TokenRequest(Scope)), CancellationToken.None).AsTask();

    private DeveloperCredential Cli(Action<DeveloperCredentialOptions>? configure = null)
    {
        var options = Options();
        configure?.Invoke(options);
        return DeveloperCredential.AzureCli(options);
    }

    private DeveloperCredentialOptions Options() =>
        new() { Environment = WorkloadEnvironment.FromValues(_tool.Variables), TimeProvider = _tool.Clock };
}
