using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Tests;

/// <summary>The SDK and the emulator, each written from the wire's description, understand one another.</summary>
public sealed class EntraEmulatorWithSdkTests(EmulatorFixture fixture) : IClassFixture<EmulatorFixture>
{
    private readonly EntraEmulator _entra = fixture.Fresh();

    [Theory]
    [InlineData("secret", ClientAuthenticationMethod.Secret)]
    [InlineData("certificate", ClientAuthenticationMethod.Certificate)]
    [InlineData("token file", ClientAuthenticationMethod.Federated)]
    public async Task The_default_chain_gets_a_token_that_the_api_takes(string kind, ClientAuthenticationMethod method)
    {
        var app = _entra.AddApplication();
        using var certificate = EmulatorCalls.Certificate();
        var files = new Dictionary<string, byte[]>();
        IReadOnlyDictionary<string, string> environment;
        switch (kind)
        {
            case "secret":
                app.AddSecret("a secret with + / = & ü");
                environment = app.EnvironmentWithSecret();
                break;
            case "certificate":
                app.AddCertificate(certificate);
                files["/app.pfx"] = certificate.Export(X509ContentType.Pfx, "p");
                environment = app.EnvironmentWithCertificate("/app.pfx", "p");
                break;
            default:
                var issuer = _entra.AddIssuer();
                app.AddFederatedCredential(issuer, "system:serviceaccount:shop:orders");
                files["/token"] = Encoding.UTF8.GetBytes(issuer.Issue("system:serviceaccount:shop:orders") + "\n");
                environment = app.EnvironmentWithTokenFile("/token");
                break;
        }

        using var acquirer = Acquirer(environment, files);
        var token = await acquirer.GetTokenAsync(new TokenRequest(_entra.Api.Scope) { ContinuousAccess = true });

        Assert.Equal(200, (await _entra.CallAsync(token.Value)).Status);
        Assert.Equal(fixture.Clock.Now.AddHours(1), token.ExpiresOn);
        var asked = Assert.Single(_entra.Journal.TokenRequests);
        Assert.Equal((method, app.ClientId, _entra.Api.Scope), (asked.ClientAuthentication, asked.ClientId, asked.Scope));
        Assert.Equal(app.ClientId, Assert.Single(_entra.Journal.ApiRequests).ClientId);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_managed_identity_gets_a_token_that_the_api_takes(bool appService)
    {
        var identity = _entra.AddManagedIdentity();
        var environment = appService ? _entra.AppServiceEnvironment(identity) : _entra.ImdsEnvironment(identity);

        using var acquirer = Acquirer(environment);
        var token = await acquirer.GetTokenAsync(new TokenRequest(_entra.Api.Scope));

        Assert.Equal(200, (await _entra.CallAsync(token.Value)).Status);
        Assert.Equal(identity.ClientId, Assert.Single(_entra.Journal.ApiRequests).ClientId);
        Assert.Equal(appService ? "App Service" : "IMDS", _entra.Journal.ManagedIdentityRequests[^1].Host);
    }

    [Fact]
    public async Task A_refusal_arrives_with_its_code_and_correlation_id()
    {
        var app = _entra.AddApplication();
        app.AddSecret("wrong one to send");
        var environment = new Dictionary<string, string>(app.EnvironmentWithSecret()) { ["AZURE_CLIENT_SECRET"] = "canary" };

        using var acquirer = Acquirer(environment);
        var exception =
            await Assert.ThrowsAsync<TokenAcquisitionException>(
                async () => await acquirer.GetTokenAsync(new TokenRequest(_entra.Api.Scope)));

        Assert.Equal(7000215, exception.Error.EntraErrorCodes[0]);
        Assert.Equal(_entra.Journal.TokenRequests[^1].CorrelationId, exception.Error.CorrelationId);
        Assert.DoesNotContain("canary", exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_application_acts_on_behalf_of_a_user()
    {
        var user = _entra.Application.IssueUserToken("bob@emulated.example");

        using var acquirer = Acquirer(_entra.Application.EnvironmentWithSecret());
        var token = await acquirer.GetTokenAsync(new TokenRequest(_entra.Api.Scope) { UserAssertion = user });

        Assert.Equal("bob@emulated.example", (await _entra.CallAsync(token.Value)).Json.GetProperty("userName").GetString());
    }

    [Fact]
    public async Task A_thousand_callers_ask_once()
    {
        using var acquirer = Acquirer(_entra.Application.EnvironmentWithSecret());

        await Task.WhenAll(Enumerable.Range(0, 1000).Select(_ => acquirer.GetTokenAsync(new TokenRequest(_entra.Api.Scope)).AsTask()));

        Assert.Single(_entra.Journal.TokenRequests);
    }

    [Fact]
    public async Task A_revoked_token_is_renewed_behind_the_callers_back()
    {
        using var acquirer = Acquirer(_entra.Application.EnvironmentWithSecret());
        var request = new TokenRequest(_entra.Api.Scope) { ContinuousAccess = true };
        using var http =
            new HttpClient(
                new AccessTokenHandler(acquirer, request, new AccessTokenHandlerOptions { AllowedOrigins = { _entra.AuthorityHost } })
                {
                    InnerHandler = new SocketsHttpHandler { UseProxy = false },
                });
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(_entra.Api.Url)).StatusCode);

        _entra.Revoke(await acquirer.GetTokenAsync(request));
        var answer = await http.GetAsync(_entra.Api.Url);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal([200, 401, 200], _entra.Journal.ApiRequests.Select(call => call.Status));
        Assert.Equal(2, _entra.Journal.TokenRequests.Count);
    }

    private TokenAcquirer Acquirer(IReadOnlyDictionary<string, string> variables, IReadOnlyDictionary<string, byte[]>? files = null) => new(
        DefaultCredentials.FromEnvironment(
            new DefaultCredentialsOptions { Environment = WorkloadEnvironment.FromValues(variables, files), TimeProvider = fixture.Clock }),
        new TokenAcquirerOptions { TimeProvider = fixture.Clock });
}
