namespace WorkloadIdentity.Tests;

/// <summary>
/// An HttpClient of the application's own follows redirects unless it is told not to. At a 307 it posts the form again, client secret
/// included, to wherever the answer pointed; the error said that no redirect is ever followed. Seen on real connections.
/// </summary>
public sealed class FollowedRedirectTests
{
    [Theory]
    [InlineData(307)]
    [InlineData(308)]
    public async Task A_secret_that_a_client_sent_on_is_to_be_replaced_and_the_error_says_so(int status)
    {
        await using var stranger = new LoopbackServer(_ => new LoopbackServer.Answer(200) { Body = EntraFake.Token("canary-token") });
        await using var entra = new LoopbackServer(_ => new LoopbackServer.Answer(status, ("Location", $"{stranger.Address}steal")));
        using var client = new HttpClient();

        var result = await AcquireAsync(entra, client);

        Assert.Contains("client_secret=secret-canary", Assert.Single(stranger.Requests).Body, StringComparison.Ordinal);
        Assert.Equal(TokenVerdict.Failed, result.Verdict);
        AssertSays(result.Error!, stranger);
    }

    [Fact]
    public async Task The_secret_of_a_managed_identity_host_travels_in_a_header_and_is_to_be_replaced_too()
    {
        await using var stranger = new LoopbackServer(_ => new LoopbackServer.Answer(200) { Body = "{}" });
        await using var host = new LoopbackServer(_ => new LoopbackServer.Answer(302, ("Location", $"{stranger.Address}steal")));
        using var client = new HttpClient();
        var machine = Machine.AppService();
        machine.Variables["IDENTITY_ENDPOINT"] = $"{host.Address}msi/token";
        machine.Variables["IDENTITY_HEADER"] = "header-canary";

        var credential = machine.Credential(configure: options => options.HttpClient = client);

        var result = await credential.AcquireAsync(new Acquisition(new TokenRequest(Machine.Scope)), CancellationToken.None);

        Assert.Equal("header-canary", Assert.Single(stranger.Requests).Headers["X-IDENTITY-HEADER"]);
        AssertSays(result.Error!, stranger);
    }

    [Fact]
    public async Task A_client_that_does_not_follow_keeps_it()
    {
        await using var entra = new LoopbackServer(_ => new LoopbackServer.Answer(307, ("Location", "http://127.0.0.1:9/steal")));
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });

        var error = (await AcquireAsync(entra, client)).Error!;

        Assert.Contains("which is never followed with credentials", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("replace", error.Message, StringComparison.OrdinalIgnoreCase);
    }

    private static ValueTask<TokenResult> AcquireAsync(LoopbackServer entra, HttpClient client)
    {
        var options = new ApplicationCredentialOptions { AuthorityHost = entra.Address, HttpClient = client };
        var secret = ClientSecretAuthentication.FromValue("secret-canary");
        return new ApplicationCredential(EntraFake.Tenant, EntraFake.ClientId, secret, options)
            .AcquireAsync(new Acquisition(new TokenRequest(EntraFake.Scope)), CancellationToken.None);
    }

    private static void AssertSays(TokenError error, LoopbackServer stranger)
    {
        Assert.Equal((TokenErrorKind.InvalidResponse, false), (error.Kind, error.IsTransient));
        Assert.Contains("the HttpClient that was given for it followed: the request was sent to "
            + $"{stranger.Address.GetLeftPart(UriPartial.Authority)}.", error.Message, StringComparison.Ordinal);
        Assert.Contains("replace that secret now", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("#redirect", error.HelpLink.OriginalString, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", error.ToString(), StringComparison.Ordinal);
    }
}
