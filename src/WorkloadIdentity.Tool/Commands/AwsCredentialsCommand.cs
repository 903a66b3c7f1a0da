using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using WorkloadIdentity.Aws;

namespace WorkloadIdentity.Tool;

/// <summary>
/// <c>wid aws-credentials</c>: a source of credentials for the AWS SDK of any language, and for the AWS CLI
/// (<see href="https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html">credential_process</see>). The SDK starts
/// it again when a session ends.
/// </summary>
internal static class AwsCredentialsCommand
{
    public static Command Create(Surroundings surroundings)
    {
        var role = new Option<string>("--role-arn") { Description = "The role to assume.", HelpName = "arn", Required = true };
        var scope = new Option<string>("--scope")
        {
            Description = "The scope of the application that stands for AWS: its tokens go to AWS.",
            HelpName = "scope",
            Required = true,
        };
        var region = new Option<string?>("--region") { Description = "The region of AWS STS, in place of AWS_REGION.", HelpName = "name" };
        var session = new Option<string?>("--session-name") { Description = "The session's name in CloudTrail.", HelpName = "name" };
        var duration = new Option<int?>("--duration")
        {
            Description = "How long a session lasts. The role has a maximum. [default: 3600]",
            HelpName = "seconds",
        };

        // The AWS SDK may have started this command to find its credentials, and must not be asked for them again.
        var identity = new IdentityOptions(mayUseAws: false);
        var command = new Command(
            "aws-credentials", "A source of credentials for AWS SDKs and the AWS CLI (credential_process): a session of a role, as JSON.")
        {
            role, scope, region, session, duration,
        };
        identity.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            RefuseTerminal(surroundings);
            var options = Options(surroundings, parsed.GetValue(region), parsed.GetValue(session), parsed.GetValue(duration));
            Check(parsed.GetValue(role)!, options);
            var (token, request, _) = await identity.GetTokenAsync(
                parsed, surroundings, parsed.GetValue(scope)!, "Getting a token for AWS", cancellationToken).ConfigureAwait(false);
            var credentials = new HeldToken(token).AsAwsCredentials(parsed.GetValue(role)!, request.Scope, options);
            using var end = credentials as IDisposable;
            await WriteAsync(surroundings, credentials, cancellationToken).ConfigureAwait(false);
            return ExitCodes.Ok;
        });
        return command;
    }

    /// <summary>Nobody gets a session on the screen by trying the command out.</summary>
    private static void RefuseTerminal(Surroundings surroundings)
    {
        if (!surroundings.IsOutRedirected)
        {
            throw new ToolException(
                "wid aws-credentials writes secrets for a program, and standard output is a terminal.",
                "Name this command as credential_process in ~/.aws/config (its help shows how), then run: aws sts get-caller-identity",
                "wid#wid-aws-credentials");
        }
    }

    private static AwsRoleOptions Options(Surroundings surroundings, string? region, string? session, int? seconds)
    {
        var options = new AwsRoleOptions
        {
            Region =
                region ?? surroundings.Environment.Variable("AWS_REGION") ?? surroundings.Environment.Variable("AWS_DEFAULT_REGION"),
            Client = surroundings.AwsTokenService,
            TimeProvider = surroundings.TimeProvider,
        };
        options.SessionName = session ?? options.SessionName;
        options.Duration = seconds is { } given ? TimeSpan.FromSeconds(given) : options.Duration;
        return options;
    }

    /// <summary>What is wrong with an option is said before a token is asked for.</summary>
    private static void Check(string role, AwsRoleOptions options)
    {
        try
        {
            using var unused = new HeldToken(token: null).AsAwsCredentials(role, "api://check/.default", options) as IDisposable;
        }
        catch (ArgumentException exception)
        {
            throw new ToolException(
                $"An option cannot be used. {TokenError.Explain(exception)}",
                "Correct it; wid aws-credentials --help lists the options.",
                "wid#wid-aws-credentials");
        }
    }

    private static async Task WriteAsync(
        Surroundings surroundings, Amazon.Runtime.AWSCredentials credentials, CancellationToken cancellationToken)
    {
        try
        {
            var session = await credentials.GetCredentialsAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
            await PrintedToken.MaskAsync(surroundings, session.SecretKey).ConfigureAwait(false);
            await PrintedToken.MaskAsync(surroundings, session.Token).ConfigureAwait(false);
            await surroundings.Out.WriteLineAsync(JsonSerializer.Serialize(
                new ProcessCredentials(
                    1, session.AccessKey, session.SecretKey, session.Token,
                    TokenCommand.Time(new DateTimeOffset(credentials.Expiration!.Value, TimeSpan.Zero))),
                ProcessCredentialsJson.Default.ProcessCredentials)).ConfigureAwait(false);
        }
        catch (TokenAcquisitionException exception)
        {
            throw new ToolException(
                ExitCodes.Of(TokenVerdict.Failed, exception.Error),
                new Redaction(surroundings.Environment, isOn: true).Lines(exception.Error.Message),
                "The page below says what to configure in AWS and in Entra.",
                exception.Error.Help);
        }
    }

    /// <summary>The token that was got. It is new, so a renewal brings nothing newer.</summary>
    private sealed class HeldToken(AccessToken? token) : ITokenAcquirer
    {
        public ValueTask<AccessToken> GetTokenAsync(TokenRequest request, CancellationToken cancellationToken = default) =>
            new(token ?? throw new NotSupportedException());

        public ValueTask<AccessToken> RenewTokenAsync(
            TokenRequest request, AccessToken? rejected, string? claims = null, CancellationToken cancellationToken = default) =>
            GetTokenAsync(request, cancellationToken);
    }
}

internal sealed record ProcessCredentials(
    int Version, string AccessKeyId, string SecretAccessKey, string SessionToken, string Expiration);

[JsonSerializable(typeof(ProcessCredentials))]
internal sealed partial class ProcessCredentialsJson : JsonSerializerContext;
