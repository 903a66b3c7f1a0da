using Amazon.Runtime;
using WorkloadIdentity.Aws;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Tests;

/// <summary>From AWS to Entra: the identity tokens of AWS STS.</summary>
public sealed class AwsAssertionSourceTests : IDisposable
{
    private static readonly AWSCredentials Caller = new SessionAWSCredentials(AwsSts.AccessKey, AwsSts.SecretKey, "session/token+canary==");

    private readonly AssertionBench _machine = new();
    private readonly AwsBench _aws = new();

    public AwsAssertionSourceTests() => _aws.Sts.IdentityToken = (_, _, _) => AssertionBench.Jwt;

    public void Dispose() => _aws.Dispose();

    [Fact]
    public async Task STS_is_asked_for_RS256_the_audience_and_the_duration()
    {
        var options = new AwsAssertionOptions { Duration = TimeSpan.FromMinutes(2), Tags = { ["team"] = "shop" } };

        var result = await AskAsync(options);

        Assert.Equal(AssertionBench.Jwt, result.Assertion);
        var sent = Assert.Single(_aws.Sts.Requests);
        Assert.Equal(
            new Dictionary<string, string>
            {
                ["Action"] = "GetWebIdentityToken",
                ["Version"] = "2011-06-15",
                ["Audience.member.1"] = "api://AzureADTokenExchange",
                ["SigningAlgorithm"] = "RS256",
                ["DurationSeconds"] = "120",
                ["Tags.member.1.Key"] = "team",
                ["Tags.member.1.Value"] = "shop",
            },
            sent.Form);
    }

    [Fact]
    public async Task Entra_gives_the_role_a_token()
    {
        await using var entra = await EntraEmulator.StartAsync();
        var issuer = entra.AddIssuer("https://0f1e2d3c.tokens.sts.global.api.aws");
        entra.Application.AddFederatedCredential(issuer.Url, AwsSts.CallerArn);
        _aws.Sts.IdentityToken = (subject, audience, _) => issuer.Issue(subject, audience);
        using var acquirer = new TokenAcquirer(new ApplicationCredential(
            entra.Application.TenantId,
            entra.Application.ClientId,
            new FederatedAuthentication(Source(new AwsAssertionOptions()), "api://AzureADTokenExchange"),
            new ApplicationCredentialOptions { AuthorityHost = entra.AuthorityHost }));

        var token = await acquirer.GetTokenAsync(new TokenRequest("https://graph.microsoft.com/.default"));

        Assert.Equal("aws", token.AcquiredBy);
        Assert.Single(_aws.Sts.Requests);
    }

    [Theory]
    [InlineData("OutboundWebIdentityFederationDisabledException", "aws iam enable-outbound-web-identity-federation")]
    [InlineData("AccessDenied", "sts:GetWebIdentityToken")]
    [InlineData("JWTPayloadSizeExceededException", "tags")]
    [InlineData("SessionDurationEscalationException", "Duration")]
    [InlineData("RegionDisabledException", "region")]
    public async Task A_refusal_says_what_to_switch_on(string code, string says)
    {
        _aws.Sts.Refuses = _ => (code, 400, $"AWS says so about {AwsSts.CallerArn}.");

        var error = AssertionBench.Fails(await AskAsync(), TokenErrorKind.Refused, says);

        Assert.Contains($"{code} (HTTP 400), \"AWS says so about {AwsSts.CallerArn}.\"", error.Message, StringComparison.Ordinal);
        Assert.Equal("aws", error.HelpAnchor);
    }

    [Fact]
    public async Task An_account_without_the_feature_says_how_to_switch_it_on()
    {
        _aws.Sts.IdentityToken = null;

        AssertionBench.Fails(
            await AskAsync(), TokenErrorKind.Refused, "aws iam enable-outbound-web-identity-federation");
    }

    [Theory]
    [InlineData("sts:GetWebIdentityToken", false)]
    [InlineData("sts:TagGetWebIdentityToken", true)]
    public async Task A_role_without_the_permission_says_which(string missing, bool hasTags)
    {
        _aws.Sts.Allows = action => action != missing;
        var options = new AwsAssertionOptions();
        if (hasTags)
        {
            options.Tags["team"] = "shop";
        }

        AssertionBench.Fails(await AskAsync(options), TokenErrorKind.Refused, missing);
    }

