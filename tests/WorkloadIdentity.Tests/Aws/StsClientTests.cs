using Amazon.Runtime;
using Amazon.SecurityToken;
using Amazon.SecurityToken.Model;
using WorkloadIdentity.Aws;

namespace WorkloadIdentity.Tests;

public sealed class StsClientTests
{
    private static readonly AWSCredentials Anonymous = new AnonymousAWSCredentials();

    [Fact]
    public async Task A_redirect_does_not_take_the_token_to_another_host()
    {
        await using var other = new LoopbackServer(_ => new LoopbackServer.Answer(200));
        await using var sts = new LoopbackServer(
            _ => new LoopbackServer.Answer(307, ("Location", new Uri(other.Address, "/collect").AbsoluteUri)));
        using var client = StsClient.Open(null, Anonymous, Config(sts.Address.AbsoluteUri));

        var refused = await Assert.ThrowsAnyAsync<Exception>(() => client.AssumeRoleWithWebIdentityAsync(
            new AssumeRoleWithWebIdentityRequest
            {
                RoleArn = AwsBench.Role,
                RoleSessionName = "orders",
                WebIdentityToken = "token-canary",
            }));

        Assert.Contains("token-canary", Assert.Single(sts.Requests).Body, StringComparison.Ordinal);
        Assert.Empty(other.Requests);
        Assert.Contains("it redirects. Check proxy and address", StsRefusal.OfIdentityToken(refused).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://sts.example.com")]
    [InlineData("http://192.0.2.1:4566/")]
    public void A_token_is_not_sent_over_plain_http_to_another_machine(string address)
    {
        var refused = Assert.Throws<StsClient.PlainHttpException>(() => StsClient.Open(null, Anonymous, Config(address)));

        Assert.Contains("plain http on another machine", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://localhost:4566")]
    [InlineData("http://127.0.0.1:4566")]
    [InlineData("https://sts.example.com")]
    public void An_address_of_this_machine_or_with_https_is_used(string address)
    {
        using var client = StsClient.Open(null, Anonymous, Config(address));

        Assert.Equal(new Uri(address), new Uri(client.Config.ServiceURL));
    }

    [Fact]
    public void The_time_of_an_attempt_is_limited()
    {
        using var client = StsClient.Open("eu-west-1", Anonymous);

        Assert.Equal(TimeSpan.FromSeconds(10), client.Config.Timeout);
    }

    private static AmazonSecurityTokenServiceConfig Config(string address) => new() { ServiceURL = address, MaxErrorRetry = 0 };
}
