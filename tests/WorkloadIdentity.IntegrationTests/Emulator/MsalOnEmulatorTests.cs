using Microsoft.Identity.Client;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.IntegrationTests;

/// <summary>MSAL itself gets tokens from the emulator, with its discovery on: every flow it has for workloads.</summary>
[Collection(PeerCollection.Name)]
public sealed class MsalOnEmulatorTests(SecureEmulator emulator) : IClassFixture<SecureEmulator>
{
    private EntraEmulator Entra => emulator.Entra;

    [Theory]
    [InlineData("secret", ClientAuthenticationMethod.Secret)]
    [InlineData("certificate", ClientAuthenticationMethod.Certificate)]
    [InlineData("certificate with x5c", ClientAuthenticationMethod.Certificate)]
    [InlineData("issued certificate with x5c", ClientAuthenticationMethod.Certificate)]
    [InlineData("assertion", ClientAuthenticationMethod.Federated)]
    public async Task An_application_gets_a_token(string credential, ClientAuthenticationMethod method)
    {
        emulator.Fresh();

        var result = await Application(credential).AcquireTokenForClient([Entra.Api.Scope]).ExecuteAsync();

        await emulator.AcceptsAsync(result.AccessToken, emulator.App.ClientId);
        Assert.Equal(method, emulator.AfterDiscovery().ClientAuthentication);
    }

    [Theory]
    [InlineData("secret")]
    [InlineData("certificate")]
    [InlineData("issued certificate with x5c")]
    [InlineData("assertion")]
    public async Task A_web_api_gets_a_token_on_behalf_of_a_user(string credential)
    {
        emulator.Fresh();
        var user = emulator.App.IssueUserToken("bob@emulated.example");

        var result =
            await Application(credential).AcquireTokenOnBehalfOf([$"{Entra.Api.Audience}/orders.read"], new UserAssertion(user))
                .ExecuteAsync();

        await emulator.AcceptsAsync(result.AccessToken, emulator.App.ClientId, "bob@emulated.example");
        Assert.True(emulator.AfterDiscovery().IsOnBehalfOf);
    }