    [Fact]
    public async Task A_wrong_key_is_refused_and_AWSs_copy_of_the_request_is_not_repeated()
    {
        var error = AssertionBench.Fails(
            await AskAsync(credentials: new SessionAWSCredentials(AwsSts.AccessKey, "wrong-canary", "session-canary")),
            TokenErrorKind.Refused,
            "SignatureDoesNotMatch (HTTP 403)");

        Assert.Contains("aws sts get-caller-identity", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Throttling_is_transient()
    {
        _aws.Sts.Refuses = _ => ("Throttling", 400, "Rate exceeded");

        Assert.True(AssertionBench.Fails(await AskAsync(), TokenErrorKind.Throttled, "Throttling").IsTransient);
    }

    [Fact]
    public async Task An_answer_that_is_no_JWT_is_refused()
    {
        _aws.Sts.IdentityToken = (_, _, _) => "Bearer canary";

        AssertionBench.Fails(await AskAsync(), TokenErrorKind.InvalidResponse, "AWS_ENDPOINT_URL_STS");
    }

    [Fact]
    public async Task Without_AWS_credentials_the_source_is_not_here()
    {
        var error = AssertionBench.Fails(
            await FindAsync(_ => throw new AmazonClientException("canary")), TokenErrorKind.NotConfigured, "No AWS credentials",
            TokenVerdict.Unavailable);

        Assert.IsType<AmazonClientException>(error.Exception);
    }

    [Theory]
    [InlineData("AWS_ROLE_ARN")]
    [InlineData("AWS_WEB_IDENTITY_TOKEN_FILE")]
    [InlineData("AWS_PROFILE")]
    [InlineData("AWS_ACCESS_KEY_ID")]
    [InlineData("AWS_CONTAINER_CREDENTIALS_FULL_URI")]
    public async Task Half_a_configuration_is_a_failure(string variable)
    {
        _machine.With((variable, "canary"));

        AssertionBench.Fails(
            await FindAsync(_ => throw new AmazonClientException("canary")), TokenErrorKind.InvalidConfiguration, variable);
    }

    [Fact]
    public async Task In_a_chain_an_instance_that_does_not_answer_is_not_waited_for() =>
        AssertionBench.Fails(
            await FindAsync(_machine.Clock.HangAsync<AWSCredentials>, inChain: true), TokenErrorKind.TimedOut, "within 1 s",
            TokenVerdict.Unavailable);

    [Fact]
    public async Task Found_credentials_sign_and_are_looked_for_again_each_time()
    {
        var found = Caller;
        var opened = new List<AWSCredentials>();
        var source = new AwsAssertionSource(new AwsAssertionOptions(), _ => Task.FromResult(found), credentials =>
        {
            opened.Add(credentials);
            return _aws.Client(credentials);
        });
        Assert.Equal(TokenVerdict.Issued, (await _machine.AskAsync(source)).Verdict);
        Assert.Equal(TokenVerdict.Issued, (await _machine.AskAsync(source)).Verdict);

        var other = found = new BasicAWSCredentials("AKIDOTHER", "other-canary");
        AssertionBench.Fails(await _machine.AskAsync(source), TokenErrorKind.Refused, "InvalidClientTokenId");

        Assert.Equal([Caller, other], opened);
    }

    [Fact]
    public async Task Without_a_region_the_error_says_where_to_set_it()
    {
        var source = new AwsAssertionSource(
            new AwsAssertionOptions(), _ => Task.FromResult(Caller), _ => throw new StsClient.NoRegionException());

        AssertionBench.Fails(await _machine.AskAsync(source), TokenErrorKind.InvalidConfiguration, "AWS_REGION");
    }

    [Fact]
    public async Task An_address_in_plain_http_is_told_before_anything_is_sent()
    {
        var source = new AwsAssertionSource(
            new AwsAssertionOptions(), _ => Task.FromResult(Caller), _ => throw new StsClient.PlainHttpException("sts.example.com"));

        AssertionBench.Fails(await _machine.AskAsync(source), TokenErrorKind.NotAllowed, "AWS_ENDPOINT_URL_STS");
    }

    [Fact]
    public async Task No_audience_is_guessed()
    {
        var exception = await Assert.ThrowsAsync<TokenAcquisitionException>(
            () => Source(new AwsAssertionOptions()).GetAssertionAsync(_machine.Request(audience: null), CancellationToken.None).AsTask());

        Assert.Equal(TokenErrorKind.InvalidConfiguration, exception.Error.Kind);
        Assert.Empty(_aws.Sts.Requests);
    }

    public static TheoryData<Action<AwsAssertionOptions>, string> Wrong => new()
    {
        { options => options.Region = "evil.example.com", "Region" },
        { options => options.Duration = TimeSpan.FromSeconds(59), "Duration" },
        { options => options.Duration = TimeSpan.FromMinutes(61), "Duration" },
        { options => options.Duration = TimeSpan.FromSeconds(90.5), "Duration" },
        { options => options.Tags[""] = "x", "Tags" },
        { options => options.Tags["x"] = new string('x', 257), "Tags" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void An_option_out_of_range_is_named(Action<AwsAssertionOptions> configure, string option)
    {
        var options = new AwsAssertionOptions();
        configure(options);

        Assert.Contains(
            $"AwsAssertionOptions.{option}",
            Assert.Throws<ArgumentException>(() => AssertionSource.Aws(options)).Message,
            StringComparison.Ordinal);
    }

    private AssertionSource Source(AwsAssertionOptions options, AWSCredentials? credentials = null)
    {
        options.Client = _aws.Client(credentials ?? Caller);
        return AssertionSource.Aws(options);
    }

    private async Task<AssertionResult> AskAsync(AwsAssertionOptions? options = null, AWSCredentials? credentials = null) =>
        await Source(options ?? new AwsAssertionOptions(), credentials).GetAssertionAsync(_machine.Request(), CancellationToken.None);

    private Task<AssertionResult> FindAsync(Func<CancellationToken, Task<AWSCredentials>> find, bool inChain = false) =>
        _machine.AskAsync(new AwsAssertionSource(new AwsAssertionOptions { Region = AwsSts.Region }, find), inChain: inChain);
}
