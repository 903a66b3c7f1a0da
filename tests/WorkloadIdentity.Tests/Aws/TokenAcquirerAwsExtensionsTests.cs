using WorkloadIdentity.Aws;

namespace WorkloadIdentity.Tests;

/// <summary>What <c>AsAwsCredentials</c> takes.</summary>
public sealed class TokenAcquirerAwsExtensionsTests : IDisposable
{
    private readonly AwsBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData("arn:aws:iam::123456789012:role/orders")]
    [InlineData("arn:aws-us-gov:iam::123456789012:role/service/orders")]
    [InlineData("arn:aws-cn:iam::123456789012:role/orders")]
    [InlineData("arn:aws:iam:::role/orders")]
    public void The_ARN_of_a_role_is_taken(string arn) => Assert.Equal(arn, new RoleArn(arn).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("orders")]
    [InlineData("arn:aws:iam::123456789012:user/orders")]
    [InlineData("arn:aws:sts::123456789012:assumed-role/orders/session")]
    [InlineData("arn:aws:iam::1234:role/orders")]
    [InlineData("arn:aws:iam::123456789012:role/")]
    [InlineData("arn:aws:iam::123456789012:role/orders\n")]
    [InlineData("arn:aws:iam::123456789012:role/or ders")]
    public void Anything_else_is_refused(string arn) =>
        Assert.ThrowsAny<ArgumentException>(() => _bench.Acquirer.AsAwsCredentials(arn, AwsBench.Scope));

    [Theory]
    [InlineData("api://AzureADTokenExchange/.default")]
    [InlineData("")]
    public void A_scope_that_AWS_must_not_get_is_refused(string scope) =>
        Assert.ThrowsAny<ArgumentException>(() => _bench.Acquirer.AsAwsCredentials(AwsBench.Role, scope));

    public static TheoryData<Action<AwsRoleOptions>, string> Wrong => new()
    {
        { options => options.Region = "eu-west-1.example.com/", "Region" },
        { options => options.Region = "", "Region" },
        { options => options.SessionName = "a", "SessionName" },
        { options => options.SessionName = "a b", "SessionName" },
        { options => options.SessionName = new string('a', 65), "SessionName" },
        { options => options.Duration = TimeSpan.FromMinutes(14), "Duration" },
        { options => options.Duration = TimeSpan.FromHours(13), "Duration" },
        { options => options.Duration = TimeSpan.FromMinutes(15) + TimeSpan.FromMilliseconds(1), "Duration" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void An_option_out_of_range_is_named(Action<AwsRoleOptions> configure, string option) =>
        Assert.Contains(
            $"AwsRoleOptions.{option}",
            Assert.Throws<ArgumentException>(() => _bench.Assume(configure: configure)).Message,
            StringComparison.Ordinal);

    [Theory]
    [InlineData("arn:aws-cn:iam::123456789012:role/orders", "eu-west-1", false)]
    [InlineData("arn:aws:iam::123456789012:role/orders", "us-gov-west-1", false)]
    [InlineData("arn:aws-us-gov:iam::123456789012:role/orders", "us-gov-west-1", true)]
    [InlineData("arn:aws-cn:iam::123456789012:role/orders", "cn-north-1", true)]
    [InlineData("arn:aws:iam:::role/orders", "default", true)]
    public void A_role_and_a_region_of_two_partitions_are_refused(string role, string region, bool fits)
    {
        var refused = Record.Exception(() => _bench.Acquirer.AsAwsCredentials(
            role, AwsBench.Scope, new AwsRoleOptions { Region = region }));

        Assert.Equal(fits, refused is null);
        Assert.Contains(fits ? "" : $"and the region {region} is of", refused?.Message ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Options_are_read_once()
    {
        AwsRoleOptions? given = null;
        var credentials = _bench.Assume(configure: options => given = options);
        given!.SessionName = "other";

        await credentials.GetCredentialsAsync();

        Assert.Equal("orders", Assert.Single(_bench.Sts.Requests).Form["RoleSessionName"]);
    }

    [Fact]
    public async Task A_policy_narrows_the_session_and_a_tenant_is_asked_in()
    {
        var credentials = _bench.Assume(configure: options =>
        {
            options.Policy = """{"Version":"2012-10-17","Statement":[]}""";
            options.TenantId = "contoso.example";
        });

        await credentials.GetCredentialsAsync();

        Assert.Equal("""{"Version":"2012-10-17","Statement":[]}""", Assert.Single(_bench.Sts.Requests).Form["Policy"]);
        Assert.Equal("contoso.example", Assert.Single(_bench.Credential.Acquisitions).Request.TenantId);
    }

    [Fact]
    public void A_session_has_the_name_of_the_program_unless_it_is_given() =>
        Assert.Matches(@"\A[A-Za-z0-9_+=,.@-]{2,64}\z", new AwsRoleOptions().SessionName);
}
