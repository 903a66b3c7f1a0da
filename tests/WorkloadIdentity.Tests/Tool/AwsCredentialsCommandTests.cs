using System.Text.Json.Nodes;
using Amazon.Runtime;

namespace WorkloadIdentity.Tests;

/// <summary><c>wid aws-credentials</c>, and what <c>wid doctor</c> says on AWS.</summary>
public sealed class AwsCredentialsCommandTests : IDisposable
{
    private static readonly string[] Command = ["aws-credentials", "--role-arn", AwsBench.Role, "--scope", AwsBench.Scope];

    private readonly AwsBench _aws = new();
    private readonly ToolBench _bench = new ToolBench().WithSecret();

    public AwsCredentialsCommandTests()
    {
        _bench.AwsTokenService = _aws.Client(new AnonymousAWSCredentials());
        _bench.Answer = _ => _bench.Issued(_aws.Token());
    }

    public void Dispose() => _aws.Dispose();

    [Fact]
    public async Task It_writes_what_credential_process_reads()
    {
        var run = await _bench.RunAsync([.. Command, "--session-name", "orders", "--duration", "900"]);

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal(
            new Dictionary<string, string>
            {
                ["Version"] = "1",
                ["AccessKeyId"] = "ASIASESSION1",
                ["SecretAccessKey"] = "secret/canary+1",
                ["SessionToken"] = "session/token+canary1==",
                ["Expiration"] = "2026-01-01T00:15:00Z",
            },
            run.Json.AsObject().ToDictionary(member => member.Key, member => member.Value!.ToString()));
        Assert.Equal(System.Text.Json.JsonValueKind.Number, run.Json["Version"]!.GetValueKind());
        var sent = Assert.Single(_aws.Sts.Requests).Form;
        Assert.Equal(("orders", "900", AwsBench.Role), (sent["RoleSessionName"], sent["DurationSeconds"], sent["RoleArn"]));
    }

    [Fact]
    public async Task A_refusal_goes_to_standard_error_with_AWSs_code_and_the_tokens_claims()
    {
        _aws.Claims = claims => claims["sub"] = "someone-else";

        var run = await _bench.RunAsync(Command);

        Assert.Equal((4, ""), (run.ExitCode, run.Out));
        var error = string.Join(' ', run.Error.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("AccessDenied (HTTP 403)", error, StringComparison.Ordinal);
        Assert.Contains($"issuer {AwsBench.Issuer}, audience {AwsBench.Audience}, subject someone-else", error, StringComparison.Ordinal);
        Assert.Contains("wid explain aws", error, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("eyJ", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_token_of_Entra_AWS_is_not_asked()
    {
        _bench.Answer = _ => ToolBench.Refused(7000215);

        var run = await _bench.RunAsync(Command);

        Assert.Equal((4, ""), (run.ExitCode, run.Out));
        Assert.Contains("AADSTS7000215", run.Error, StringComparison.Ordinal);
        Assert.Empty(_aws.Sts.Requests);
    }

    [Fact]
    public async Task On_a_terminal_it_writes_nothing()
    {
        _bench.IsTerminal = true;

        var run = await _bench.RunAsync(Command);

        Assert.Equal((2, ""), (run.ExitCode, run.Out));
        Assert.Contains("credential_process", run.Error, StringComparison.Ordinal);
        Assert.Empty(_bench.Entra.Requests);
    }

    [Theory]
    [InlineData("--role-arn", "reader")]
    [InlineData("--session-name", "a b")]
    [InlineData("--duration", "60")]
    [InlineData("--region", "evil.example.com/")]
    public async Task A_wrong_option_is_said_before_a_token_is_asked_for(string option, string value)
    {
        var run = await _bench.RunAsync(
            option == "--role-arn" ? ["aws-credentials", "--scope", AwsBench.Scope, option, value] : [.. Command, option, value]);

        Assert.Equal((2, ""), (run.ExitCode, run.Out));
        Assert.Empty(_bench.Entra.Requests);
    }

    [Fact]
    public async Task A_token_that_is_a_credential_never_goes_to_AWS()
    {
        var run = await _bench.RunAsync("aws-credentials", "--role-arn", AwsBench.Role, "--scope", "api://AzureADTokenExchange/.default");

        Assert.Equal((2, ""), (run.ExitCode, run.Out));
        Assert.Empty(_aws.Sts.Requests);
    }

    [Fact]
    public async Task In_GitHub_Actions_the_secrets_are_masked()
    {
        _bench.With(("GITHUB_ACTIONS", "true"));

        var run = await _bench.RunAsync(Command);

        Assert.Equal("::add-mask::secret/canary+1\n::add-mask::session/token+canary1==\n", run.Error);
    }

    [Fact]
    public async Task It_never_asks_the_AWS_SDK_which_may_have_started_it()
    {
        var bench = new ToolBench().WithApplication().With(("AWS_PROFILE", "orders"));
        bench.AwsTokenService = _bench.AwsTokenService;

        var run = await bench.RunAsync(Command);

        Assert.Equal((5, ""), (run.ExitCode, run.Out));
        Assert.Empty(_aws.Sts.Requests);
    }

    [Theory]
    [InlineData("AWS_ROLE_ARN")]
    [InlineData("AWS_CONTAINER_CREDENTIALS_FULL_URI")]
    [InlineData(null)]
    public async Task The_doctor_shows_role_issuer_and_federated_credential(string? variable)
    {
        var bench = new ToolBench().WithApplication();
        if (variable is not null)
        {
            bench.With((variable, "http://169.254.170.23/v1/credentials"));
        }
        else
        {
            bench.File("/sys/class/dmi/id/sys_vendor", "Amazon EC2\n");
        }

        _aws.Sts.IdentityToken = (subject, _, _) => ToolBench.Assertion(subject, "https://0f1e2d3c.tokens.sts.global.api.aws");
        bench.AwsTokenService = _aws.Client(new BasicAWSCredentials(AwsSts.AccessKey, AwsSts.SecretKey));
        bench.Answer = _ => ToolBench.Refused(700213);

        var run = await bench.RunAsync("doctor", "--json");

        var finding = Find(run.Json, "aws");
        Assert.Equal(AwsSts.CallerArn, (string?)finding["assertion"]?["subject"]);
        Assert.Equal("https://0f1e2d3c.tokens.sts.global.api.aws", (string?)finding["assertion"]?["issuer"]);
        Assert.Equal(AwsSts.CallerArn, (string?)finding["assertion"]?["federatedCredential"]?["json"]?["subject"]);
    }

    private static JsonNode Find(JsonNode node, string name) =>
        All(node).First(found => found is JsonObject && (string?)found["name"] == name && found["assertion"] is not null);

    private static IEnumerable<JsonNode> All(JsonNode node) => (node switch
    {
        JsonObject members => members.Select(member => member.Value),
        JsonArray items => items,
        _ => [],
    }).OfType<JsonNode>().SelectMany(All).Prepend(node);
}
