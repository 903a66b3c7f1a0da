using System.Net;
using System.Text;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace WorkloadIdentity.IntegrationTests;

/// <summary>
/// Our client authentication as a certified server sees it: what it accepts, what it refuses, and what we make of its refusals.
/// </summary>
[Collection(OpenIdServerCollection.Name)]
public sealed class ClientAuthenticationTests : IDisposable
{
    private static readonly TokenRequest Orders = new("api://orders/.default");

    private readonly OpenIdServer _server;
    private readonly RecordingHandler _wire = new();
    private readonly HttpClient _http;
    private readonly CancellationTokenSource _patience = new(TimeSpan.FromMinutes(2), TimeProvider.System);

    public ClientAuthenticationTests(OpenIdServer server)
    {
        _server = server;
        _http = new HttpClient(_wire);
    }

    public void Dispose()
    {
        _http.Dispose();
        _patience.Dispose();
    }

    [NodeFact]
    public async Task A_secret_is_accepted()
    {
        using var acquirer = Acquirer(RegisteredClients.WithSecret, ClientSecretAuthentication.FromValue(_server.Clients.Secret));

        var token = await acquirer.GetTokenAsync(Orders, _patience.Token);

        await AssertIssuedByServerAsync(token, RegisteredClients.WithSecret);
    }

    [NodeFact]
    public async Task A_secret_file_is_accepted_and_followed_when_it_is_rotated()
    {
        using var file = new TemporaryFile("the old secret");
        var credential = Credential(RegisteredClients.WithSecret, ClientSecretAuthentication.FromFile(file.Path));

        var before = await AcquireAsync(credential);
        file.Write(_server.Clients.Secret + "\n");
        var after = await AcquireAsync(credential);

        Assert.Equal("invalid_client", before.Error?.OAuthError);
        await AssertIssuedByServerAsync(after.Token!, RegisteredClients.WithSecret);
    }

    [NodeFact]
    public async Task A_certificate_is_accepted()
    {
        using var acquirer =
            Acquirer(RegisteredClients.WithCertificate, ClientCertificateAuthentication.FromCertificate(_server.Clients.Certificate));

        var token = await acquirer.GetTokenAsync(Orders, _patience.Token);

        await AssertIssuedByServerAsync(token, RegisteredClients.WithCertificate);
    }

    [NodeFact]
    public async Task A_certificate_file_is_accepted()
    {
        using var key =
            System.Security.Cryptography.X509Certificates.RSACertificateExtensions.GetRSAPrivateKey(_server.Clients.Certificate)!;
        using var file = new TemporaryFile($"{_server.Clients.Certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n");
        using var acquirer = Acquirer(RegisteredClients.WithCertificate, ClientCertificateAuthentication.FromFile(file.Path));

        var token = await acquirer.GetTokenAsync(Orders, _patience.Token);

        await AssertIssuedByServerAsync(token, RegisteredClients.WithCertificate);
    }

    [NodeFact]
    public async Task An_assertion_brought_by_a_federated_token_file_is_accepted()
    {
        // To this server a federated assertion is one that the client's registered key signed; how it travels is the same.
        var assertion =
            new HandMadeAssertion(RegisteredClients.WithCertificate, _server.TokenEndpoint.AbsoluteUri, _server.Clients.Certificate).Sign();
        using var file = new TemporaryFile(assertion);
        using var acquirer = Acquirer(RegisteredClients.WithCertificate, new FederatedAuthentication(AssertionSource.FromFile(file.Path)));

        var token = await acquirer.GetTokenAsync(Orders, _patience.Token);

        await AssertIssuedByServerAsync(token, RegisteredClients.WithCertificate);
    }

    [NodeFact]
    public async Task A_wrong_secret_is_refused_and_says_so_without_showing_it()
    {
        const string Wrong = "wrong-secret-4f1d7c";
        using var acquirer = Acquirer(RegisteredClients.WithSecret, ClientSecretAuthentication.FromValue(Wrong));

        var exception = await AssertRefusedAsync(acquirer);

        Assert.DoesNotContain(Wrong, exception.ToString(), StringComparison.Ordinal);
        Assert.Contains(RegisteredClients.WithSecret, exception.Message, StringComparison.Ordinal);
    }

    [NodeFact]
    public async Task A_foreign_certificate_is_refused()
    {
        using var acquirer =
            Acquirer(
                RegisteredClients.WithCertificate, ClientCertificateAuthentication.FromCertificate(_server.Clients.ForeignCertificate));

        await AssertRefusedAsync(acquirer);
    }

    [NodeFact]
    public async Task An_unknown_application_is_refused()
    {
        using var acquirer = Acquirer("0c9d1f1e-6c0b-4df0-8f0e-9b8b3f5a7dff", ClientSecretAuthentication.FromValue(_server.Clients.Secret));

        await AssertRefusedAsync(acquirer);
    }

    [NodeFact]
    public async Task A_secret_does_not_open_an_application_that_has_a_certificate()
    {
        using var acquirer = Acquirer(RegisteredClients.WithCertificate, ClientSecretAuthentication.FromValue(_server.Clients.Secret));

        await AssertRefusedAsync(acquirer);
    }

