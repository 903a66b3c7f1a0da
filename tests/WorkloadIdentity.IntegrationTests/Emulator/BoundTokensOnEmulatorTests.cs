using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Identity.Client;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.IntegrationTests;

/// <summary>
/// MSAL and this library get tokens that are bound to a certificate, with the same requests. Both mean the public cloud, because MSAL takes
/// no other host for it; their connections are led to the emulator.
/// </summary>
[Collection(PeerCollection.Name)]
public sealed class BoundTokensOnEmulatorTests(SecureEmulator emulator) : IClassFixture<SecureEmulator>
{
    /// <summary>What MSAL sends besides: whom a user would be, which no workload has.</summary>
    private static readonly IReadOnlyList<string> OfMsalAlone = ["client_info"];

    private EntraEmulator Entra => emulator.Entra;

    [Fact]
    public async Task An_application_gets_a_bound_token_with_the_same_request()
    {
        emulator.Fresh();
        var (theirs, ours) = (new TappedConnections(Entra), new TappedConnections(Entra));

        var result = await Msal(theirs).AcquireTokenForClient([Entra.Api.Scope]).WithMtlsProofOfPossession().ExecuteAsync();
        using var acquirer = new TokenAcquirer(Application(ours));
        var token = await acquirer.GetTokenAsync(new TokenRequest(Entra.Api.Scope) { Binding = TokenBinding.Required });

        Assert.Equal(("mtls_pop", "mtls_pop"), (result.TokenType, token.TokenType));
        Assert.Equal(result.BindingCertificate.Thumbprint, token.BindingCertificate!.Thumbprint);
        await AcceptsAsync(result.AccessToken, result.BindingCertificate);
        await AcceptsAsync(token.Value, token.BindingCertificate);
        Same(Assert.Single(theirs.Requests), Assert.Single(ours.Requests));
        Assert.All(
            Entra.Journal.TokenRequests, request => Assert.Equal(ClientAuthenticationMethod.MutualTls, request.ClientAuthentication));
    }

    [Fact]
    public async Task An_agent_identity_gets_a_bound_token_with_the_same_requests()
    {
        emulator.Fresh();
        var agent = Entra.AddAgentIdentity(emulator.App);
        var (theirs, ours) = (new TappedConnections(Entra), new TappedConnections(Entra));
        var exchange = $"{EmulatedIssuer.ExchangeAudience}/.default";

        var blueprint = Msal(theirs);
        var result = await ConfidentialClientApplicationBuilder.Create(agent.ClientId)
            .WithAuthority(new Uri(EntraCloud.Public, Entra.Tenant.Id))
            .WithHttpClientFactory(new MutualTlsHttp(emulator, theirs))
            .WithClientAssertion(async (AssertionRequestOptions _, CancellationToken cancellationToken) =>
            {
                var own = await blueprint.AcquireTokenForClient([exchange]).WithFmiPath(agent.ClientId).WithMtlsProofOfPossession()
                    .ExecuteAsync(cancellationToken);
                return new ClientSignedAssertion { Assertion = own.AccessToken, TokenBindingCertificate = own.BindingCertificate };
            })
            .Build().AcquireTokenForClient([Entra.Api.Scope]).WithMtlsProofOfPossession().ExecuteAsync();

        using var acquirer = new TokenAcquirer(new ApplicationCredential(
            Entra.Tenant.Id,
            agent.ClientId,
            new FederatedAuthentication(
                AssertionSource.FromAgentIdentityBlueprint(Application(ours)), EmulatedIssuer.ExchangeAudience),
            Options(ours)));
        var token = await acquirer.GetTokenAsync(new TokenRequest(Entra.Api.Scope) { Binding = TokenBinding.Required });

        await AcceptsAsync(result.AccessToken, result.BindingCertificate);
        await AcceptsAsync(token.Value, token.BindingCertificate!);
        Assert.Equal((2, 2), (theirs.Requests.Count, ours.Requests.Count));
        Same(theirs.Requests[0], ours.Requests[0]);
        Same(theirs.Requests[1], ours.Requests[1], "client_assertion");
        Assert.Equal(
            "urn:ietf:params:oauth:client-assertion-type:jwt-pop", ours.Requests[1].Form["client_assertion_type"]);
    }

