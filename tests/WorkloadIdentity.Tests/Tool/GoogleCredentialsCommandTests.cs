using System.Text.Json;
using System.Text.RegularExpressions;
using WorkloadIdentity.Tool;

namespace WorkloadIdentity.Tests;

/// <summary>
/// <c>wid google-credentials</c> as Google's libraries start it (AIP-4117, and google-auth for Python, google/auth/pluggable.py): with the
/// command of the documented configuration file, split at its spaces.
/// </summary>
public sealed partial class GoogleCredentialsCommandTests : IDisposable
{
    private const string Jwt = "urn:ietf:params:oauth:token-type:jwt";

    private readonly string _folder = Directory.CreateTempSubdirectory("wid-google-").FullName;
    private readonly ToolBench _bench = new ToolBench().WithSecret();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(Jwt)]
    [InlineData("urn:ietf:params:oauth:token-type:id_token")]
    public async Task The_library_gets_a_token_of_the_type_that_it_expects(string type)
    {
        var (answer, text) = await AskAsync(type);

        Assert.Equal(
            $$"""{"version":1,"success":true,"token_type":"{{type}}","id_token":"{{_bench.Token}}","expiration_time":1767229199}""" + "\n",
            text);
        Assert.Equal(JsonValueKind.Number, answer.GetProperty("expiration_time").ValueKind);
        Assert.Equal("api://google-orders/.default", _bench.Entra.Requests[^1].Form["scope"]);
    }

    [Fact]
    public async Task Nothing_is_written_to_standard_error_because_the_library_for_Python_reads_both_as_one()
    {
        _bench.With(("GITHUB_ACTIONS", "true"));
        _bench.IsTerminal = true;

        await AskAsync();
        _bench.Answer = _ => ToolBench.Refused(7000215);
        await AskAsync();
    }

    [Fact]
    public async Task A_failure_is_a_response_too_and_exits_with_0_so_that_the_library_reads_it()
    {
        _bench.Answer = _ => ToolBench.Refused(7000215);

        var (answer, text) = await AskAsync();

        Assert.False(answer.GetProperty("success").GetBoolean());
        Assert.Equal("4", answer.GetProperty("code").GetString());
        Assert.Contains("AADSTS7000215", answer.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Contains("wid doctor", answer.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain("secret-canary", text, StringComparison.Ordinal);
        Assert.False(answer.TryGetProperty("id_token", out _));
    }

    [Fact]
    public async Task The_output_file_has_the_response_for_this_user_alone()
    {
        var file = Path.Combine(_folder, "token.json");
        await File.WriteAllTextAsync(file, "an older response that anybody may read");

        var (_, text) = await AskAsync(outputFile: file);

        Assert.Equal(text.TrimEnd('\n'), await File.ReadAllTextAsync(file));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }
    }

    [Theory]
    [InlineData("missing/token.json")]
    [InlineData(".")]
    public async Task The_library_gets_its_token_also_if_the_output_file_which_is_only_its_cache_cannot_be_written(string path)
    {
        var (answer, _) = await AskAsync(outputFile: Path.Combine(_folder, path));

        Assert.True(answer.GetProperty("success").GetBoolean());
        Assert.Equal(_bench.Token, answer.GetProperty("id_token").GetString());
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public async Task A_failure_is_not_kept_in_the_output_file()
    {
        _bench.Answer = _ => ToolBench.Refused(7000215);
        var file = Path.Combine(_folder, "token.json");

        await AskAsync(outputFile: file);

        Assert.False(File.Exists(file));
    }

    [Theory]
    [InlineData("urn:ietf:params:oauth:token-type:saml2", "0", "subject_token_type")]
    [InlineData(Jwt, "1", "nothing to revoke")]
    public async Task What_Entra_cannot_give_is_a_failure_without_a_token_request(string type, string revoke, string says)
    {
        _bench.With(("GOOGLE_EXTERNAL_ACCOUNT_REVOKE", revoke));

        var (answer, _) = await AskAsync(type);

        Assert.False(answer.GetProperty("success").GetBoolean());
        Assert.Contains(says, answer.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Empty(_bench.Entra.Requests);
    }

    [Fact]
    public async Task A_token_that_is_a_credential_itself_is_never_given_to_Google()
    {
        _bench.Claims["aud"] = "api://AzureADTokenExchange";

        var (answer, text) = await AskAsync();

        Assert.False(answer.GetProperty("success").GetBoolean());
        Assert.DoesNotContain(ToolBench.Signature, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_variables_of_the_library_nothing_is_printed()
    {
        var run = await _bench.RunAsync("google-credentials", "--scope", "api://google-orders/.default");

        Assert.Equal((ExitCodes.Usage, ""), (run.ExitCode, run.Out));
        Assert.Contains("GOOGLE_EXTERNAL_ACCOUNT_AUDIENCE is not set", run.Error.Replace("\n      ", " ", StringComparison.Ordinal),
            StringComparison.Ordinal);
        Assert.Empty(_bench.Entra.Requests);
    }

    private static JsonElement DocumentedFile()
    {
        var block = Json().Matches(Repository.Read("docs/google.md").ReplaceLineEndings("\n"))
            .Single(match => match.Value.Contains("external_account", StringComparison.Ordinal));
        return JsonDocument.Parse(block.Groups[1].Value).RootElement.Clone();
    }

    /// <summary>Starts the command of the documented file with the variables that the library sets.</summary>
    private async Task<(JsonElement Answer, string Text)> AskAsync(string type = Jwt, string? outputFile = null)
    {
        var file = DocumentedFile();
        Assert.Equal(
            ("external_account", Jwt, "https://sts.googleapis.com/v1/token"),
            (file.GetProperty("type").GetString(), file.GetProperty("subject_token_type").GetString(),
                file.GetProperty("token_url").GetString()));
        var executable = file.GetProperty("credential_source").GetProperty("executable");
        Assert.InRange(executable.GetProperty("timeout_millis").GetInt32(), 5000, 120_000);
        var command = executable.GetProperty("command").GetString()!.Split(' ');
        Assert.EndsWith("/wid", command[0], StringComparison.Ordinal);
        _bench.With(
            ("GOOGLE_EXTERNAL_ACCOUNT_AUDIENCE", file.GetProperty("audience").GetString()!),
            ("GOOGLE_EXTERNAL_ACCOUNT_TOKEN_TYPE", type),
            ("GOOGLE_EXTERNAL_ACCOUNT_INTERACTIVE", "0"));
        if (outputFile is not null)
        {
            _bench.With(("GOOGLE_EXTERNAL_ACCOUNT_OUTPUT_FILE", outputFile));
        }

        var run = await _bench.RunAsync(command[1..]);

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        var answer = JsonDocument.Parse(run.Out).RootElement.Clone();
        Assert.Equal(1, answer.GetProperty("version").GetInt32());
        return (answer, run.Out);
    }

    [GeneratedRegex("```json\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Json();
}