    [Fact]
    public async Task An_agent_identity_gets_a_token_with_its_blueprints_word_for_it()
    {
        emulator.Fresh();
        var agent = Entra.AddAgentIdentity(emulator.App);
        var blueprint = Application("certificate");
        var app = ConfidentialClientApplicationBuilder.Create(agent.ClientId)
            .WithAuthority(new Uri(Entra.AuthorityHost, Entra.Tenant.Id))
            .WithHttpClientFactory(new MsalHttp(emulator.Http))
            .WithClientAssertion(async (AssertionRequestOptions _) =>
                (await blueprint.AcquireTokenForClient([$"{EmulatedIssuer.ExchangeAudience}/.default"]).WithFmiPath(agent.ClientId)
                    .ExecuteAsync()).AccessToken)
            .Build();

        var result = await app.AcquireTokenForClient([Entra.Api.Scope]).ExecuteAsync();

        await emulator.AcceptsAsync(result.AccessToken, agent.ClientId);
        Assert.Equal([agent.ClientId, null], Entra.Journal.TokenRequests.Select(request => request.FmiPath));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_agents_user_gets_a_token(bool byObjectId)
    {
        emulator.Fresh();
        var agent = Entra.AddAgentIdentity(emulator.App);
        var user = agent.AddAgentUser("orders-agent@emulated.example");
        var blueprint = Application("certificate");
        var app = ConfidentialClientApplicationBuilder.Create(agent.ClientId)
            .WithAuthority(new Uri(Entra.AuthorityHost, Entra.Tenant.Id))
            .WithHttpClientFactory(new MsalHttp(emulator.Http))
            .WithClientAssertion(async (AssertionRequestOptions _) =>
                (await blueprint.AcquireTokenForClient([$"{EmulatedIssuer.ExchangeAudience}/.default"]).WithFmiPath(agent.ClientId)
                    .ExecuteAsync()).AccessToken)
            .Build();
        var own = await app.AcquireTokenForClient([$"{EmulatedIssuer.ExchangeAudience}/.default"]).ExecuteAsync();

        var asUser = (IByUserFederatedIdentityCredential)app;
        var result = await (byObjectId
            ? asUser.AcquireTokenByUserFederatedIdentityCredential([Entra.Api.Scope], Guid.Parse(user.ObjectId), own.AccessToken)
            : asUser.AcquireTokenByUserFederatedIdentityCredential([Entra.Api.Scope], user.UserName, own.AccessToken)).ExecuteAsync();

        await emulator.AcceptsAsync(result.AccessToken, agent.ClientId, user.UserName);
        Assert.Equal(byObjectId ? user.ObjectId : user.UserName, Entra.Journal.TokenRequests[^1].AgentUser);
    }

    [Fact]
    public async Task A_revoked_principal_is_challenged_and_answers_with_the_claims()
    {
        emulator.Fresh();
        var app =
            ConfidentialClientApplicationBuilder.Create(emulator.App.ClientId).WithClientSecret(emulator.Secret)
                .WithClientCapabilities(["cp1"])
            .WithAuthority(new Uri(Entra.AuthorityHost, Entra.Tenant.Id)).WithHttpClientFactory(new MsalHttp(emulator.Http)).Build();
        var first = await app.AcquireTokenForClient([Entra.Api.Scope]).ExecuteAsync();
        emulator.App.Revoke();

        using var request =
            new HttpRequestMessage(HttpMethod.Get, Entra.Api.Url) { Headers = { Authorization = new("Bearer", first.AccessToken) } };
        using var response = await emulator.Http.SendAsync(request);
        var claims = WwwAuthenticateParameters.GetClaimChallengeFromResponseHeaders(response.Headers);
        var second = await app.AcquireTokenForClient([Entra.Api.Scope]).WithClaims(claims).ExecuteAsync();

        Assert.NotNull(claims);
        await emulator.AcceptsAsync(second.AccessToken, emulator.App.ClientId);
    }

    [Fact]
    public async Task An_unregistered_certificate_without_its_chain_is_refused()
    {
        var refusal =
            await Assert.ThrowsAsync<MsalServiceException>(
                () => Application("issued certificate").AcquireTokenForClient([Entra.Api.Scope]).ExecuteAsync());

        Assert.Equal("invalid_client", refusal.ErrorCode);
        Assert.Contains("AADSTS700027", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_policy_that_wants_more_of_the_user_is_understood()
    {
        const string Claims = """{"access_token":{"acrs":{"essential":true,"value":"c1"}}}""";
        emulator.App.Block(50076, Claims);
        try
        {
            var wanted = await Assert.ThrowsAnyAsync<MsalUiRequiredException>(() =>
                Application("secret")
                    .AcquireTokenOnBehalfOf(
                        [$"{Entra.Api.Audience}/orders.read"],
                        new UserAssertion(emulator.App.IssueUserToken("carol@emulated.example"))).ExecuteAsync());

            Assert.Equal(Claims, wanted.Claims);
            Assert.Equal(UiRequiredExceptionClassification.BasicAction, wanted.Classification);
        }
        finally
        {
            emulator.App.Unblock();
        }
    }

    [Fact]
    public async Task A_host_that_is_no_authority_is_not_trusted()
    {
        var app = ConfidentialClientApplicationBuilder.Create(emulator.App.ClientId).WithClientSecret(emulator.Secret)
            .WithAuthority(new Uri($"https://login.elsewhere.example/{Entra.Tenant.Id}"))
            .WithHttpClientFactory(new MsalHttp(emulator.Http)).Build();

        var refusal = await Assert.ThrowsAsync<MsalServiceException>(() => app.AcquireTokenForClient([Entra.Api.Scope]).ExecuteAsync());

        Assert.Equal("invalid_instance", refusal.ErrorCode);
    }

    private IConfidentialClientApplication Application(string credential)
    {
        var builder = ConfidentialClientApplicationBuilder.Create(emulator.App.ClientId)
            .WithAuthority(new Uri(Entra.AuthorityHost, Entra.Tenant.Id))
            .WithHttpClientFactory(new MsalHttp(emulator.Http));
        return (credential switch
        {
            "secret" => builder.WithClientSecret(emulator.Secret),
            "certificate" => builder.WithCertificate(emulator.Registered),
            "certificate with x5c" => builder.WithCertificate(emulator.Registered, sendX5C: true),
            "issued certificate" => builder.WithCertificate(emulator.Issued),
            "issued certificate with x5c" => builder.WithCertificate(emulator.Issued, sendX5C: true),
            _ =>
                builder.WithClientAssertion((AssertionRequestOptions _) => Task.FromResult(emulator.Cluster.Issue(SecureEmulator.Subject))),
        }).Build();
    }
}