    [NodeFact]
    public async Task Each_attempt_brings_an_assertion_that_no_one_can_use_again()
    {
        var credential =
            Credential(RegisteredClients.WithCertificate, ClientCertificateAuthentication.FromCertificate(_server.Clients.Certificate));

        var first = await AcquireAsync(credential);
        var second = await AcquireAsync(credential);
        using var overheard = new StringContent(_wire.Bodies[0], Encoding.UTF8, "application/x-www-form-urlencoded");
        using var replayed = await _server.Http.PostAsync(_server.TokenEndpoint, overheard, _patience.Token);

        Assert.Equal((TokenVerdict.Issued, TokenVerdict.Issued), (first.Verdict, second.Verdict));
        Assert.Equal(2, _wire.Bodies.Distinct().Count());
        Assert.Equal(HttpStatusCode.Unauthorized, replayed.StatusCode);
        Assert.Contains("invalid_client", await replayed.Content.ReadAsStringAsync(_patience.Token), StringComparison.Ordinal);
    }

    [NodeFact]
    public async Task Many_callers_with_a_secret_cause_one_token_request() =>
        await AssertOneRequestAsync(RegisteredClients.WithSecretCounted, ClientSecretAuthentication.FromValue(_server.Clients.Secret));

    [NodeFact]
    public async Task Many_callers_with_a_certificate_cause_one_token_request() =>
        await AssertOneRequestAsync(
            RegisteredClients.WithCertificateCounted, ClientCertificateAuthentication.FromCertificate(_server.Clients.Certificate));

    [NodeFact]
    public async Task Many_callers_of_a_refused_application_cause_one_token_request()
    {
        var credential = Credential(RegisteredClients.WithSecretRefused, ClientSecretAuthentication.FromValue("wrong"));
        using var acquirer = new TokenAcquirer(credential, new TokenAcquirerOptions { TimeProvider = new StoppedStopwatch() });

        var calls = Enumerable.Range(0, 200).Select(_ => Task.Run(() => AssertRefusedAsync(acquirer)));
        await Task.WhenAll(calls);

        var seen = Assert.Single(await _server.TokenRequestsOfAsync(RegisteredClients.WithSecretRefused));
        Assert.Equal((401, "invalid_client"), (seen.Status, seen.Error));
    }

    private async Task AssertOneRequestAsync(string clientId, ClientAuthentication authentication)
    {
        using var acquirer = Acquirer(clientId, authentication);

        var calls = Enumerable.Range(0, 200).Select(_ => Task.Run(async () => await acquirer.GetTokenAsync(Orders, _patience.Token)));
        var tokens = await Task.WhenAll(calls);

        Assert.Single(tokens.Distinct());
        var seen = Assert.Single(await _server.TokenRequestsOfAsync(clientId));
        Assert.Equal((200, null), (seen.Status, seen.Error));
    }

    private async Task<TokenAcquisitionException> AssertRefusedAsync(TokenAcquirer acquirer)
    {
        var exception =
            await Assert.ThrowsAsync<TokenAcquisitionException>(async () => await acquirer.GetTokenAsync(Orders, _patience.Token));
        Assert.Equal(
            (TokenErrorKind.Refused, "invalid_client", 401, false),
            (exception.Error.Kind, exception.Error.OAuthError, exception.Error.StatusCode, exception.Error.IsTransient));
        return exception;
    }

    /// <summary>The token is one that this server signed, for this client and resource, and its lifetime is the one we report.</summary>
    private async Task AssertIssuedByServerAsync(AccessToken token, string clientId)
    {
        var keys = new JsonWebKeySet(await _server.Http.GetStringAsync(new Uri(_server.Origin, "/jwks"), _patience.Token));
        var validated = await new JsonWebTokenHandler().ValidateTokenAsync(token.Value, new TokenValidationParameters
        {
            IssuerSigningKeys = keys.GetSigningKeys(),
            ValidIssuer = _server.Origin.GetLeftPart(UriPartial.Authority),
            ValidAudience = "api://orders",
        });

        Assert.True(validated.IsValid, validated.Exception?.Message);
        Assert.Equal(clientId, validated.Claims["client_id"]);
        Assert.Equal("Bearer", token.TokenType);
        Assert.InRange(token.ExpiresOn - validated.SecurityToken.ValidTo, TimeSpan.FromSeconds(-60), TimeSpan.FromSeconds(60));
    }

    private async Task<TokenResult> AcquireAsync(Credential credential) =>
        await credential.AcquireAsync(new Acquisition(Orders), _patience.Token);

    private TokenAcquirer Acquirer(string clientId, ClientAuthentication authentication) => new(Credential(clientId, authentication));

    private ApplicationCredential Credential(string clientId, ClientAuthentication authentication) =>
        new(
            OpenIdServer.TenantId,
            clientId,
            authentication,
            new ApplicationCredentialOptions { AuthorityHost = _server.Origin, HttpClient = _http });
}