    [Fact]
    public async Task A_certificate_that_is_only_registered_is_refused_to_both()
    {
        emulator.Fresh();
        var app = Entra.AddApplication();
        app.AddCertificate(emulator.Registered);
        var connections = new TappedConnections(Entra);

        var theirs = await Assert.ThrowsAsync<MsalServiceException>(() => ConfidentialClientApplicationBuilder.Create(app.ClientId)
            .WithAuthority(new Uri(EntraCloud.Public, Entra.Tenant.Id))
            .WithHttpClientFactory(new MutualTlsHttp(emulator, connections)).WithCertificate(emulator.Registered, sendX5C: true).Build()
            .AcquireTokenForClient([Entra.Api.Scope]).WithMtlsProofOfPossession().ExecuteAsync());
        var ours = await new ApplicationCredential(
            Entra.Tenant.Id,
            app.ClientId,
            ClientCertificateAuthentication.FromCertificate(emulator.Registered).BindTokens(),
            Options(connections))
            .AcquireAsync(new Acquisition(new TokenRequest(Entra.Api.Scope) { Binding = TokenBinding.Required }), default);

        Assert.Contains("AADSTS392189", theirs.Message, StringComparison.Ordinal);
        Assert.Equal([392189], ours.Error!.EntraErrorCodes);
    }

    private static void Same(TappedRequest theirs, TappedRequest ours, params string[] isNewEachTime)
    {
        Assert.Equal(theirs.Line, ours.Line);
        Assert.Equal(("mtlsauth.microsoft.com", "mtlsauth.microsoft.com"), (theirs.Headers["Host"], ours.Headers["Host"]));
        Assert.Equal(Form(theirs), Form(ours));

        SortedDictionary<string, string> Form(TappedRequest request) => new(request.Form
            .Where(field => !OfMsalAlone.Contains(field.Key))
            .ToDictionary(field => field.Key, field => isNewEachTime.Contains(field.Key) ? "a token" : field.Value));
    }

    private IConfidentialClientApplication Msal(TappedConnections connections) =>
        ConfidentialClientApplicationBuilder.Create(emulator.App.ClientId)
            .WithAuthority(new Uri(EntraCloud.Public, Entra.Tenant.Id))
            .WithHttpClientFactory(new MutualTlsHttp(emulator, connections))
            .WithCertificate(emulator.Issued, sendX5C: true)
            .Build();

    private ApplicationCredential Application(TappedConnections connections) => new(
        Entra.Tenant.Id,
        emulator.App.ClientId,
        ClientCertificateAuthentication.FromCertificate(emulator.Issued).BindTokens(),
        Options(connections));

    private static ApplicationCredentialOptions Options(TappedConnections connections) => new()
    {
        ConfigureMutualTls = connections.Tap,
    };

    private async Task AcceptsAsync(string token, X509Certificate2 certificate)
    {
        using var handler = Entra.CreateHandler();
        handler.SslOptions.ClientCertificates = [certificate];
        using var client = new HttpClient(handler);
        using var request = new HttpRequestMessage(HttpMethod.Get, Entra.Api.Url) { Headers = { Authorization = new("mtls_pop", token) } };

        using var response = await client.SendAsync(request);

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal(emulator.Issued.GetCertHashString(HashAlgorithmName.SHA256), certificate.GetCertHashString(HashAlgorithmName.SHA256));
    }

    /// <summary>MSAL's way to be given connections with a certificate.</summary>
    private sealed class MutualTlsHttp(SecureEmulator emulator, TappedConnections connections) : IMsalMtlsHttpClientFactory
    {
        public HttpClient GetHttpClient() => emulator.Http;

        public HttpClient GetHttpClient(X509Certificate2 x509Certificate2)
        {
            if (x509Certificate2 is null)
            {
                return emulator.Http;
            }

            var handler = new SocketsHttpHandler { SslOptions = { ClientCertificates = [x509Certificate2] } };
            connections.Tap(handler);
            return new HttpClient(handler);
        }
    }
}
