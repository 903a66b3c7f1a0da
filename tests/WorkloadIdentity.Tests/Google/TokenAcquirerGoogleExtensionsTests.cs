using System.Net;
using Google.Apis.Auth.OAuth2;
using WorkloadIdentity.Google;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Tests;

/// <summary>An Entra identity in Google Cloud: Google's library, a token of the emulator, and a strict player of Google.</summary>
public sealed class TokenAcquirerGoogleExtensionsTests(EmulatorFixture fixture)
    : IClassFixture<EmulatorFixture>, IAsyncLifetime, IDisposable
{
    private readonly EntraEmulator _entra = fixture.Fresh();
    private readonly string _audience = $"api://google-{Guid.NewGuid():N}";
    private TokenAcquirer _acquirer = null!;
    private GooglePlayer _google = null!;

    private string Scope => $"{_audience}/.default";

    public async Task InitializeAsync()
    {
        _entra.AddApi(_audience);
        var application = _entra.AddApplication();
        var options = new ApplicationCredentialOptions { AuthorityHost = _entra.AuthorityHost, TimeProvider = fixture.Clock };
        _acquirer = new TokenAcquirer(
            new ApplicationCredential(
                _entra.Tenant.Id, application.ClientId, ClientSecretAuthentication.FromValue(application.AddSecret()), options),
            new TokenAcquirerOptions { TimeProvider = fixture.Clock });
        using var http = new HttpClient();
        _google = new GooglePlayer(
            _entra, await http.GetStringAsync(new Uri($"{_entra.AuthorityHost}{_entra.Tenant.Id}/discovery/v2.0/keys")))
        {
            AllowedAudience = _audience,
        };
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _acquirer.Dispose();

    [Fact]
    public async Task The_token_of_Entra_is_exchanged_once_for_all_clients()
    {
        var credential = Credential();

        Assert.Equal("ya29.federated-canary", await TokenAsync(credential));
        Assert.Equal("ya29.federated-canary", await TokenAsync(credential));

        Assert.Equal(["sts.googleapis.com/v1/token"], _google.Visits);
        Assert.Equal(GooglePlayer.CloudPlatform, _google.Server.Requests[0].Form["scope"]);
    }

    [Fact]
    public async Task A_client_may_ask_for_scopes_of_its_own()
    {
        await TokenAsync(Credential().CreateScoped("https://www.googleapis.com/auth/devstorage.read_only"));

        Assert.Equal("https://www.googleapis.com/auth/devstorage.read_only", _google.Server.Requests[0].Form["scope"]);
    }

    [Fact]
    public async Task A_service_account_is_impersonated_with_the_federated_token()
    {
        Assert.Equal("ya29.impersonated-canary", await TokenAsync(Credential(GooglePlayer.ServiceAccount)));

        Assert.Equal(
            [
                "sts.googleapis.com/v1/token",
                $"iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/{GooglePlayer.ServiceAccount}:generateAccessToken",
            ],
            _google.Visits);
        Assert.Equal("https://www.googleapis.com/auth/iam", _google.Server.Requests[0].Form["scope"]);
    }

    [Fact]
    public async Task A_refused_exchange_tells_what_Google_said_and_whose_token_it_was()
    {
        _google.AllowedAudience = "api://another";

        var error = (await Assert.ThrowsAsync<TokenAcquisitionException>(() => TokenAsync(Credential()))).Error;

        Assert.Equal((TokenErrorKind.Refused, 400, "google"), (error.Kind, error.StatusCode, error.HelpAnchor));
        Assert.Contains(
            "invalid_grant, \"The audience in ID Token does not match the expected audience.\" (HTTP 400). The token has issuer "
                + $"{_entra.Tenant.Issuer.OriginalString}, audience {_audience}, subject ",
            error.Message,
            StringComparison.Ordinal);
        Assert.DoesNotContain("eyJ", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_impersonation_tells_what_Google_said_and_the_role_to_grant()
    {
        _google.MayImpersonate = false;

        var error = (await Assert.ThrowsAsync<TokenAcquisitionException>(
            () => TokenAsync(Credential(GooglePlayer.ServiceAccount)))).Error;

        Assert.Equal((TokenErrorKind.Refused, 403), (error.Kind, error.StatusCode));
        Assert.Contains("PERMISSION_DENIED", error.Message, StringComparison.Ordinal);
        Assert.Contains("roles/iam.workloadIdentityUser", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_by_Entra_is_inside_of_Googles_exception()
    {
        using var acquirer = new TokenAcquirer(ScriptedCredential.Failing("entra"));

        var outer = await Assert.ThrowsAsync<SubjectTokenException>(
            () => TokenAsync(acquirer.AsGoogleCredential(GooglePlayer.Provider, Scope, options: Options())));

        Assert.IsType<TokenAcquisitionException>(outer.InnerException);
        Assert.Empty(_google.Visits);
    }

    [Theory]
    [InlineData("https://sts.googleapis.com.evil.com/v1/token")]
    [InlineData("http://sts.googleapis.com/v1/token")]
    [InlineData("https://-sts.googleapis.com/v1/token")]
    [InlineData("https://evil.com/sts.googleapis.com/v1/token")]
    [InlineData("https://sts.googleapis.com@evil.com/v1/token")]
    [InlineData("https://x@sts.googleapis.com/v1/token")]
    [InlineData("https://sts.googleapis.com:8443/v1/token")]
    [InlineData("https://storage.googleapis.com/v1/token")]
    [InlineData("https://us-east-1.sts.googleapis.com/v1/token")]
    [InlineData("//evil.com/v1/token")]
    public async Task A_redirect_to_another_place_gets_no_token(string location)
    {
        _google.Server.Answer(_ => FakeServer.Response(HttpStatusCode.TemporaryRedirect, headers: ("Location", location)));

        var error = (await Assert.ThrowsAsync<TokenAcquisitionException>(() => TokenAsync(Credential()))).Error;

        Assert.Equal(TokenErrorKind.NotAllowed, error.Kind);
        Assert.Single(_google.Visits);
    }

    [Theory]
    [InlineData("")]
    [InlineData("projects/contoso/locations/global/workloadIdentityPools/entra/providers/contoso")]
    [InlineData("projects/1/locations/global/workloadIdentityPools/entra")]
    [InlineData("projects/1/locations/eu/workloadIdentityPools/entra/providers/contoso")]
    [InlineData("projects/1/locations/global/workloadIdentityPools/entra/providers/contoso/")]
    [InlineData("projects/1/locations/global/workloadIdentityPools/en tra/providers/contoso")]
    [InlineData("projects/1/locations/global/workloadIdentityPools/entra/providers/contoso\n")]
    [InlineData("//evil.example/projects/1/locations/global/workloadIdentityPools/entra/providers/contoso")]
    public void Another_provider_throws_where_it_is_given(string provider) => Assert.Equal(
        "workloadIdentityProvider", Assert.Throws<ArgumentException>(() => _acquirer.AsGoogleCredential(provider, Scope)).ParamName);

    [Theory]
    [InlineData("")]
    [InlineData("orders")]
    [InlineData("orders@contoso.iam.gserviceaccount.com/../other")]
    [InlineData("orders@contoso.iam.gserviceaccount.com:generateAccessToken?")]
    [InlineData("a b@contoso.iam.gserviceaccount.com")]
    [InlineData("orders@contoso")]
    [InlineData("orders%40@contoso.com")]
    public void Another_service_account_throws_where_it_is_given(string account) => Assert.Equal(
        "serviceAccount",
        Assert.Throws<ArgumentException>(() => _acquirer.AsGoogleCredential(GooglePlayer.Provider, Scope, account)).ParamName);

    [Theory]
    [InlineData("")]
    [InlineData("googleapis")]
    [InlineData("Googleapis.com")]
    [InlineData("googleapis.com/evil")]
    [InlineData("evil.com:443")]
    [InlineData("user@googleapis.com")]
    [InlineData("127.0.0.1")]
    [InlineData("-x.com")]
    [InlineData("googleapis.com.")]
    public void Another_universe_than_a_domain_throws(string domain) => Assert.Contains(
        "UniverseDomain",
        Assert.Throws<ArgumentException>(() => _acquirer.AsGoogleCredential(
            GooglePlayer.Provider, Scope, options: new GoogleExchangeOptions { UniverseDomain = domain })).Message,
        StringComparison.Ordinal);

    [Fact]
    public async Task A_universe_has_hosts_of_its_own()
    {
        _google.Server.Answer(HttpStatusCode.OK, """{"access_token":"ya29.other","token_type":"Bearer","expires_in":"3600"}""");
        var credential = _acquirer.AsGoogleCredential(
            $"//iam.googleapis.com/{GooglePlayer.Provider}",
            Scope,
            options: new GoogleExchangeOptions { UniverseDomain = "apis-s3ns.fr", Handler = () => _google.Server });

        Assert.Equal("ya29.other", await TokenAsync(credential));
        Assert.Equal(["sts.apis-s3ns.fr/v1/token"], _google.Visits);
        Assert.Equal("apis-s3ns.fr", await credential.GetUniverseDomainAsync(CancellationToken.None));
    }

    [Fact]
    public void A_token_that_is_a_credential_itself_is_not_sent_to_Google() => Assert.Contains(
        "is itself a credential",
        Assert.Throws<ArgumentException>(
            () => _acquirer.AsGoogleCredential(GooglePlayer.Provider, "api://AzureADTokenExchange/.default")).Message,
        StringComparison.Ordinal);

    [Fact]
    public async Task The_tenant_is_that_of_the_options()
    {
        using var acquirer = new TokenAcquirer(ScriptedCredential.Failing("entra"));
        var credential = acquirer.AsGoogleCredential(
            GooglePlayer.Provider, Scope, options: new GoogleExchangeOptions { TenantId = "contoso.com", Handler = () => _google.Server });

        var error = await Assert.ThrowsAsync<SubjectTokenException>(() => TokenAsync(credential));

        // The scripted credential cannot ask in a tenant, so the request named one.
        Assert.Contains("contoso.com", error.InnerException!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<html>canary</html>")]
    [InlineData("""{"error":"canary\ud800"}""")]
    [InlineData("""{"error":"canary\ud800","error_description":"canary"}""")]
    public async Task Answers_that_are_not_Googles_are_refused_without_their_words(string answer)
    {
        _google.Server.Answer(HttpStatusCode.Forbidden, answer, "text/html");

        var error = (await Assert.ThrowsAsync<TokenAcquisitionException>(() => TokenAsync(Credential()))).Error;

        Assert.Contains("no reason that can be read (HTTP 403)", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", error.ToString(), StringComparison.Ordinal);
    }

    private static Task<string> TokenAsync(GoogleCredential credential) =>
        ((ITokenAccess)credential).GetAccessTokenForRequestAsync("https://storage.googleapis.com/");

    private GoogleExchangeOptions Options() => new() { Handler = () => _google.Server };

    private GoogleCredential Credential(string? serviceAccount = null) =>
        _acquirer.AsGoogleCredential(GooglePlayer.Provider, Scope, serviceAccount, Options());
}
