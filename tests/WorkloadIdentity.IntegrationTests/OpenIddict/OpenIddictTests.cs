using System.Net;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace WorkloadIdentity.IntegrationTests;

/// <summary>Our client authentication as OpenIddict sees it.</summary>
public sealed class OpenIddictTests(OpenIddictServer server) : IClassFixture<OpenIddictServer>
{
    private static readonly TokenRequest Orders = new("api://orders/.default");

    [Fact]
    public async Task A_secret_is_accepted()
    {
        var result = await AcquireAsync(OpenIddictServer.WithSecret, ClientSecretAuthentication.FromValue(OpenIddictServer.Secret));

        await AssertIssuedAsync(result, OpenIddictServer.WithSecret);
    }

    [Fact]
    public Task A_wrong_secret_is_refused() =>
        AssertRefusedAsync(OpenIddictServer.WithSecret, ClientSecretAuthentication.FromValue("another secret"));

    [Fact]
    public async Task An_assertion_signed_with_the_registered_key_is_accepted()
    {
        var result =
            await AcquireAsync(OpenIddictServer.WithCertificate, ClientCertificateAuthentication.FromCertificate(server.Certificate));

        await AssertIssuedAsync(result, OpenIddictServer.WithCertificate);
    }

    [Fact]
    public async Task An_assertion_signed_with_another_key_is_refused()
    {
        using var another = SelfSigned.Make("CN=orders");

        await AssertRefusedAsync(OpenIddictServer.WithCertificate, ClientCertificateAuthentication.FromCertificate(another));
    }

    /// <summary>Without the SDK: that this server accepts ours means something only because it refuses these.</summary>
    [Theory]
    [InlineData("https://elsewhere.example/token", 10, HttpStatusCode.BadRequest)]
    [InlineData(null, -15, HttpStatusCode.Unauthorized)]
    [InlineData(null, 10, HttpStatusCode.OK)]
    public async Task An_assertion_for_another_audience_or_past_its_end_is_refused(string? audience, int minutes, HttpStatusCode status)
    {
        var endpoint = new Uri(server.Address, $"{OpenIddictServer.Tenant}/oauth2/v2.0/token");
        var assertion =
            new HandMadeAssertion(OpenIddictServer.WithCertificate, audience ?? endpoint.AbsoluteUri, server.Certificate)
            {
                ValidFor = TimeSpan.FromMinutes(minutes),
            };
        using var http = new HttpClient();
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials",
            ["client_id"] = OpenIddictServer.WithCertificate,
            ["client_assertion_type"] = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            ["client_assertion"] = assertion.Sign(),
            ["scope"] = Orders.Scope,
        });

        using var response = await http.PostAsync(endpoint, form);

        Assert.Equal(status, response.StatusCode);
    }

    [Fact]
    public Task An_assertion_of_a_client_without_a_key_is_refused() =>
        AssertRefusedAsync(OpenIddictServer.WithSecret, ClientCertificateAuthentication.FromCertificate(server.Certificate));

    [Fact]
    public async Task A_scope_that_is_not_registered_is_refused()
    {
        var error = (await AcquireAsync(
            OpenIddictServer.WithSecret,
            ClientSecretAuthentication.FromValue(OpenIddictServer.Secret),
            new TokenRequest("api://stock/.default"))).Error!;

        Assert.Equal((TokenErrorKind.Refused, "invalid_scope", 400), (error.Kind, error.OAuthError, error.StatusCode));
    }

    private async Task AssertRefusedAsync(string clientId, ClientAuthentication authentication)
    {
        var error = (await AcquireAsync(clientId, authentication)).Error!;

        Assert.Equal(
            (TokenErrorKind.Refused, "invalid_client", 401, false),
            (error.Kind, error.OAuthError, error.StatusCode, error.IsTransient));
    }

    /// <summary>The token is one that this server signed, for this client and this API, and its lifetime is the one we report.</summary>
    private async Task AssertIssuedAsync(TokenResult result, string clientId)
    {
        Assert.True(result.Verdict == TokenVerdict.Issued, result.Error?.Message);
        var configuration = await OpenIdConnectConfigurationRetriever.GetAsync(
            new Uri(server.Address, "/.well-known/openid-configuration").AbsoluteUri,
            new HttpDocumentRetriever { RequireHttps = false },
            CancellationToken.None);
        var validated = await new JsonWebTokenHandler().ValidateTokenAsync(result.Token!.Value, new TokenValidationParameters
        {
            IssuerSigningKeys = configuration.SigningKeys,
            ValidIssuer = configuration.Issuer,
            ValidAudience = "api://orders",
        });

        Assert.True(validated.IsValid, validated.Exception?.Message);
        Assert.Equal(clientId, validated.Claims["sub"]);
        Assert.InRange(
            result.Token.ExpiresOn - validated.SecurityToken.ValidTo, TimeSpan.FromSeconds(-60), TimeSpan.FromSeconds(60));
    }

    private ValueTask<TokenResult> AcquireAsync(string clientId, ClientAuthentication authentication, TokenRequest? request = null)
    {
        // The server compiles much of its code at the first requests, on a machine that may be busy.
        var options = new ApplicationCredentialOptions
        {
            AuthorityHost = server.Address,
            Retry = new RetryOptions { AttemptTimeout = TimeSpan.FromMinutes(2) },
        };
        return new ApplicationCredential(OpenIddictServer.Tenant, clientId, authentication, options)
            .AcquireAsync(new Acquisition(request ?? Orders), CancellationToken.None);
    }
}
