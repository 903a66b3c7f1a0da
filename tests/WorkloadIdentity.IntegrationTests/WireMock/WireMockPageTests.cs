using System.Net;
using Microsoft.Extensions.DependencyInjection;
using WireMock.Matchers;
using WireMock.RequestBuilders;
using WireMock.ResponseBuilders;
using WireMock.Server;
using WireMock.Settings;

namespace WorkloadIdentity.IntegrationTests;

/// <summary>The code of docs/wiremock.md, as it stands there.</summary>
public sealed class WireMockPageTests
{
    [Fact]
    public async Task An_application_calls_an_API_with_a_token_from_a_stub()
    {
        // Plain http is for 127.0.0.1 only; the address that WireMock chooses by itself is http://localhost.
        using var entra = WireMockServer.Start(new WireMockServerSettings { Urls = ["http://127.0.0.1:0"] });
        using var api = WireMockServer.Start(new WireMockServerSettings { Urls = ["http://127.0.0.1:0"] });

        entra
            .Given(Request.Create().UsingPost().WithPath("/72f988bf-86f1-41af-91ab-2d7cd011db47/oauth2/v2.0/token")
                .WithBody(new WildcardMatcher("*grant_type=client_credentials*")))
            .RespondWith(Response.Create().WithBodyAsJson(new { token_type = "Bearer", expires_in = 3599, access_token = "t1" }));
        api
            .Given(Request.Create().UsingGet().WithPath("/orders/42").WithHeader("Authorization", "Bearer t1"))
            .RespondWith(Response.Create().WithBodyAsJson(new { id = 42 }));

        var services = new ServiceCollection();
        services.AddWorkloadIdentity()
            .UseSecret("72f988bf-86f1-41af-91ab-2d7cd011db47", "6bf7ab3f-6a37-4f6d-9a3c-2ee0f1d1f8a3", "s3cret")
            .Configure(options => options.Credentials.AuthorityHost = new Uri(entra.Urls[0]));
        services.AddHttpClient("orders", client => client.BaseAddress = new Uri(api.Urls[0])).AddAccessToken("api://orders/.default");

        await using var provider = services.BuildServiceProvider();
        using var orders = provider.GetRequiredService<IHttpClientFactory>().CreateClient("orders");
        Assert.Equal("""{"id":42}""", await orders.GetStringAsync("/orders/42"));
        Assert.Equal("""{"id":42}""", await orders.GetStringAsync("/orders/42"));

        Assert.Single(entra.LogEntries);        // one token for both calls
    }

    [Fact]
    public async Task A_rejected_token_is_renewed_once()
    {
        using var entra = WireMockServer.Start(new WireMockServerSettings { Urls = ["http://127.0.0.1:0"] });
        using var api = WireMockServer.Start(new WireMockServerSettings { Urls = ["http://127.0.0.1:0"] });
        IResponseBuilder Token(string value) =>
            Response.Create().WithBodyAsJson(new { token_type = "Bearer", expires_in = 3599, access_token = value });

        var token = Request.Create().UsingPost().WithPath("/*/oauth2/v2.0/token");
        entra.Given(token).InScenario("renewal").WillSetStateTo("renewed").RespondWith(Token("t1"));
        entra.Given(token).InScenario("renewal").WhenStateIs("renewed").RespondWith(Token("t2"));
        api.Given(Request.Create().WithHeader("Authorization", "Bearer t1")).RespondWith(
            Response.Create().WithStatusCode(401).WithHeader("WWW-Authenticate", "Bearer error=\"invalid_token\""));
        api.Given(Request.Create().WithHeader("Authorization", "Bearer t2")).RespondWith(Response.Create().WithStatusCode(200));

        var secret = ClientSecretAuthentication.FromValue("s3cret");
        var credential = new ApplicationCredential(
            "72f988bf-86f1-41af-91ab-2d7cd011db47",
            "6bf7ab3f-6a37-4f6d-9a3c-2ee0f1d1f8a3",
            secret,
            new ApplicationCredentialOptions { AuthorityHost = new Uri(entra.Urls[0]) });
        using var acquirer = new TokenAcquirer(credential);
        var options = new AccessTokenHandlerOptions { AllowedOrigins = { new Uri(api.Urls[0]) } };
        var handler = new AccessTokenHandler(acquirer, new TokenRequest("api://orders/.default"), options);
        handler.InnerHandler = new SocketsHttpHandler();
        using var orders = new HttpClient(handler) { BaseAddress = new Uri(api.Urls[0]) };

        Assert.Equal(HttpStatusCode.OK, (await orders.GetAsync("/orders/42")).StatusCode);
    }

    [Fact]
    public async Task A_managed_identity_host_is_throttled_and_recovers()
    {
        using var host = WireMockServer.Start(new WireMockServerSettings { Urls = ["http://127.0.0.1:0"] });
        var request = Request.Create().UsingGet().WithPath("/msi/token")
            .WithHeader("X-IDENTITY-HEADER", "853b9a84-5bfa-4b22-a3f3-0b9a43d9ad8a")
            .WithParam("api-version", "2019-08-01")
            .WithParam("resource", "https://vault.azure.net");
        var expiresOn = TimeProvider.System.GetUtcNow().AddHours(24).ToUnixTimeSeconds();
        host.Given(request).InScenario("throttled").WillSetStateTo("recovered").RespondWith(Response.Create().WithStatusCode(429));
        host.Given(request).InScenario("throttled").WhenStateIs("recovered").RespondWith(Response.Create().WithBodyAsJson(new
        {
            access_token = "t1",
            expires_on = $"{expiresOn}",
            resource = "https://vault.azure.net",
            token_type = "Bearer",
        }));

        var credential = new ManagedIdentityCredential(options: new ManagedIdentityCredentialOptions
        {
            Environment = WorkloadEnvironment.FromValues(new Dictionary<string, string>
            {
                ["IDENTITY_ENDPOINT"] = $"{host.Urls[0]}/msi/token",
                ["IDENTITY_HEADER"] = "853b9a84-5bfa-4b22-a3f3-0b9a43d9ad8a",
            }),
            Retry = new RetryOptions { Delay = TimeSpan.FromMilliseconds(1) },      // a second or more by default
        });
        using var acquirer = new TokenAcquirer(credential);

        Assert.Equal("t1", (await acquirer.GetTokenAsync(new TokenRequest("https://vault.azure.net/.default"))).Value);
    }
}
