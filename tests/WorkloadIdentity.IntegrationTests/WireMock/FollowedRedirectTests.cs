using WireMock.RequestBuilders;
using WireMock.Server;

namespace WorkloadIdentity.IntegrationTests;

/// <summary>
/// An HttpClient of the application's own follows redirects unless it is told not to. At a 307 it posts the form again, client secret
/// included, to wherever the answer pointed; the error said that no redirect is ever followed. Seen on real connections.
/// </summary>
public sealed class FollowedRedirectTests
{
    private const string Scope = "https://graph.microsoft.com/.default";

    [Theory]
    [InlineData(307)]
    [InlineData(308)]
    public async Task A_secret_that_a_client_sent_on_is_to_be_replaced_and_the_error_says_so(int status)
    {
        using var stranger = StubServer.Start();
        stranger.Given(Request.Create()).RespondWith(
            StubServer.Answer(200).WithBodyAsJson(new { token_type = "Bearer", access_token = "canary-token", expires_in = 3599 }));
        using var entra = StubServer.Answering(status, ("Location", $"{stranger.Address}steal"));
        using var client = new HttpClient();

        var result = await AcquireAsync(entra, client);

        Assert.Contains("client_secret=secret-canary", Assert.Single(stranger.Requests).Body, StringComparison.Ordinal);
        Assert.Equal(TokenVerdict.Failed, result.Verdict);
        AssertSays(result.Error!, stranger);
    }

    [Fact]
    public async Task The_secret_of_a_managed_identity_host_travels_in_a_header_and_is_to_be_replaced_too()
    {
        using var stranger = StubServer.Answering(200);
        using var host = StubServer.Answering(302, ("Location", $"{stranger.Address}steal"));
        using var client = new HttpClient();
        var environment = WorkloadEnvironment.FromValues(new Dictionary<string, string>
        {
            ["IDENTITY_ENDPOINT"] = $"{host.Address}msi/token",
            ["IDENTITY_HEADER"] = "header-canary",
        });
        var credential =
            new ManagedIdentityCredential(options: new ManagedIdentityCredentialOptions { HttpClient = client, Environment = environment });

        var result = await credential.AcquireAsync(new Acquisition(new TokenRequest(Scope)), CancellationToken.None);

        Assert.Equal("header-canary", Assert.Single(stranger.Requests).Header("X-IDENTITY-HEADER"));
        AssertSays(result.Error!, stranger);
    }

    [Fact]
    public async Task A_client_that_does_not_follow_keeps_it()
    {
        using var entra = StubServer.Answering(307, ("Location", "http://127.0.0.1:9/steal"));
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });

        var error = (await AcquireAsync(entra, client)).Error!;

        Assert.Contains("which is never followed with credentials", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("replace", error.Message, StringComparison.OrdinalIgnoreCase);
    }

    private static ValueTask<TokenResult> AcquireAsync(WireMockServer entra, HttpClient client)
    {
        var options = new ApplicationCredentialOptions { AuthorityHost = entra.Address, HttpClient = client };
        var secret = ClientSecretAuthentication.FromValue("secret-canary");
        return new ApplicationCredential("72f988bf-86f1-41af-91ab-2d7cd011db47", "6bf7ab3f-6a37-4f6d-9a3c-2ee0f1d1f8a3", secret, options)
            .AcquireAsync(new Acquisition(new TokenRequest(Scope)), CancellationToken.None);
    }

    private static void AssertSays(TokenError error, WireMockServer stranger)
    {
        Assert.Equal((TokenErrorKind.InvalidResponse, false), (error.Kind, error.IsTransient));
        Assert.Contains("the HttpClient that was given for it followed: the request was sent to "
            + $"{stranger.Address.GetLeftPart(UriPartial.Authority)}.", error.Message, StringComparison.Ordinal);
        Assert.Contains("replace that secret now", error.Message, StringComparison.Ordinal);
        Assert.Equal("wid explain redirect", error.Help);
        Assert.DoesNotContain("canary", error.ToString(), StringComparison.Ordinal);
    }
}
