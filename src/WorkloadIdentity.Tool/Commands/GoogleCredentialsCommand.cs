using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using WorkloadIdentity.Governance;

namespace WorkloadIdentity.Tool;

/// <summary>
/// <c>wid google-credentials</c>: an executable source of Google's client libraries in every language
/// (<see href="https://google.aip.dev/auth/4117">AIP-4117</see>). The library starts the command, exchanges the token that it prints at
/// Google's Security Token Service, and tells it in variables what it expects.
/// </summary>
internal static class GoogleCredentialsCommand
{
    private const string Prefix = "GOOGLE_EXTERNAL_ACCOUNT_";
    private const string JwtType = "urn:ietf:params:oauth:token-type:jwt";
    private const string IdTokenType = "urn:ietf:params:oauth:token-type:id_token";

    public static Command Create(Surroundings surroundings)
    {
        var scope = new Option<string>("--scope")
        {
            Description = "The scope of an application of your own. Google's workload identity provider trusts its tokens.",
            HelpName = "scope",
            Required = true,
        };
        var identity = new IdentityOptions();
        var command = new Command("google-credentials", "An executable source for Google's client libraries: prints a token for them.")
        {
            scope,
        };
        identity.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var environment = surroundings.Environment;
            if (environment.Variable($"{Prefix}AUDIENCE") is null)
            {
                throw new ToolException(
                    $"{Prefix}AUDIENCE is not set, so no library of Google's started this command.",
                    "Name this command in the configuration file of the library (its help shows how). To look at the token: wid token "
                        + $"--decode --scope {parsed.GetValue(scope)}");
            }

            var response = await AnswerAsync(environment, async () => (await identity.GetTokenAsync(
                parsed,
                surroundings,
                parsed.GetValue(scope)!,
                "Getting a token for Google",
                cancellationToken).ConfigureAwait(false)).Token).ConfigureAwait(false);
            if (response.Success && environment.Variable($"{Prefix}OUTPUT_FILE") is { } path)
            {
                Keep(path, response);
            }

            // Nothing goes to standard error, not even the line that masks a token in the log of GitHub Actions: the library for Python
            // reads both streams as one. A failure exits with 0 as well, because the libraries read the response only then.
            await surroundings.Out.WriteLineAsync(JsonSerializer.Serialize(response, GoogleJson.Default.GoogleResponse))
                .ConfigureAwait(false);
            return ExitCodes.Ok;
        });
        return command;
    }

    /// <summary>
    /// Writes the file that the library reads before it starts the command again. Without it, the library only starts the command more
    /// often. The reason is told nowhere: standard error is not free for it.
    /// </summary>
    private static void Keep(string path, GoogleResponse response)
    {
        try
        {
            PrivateFile.Replace(path, stream => JsonSerializer.Serialize(stream, response, GoogleJson.Default.GoogleResponse));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
        }
    }

    /// <summary>What the library gets: a token, or why there is none.</summary>
    private static async Task<GoogleResponse> AnswerAsync(WorkloadEnvironment environment, Func<Task<AccessToken>> getToken)
    {
        var type = environment.Variable($"{Prefix}TOKEN_TYPE") ?? JwtType;
        if (type is not (JwtType or IdTokenType))
        {
            return GoogleResponse.Failed(
                ExitCodes.Usage, $"subject_token_type of the configuration file is not one that Entra issues. Set it to {JwtType}.");
        }

        if (environment.Variable($"{Prefix}REVOKE") == "1")
        {
            return GoogleResponse.Failed(ExitCodes.Usage, "There is nothing to revoke: wid keeps no session.");
        }

        try
        {
            var token = await getToken().ConfigureAwait(false);
            return GoogleResponse.Issued(type, token);
        }
        catch (ToolException exception)
        {
            return GoogleResponse.Failed(exception.ExitCode, $"{exception.Message} {exception.Advice} Help: {exception.Help}");
        }
    }
}

/// <summary>The response of an executable source, version 1.</summary>
internal sealed record GoogleResponse(
    int Version, bool Success, string? TokenType, string? IdToken, long? ExpirationTime, string? Code, string? Message)
{
    public static GoogleResponse Issued(string type, AccessToken token) =>
        new(1, true, type, token.Value, token.ExpiresOn.ToUnixTimeSeconds(), null, null);

    public static GoogleResponse Failed(int code, string message) =>
        new(1, false, null, null, null, code.ToString(CultureInfo.InvariantCulture), message);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(GoogleResponse))]
internal sealed partial class GoogleJson : JsonSerializerContext;
