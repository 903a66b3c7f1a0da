using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Tests;

/// <summary>Tokens for the user account of an agent identity, against an emulator that verifies every step.</summary>
public sealed class AgentUserGrantTests : IClassFixture<EmulatorFixture>
{
    private const string ExchangeScope = "api://AzureADTokenExchange/.default";
    private const string UserName = "orders-agent@emulated.example";

    private readonly FakeClock _clock;
    private readonly string _permissions;
    private readonly EntraEmulator _entra;
    private readonly EmulatedApplication _blueprint;
    private readonly EmulatedApplication _agent;
    private readonly EmulatedAgentUser _user;
    private readonly string _secret;

    public AgentUserGrantTests(EmulatorFixture fixture)
    {
        _clock = fixture.Clock;
        _entra = fixture.Fresh();
        _permissions = $"{_entra.Api.Audience}/Mail.Read";
        _blueprint = _entra.AddApplication();
        _secret = _blueprint.AddSecret();
        _agent = _entra.AddAgentIdentity(_blueprint);
        _user = _agent.AddAgentUser(UserName);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_token_is_the_users_and_takes_three_requests(bool byObjectId)
    {
        var token = (await AcquireAsync(Named(byObjectId))).Token!;

        var claims = EmulatorCalls.Claims(token.Value);
        Assert.Equal(
            (_user.ObjectId, "user", UserName, _agent.ClientId, "Mail.Read"),
            (Text("oid"), Text("idtyp"), Text("preferred_username"), Text("appid"), Text("scp")));
        Assert.Equal(
            [
                (_blueprint.ClientId, "client_credentials", ExchangeScope, _agent.ClientId, null),
                (_agent.ClientId, "client_credentials", ExchangeScope, null, null),
                (_agent.ClientId, "user_fic", _permissions, null, byObjectId ? _user.ObjectId : UserName),
            ],
            _entra.Journal.TokenRequests.Select(entry =>
                (entry.ClientId, entry.GrantType, entry.Scope, entry.FmiPath, entry.AgentUser)));
        Assert.Single(_entra.Journal.TokenRequests.Select(entry => entry.CorrelationId).Skip(1).Distinct());

        string? Text(string name) => claims.GetProperty(name).GetString();
    }

    [Fact]
    public async Task The_agent_and_its_user_share_no_cache_entry()
    {
        using var acquirer = Acquirer();
        var own = await acquirer.GetTokenAsync(new TokenRequest(_entra.Api.Scope));
        var user =
            await acquirer.GetTokenAsync(new TokenRequest(_entra.Api.Scope) { AgentUser = Named(byObjectId: true) });

        Assert.Equal(_agent.ObjectId, EmulatorCalls.Claims(own.Value).GetProperty("oid").GetString());
        Assert.Equal(_user.ObjectId, EmulatorCalls.Claims(user.Value).GetProperty("oid").GetString());
        Assert.Same(
            user,
            await acquirer.GetTokenAsync(new TokenRequest(_entra.Api.Scope) { AgentUser = Named(byObjectId: true) }));
    }

    [Fact]
    public async Task A_credential_with_a_user_gets_every_token_for_it_but_not_on_behalf_of_others()
    {
        using var acquirer = Acquirer(options => options.AgentUser = AgentUser.FromUserName(UserName));
        var request = new TokenRequest(_entra.Api.Scope);

        var token = await acquirer.GetTokenAsync(request);
        var other = await acquirer.GetTokenAsync(
            new TokenRequest(_entra.Api.Scope) { UserAssertion = _blueprint.IssueUserToken("bob@emulated.example") });

        Assert.Equal(_user.ObjectId, EmulatorCalls.Claims(token.Value).GetProperty("oid").GetString());
        Assert.Equal("bob@emulated.example", EmulatorCalls.Claims(other.Value).GetProperty("preferred_username").GetString());
        Assert.Same(token, await acquirer.GetTokenAsync(request));
    }

    [Fact]
    public void A_credential_with_a_user_shares_no_partition_with_the_agent_or_another_user()
    {
        string[] partitions =
        [
            Credential().Partition,
            Credential(options => options.AgentUser = Named(byObjectId: true)).Partition,
            Credential(options => options.AgentUser = Named(byObjectId: false)).Partition,
        ];

        Assert.Distinct(partitions);
    }

    [Fact]
    public async Task An_agent_that_gets_no_token_of_the_exchange_ends_with_its_reason()
    {
        _agent.Block(53003);

        var error = (await AcquireAsync(Named(byObjectId: true))).Error!;

        Assert.StartsWith($"The token for the agent's user {_user.ObjectId} was not requested, because agent identity", error.Message,
            StringComparison.Ordinal);
        Assert.Equal([53003], error.EntraErrorCodes);
    }

    [Fact]
    public async Task An_agent_without_that_user_is_told_so()
    {
        var error = (await AcquireAsync(AgentUser.FromUserName("nobody@emulated.example"))).Error!;

        Assert.Equal([50034], error.EntraErrorCodes);
        Assert.Contains("for the agent's user nobody@emulated.example", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_consent_is_told_for_the_user()
    {
        _entra.Faults.TokenEndpoint.Next(Fault.Delay(TimeSpan.Zero), times: 2).Next(Fault.Refusal(65001));

        var error = (await AcquireAsync(Named(byObjectId: true))).Error!;

        Assert.Equal([65001], error.EntraErrorCodes);
        Assert.Equal(TokenErrorCategory.Consent, error.Category);
        Assert.Contains($"for the agent's user {_user.ObjectId}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_message_shows_a_token_of_the_exchange()
    {
        var error = (await AcquireAsync(AgentUser.FromUserName("nobody@emulated.example"))).Error!;

        foreach (var text in new[] { error.Message, error.ToString(), error.Refusal ?? "" })
        {
            Assert.DoesNotContain("eyJ", text, StringComparison.Ordinal);
        }
    }

    public static TheoryData<string, TokenRequest> Contradictions => new()
    {
        {
            "on behalf of another user",
            new("api://a/.default") { AgentUser = AgentUser.FromUserName(UserName), UserAssertion = AssertionBench.Jwt }
        },
        { "FMI path", new("api://a/.default") { AgentUser = AgentUser.FromUserName(UserName), FmiPath = "x" } },
        { "token exchange", new(ExchangeScope) { AgentUser = AgentUser.FromUserName(UserName) } },
    };

    [Theory]
    [MemberData(nameof(Contradictions))]
    public async Task A_request_that_contradicts_itself_is_not_sent(string told, TokenRequest request)
    {
        var error = (await Credential().AcquireAsync(new Acquisition(request), CancellationToken.None)).Error!;

        Assert.Equal((TokenErrorKind.InvalidConfiguration, "agent-user"), (error.Kind, error.HelpAnchor));
        Assert.Contains(told, error.Message, StringComparison.Ordinal);
        Assert.Empty(_entra.Journal.TokenRequests);
    }

    [Fact]
    public async Task A_credential_that_is_no_agent_identity_says_which_one_to_use()
    {
        var credential = new ApplicationCredential(
            _blueprint.TenantId, _blueprint.ClientId, ClientSecretAuthentication.FromValue(_secret), Options());

        var error = (await credential.AcquireAsync(
            new Acquisition(new TokenRequest(_permissions) { AgentUser = Named(byObjectId: true) }), CancellationToken.None)).Error!;

        Assert.Equal(RequestFeatures.AgentUser, error.UnsupportedFeatures);
        Assert.Contains("FromAgentIdentityBlueprint", error.Message, StringComparison.Ordinal);
        Assert.Empty(_entra.Journal.TokenRequests);
    }

    [Fact]
    public void A_user_on_an_application_with_its_own_secret_is_refused_at_construction()
    {
        var options = Options();
        options.AgentUser = Named(byObjectId: true);

        var thrown = Assert.Throws<ArgumentException>(() => new ApplicationCredential(
            _blueprint.TenantId, _blueprint.ClientId, ClientSecretAuthentication.FromValue(_secret), options));

        Assert.Contains("client secret", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_can_choose_the_user()
    {
        using var acquirer = Acquirer();
        using var handler = new AccessTokenHandler(acquirer, new TokenRequest(_entra.Api.Scope), new AccessTokenHandlerOptions
        {
            PlainHttpOrigins = { new Uri(_entra.Api.Url.GetLeftPart(UriPartial.Authority)) },
        })
        {
            InnerHandler = new HttpClientHandler(),
        };
        using var client = new HttpClient(handler);

        using var message = new HttpRequestMessage(HttpMethod.Get, _entra.Api.Url).ForAgentUser(Named(byObjectId: true));
        using var response = await client.SendAsync(message);

        Assert.Equal(System.Net.HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(_user.ObjectId, _entra.Journal.TokenRequests[^1].AgentUser);
    }

    [Fact]
    public async Task A_refused_assertion_is_replaced_before_the_users_token_is_requested_again()
    {
        _entra.Faults.TokenEndpoint.Next(Fault.Delay(TimeSpan.Zero), times: 2).Next(Fault.Refusal(700024));

        var token = (await AcquireAsync(Named(byObjectId: true))).Token!;

        Assert.Equal(_user.ObjectId, EmulatorCalls.Claims(token.Value).GetProperty("oid").GetString());
        Assert.Equal(
            [_blueprint.ClientId, _agent.ClientId, _agent.ClientId, _blueprint.ClientId, _agent.ClientId],
            _entra.Journal.TokenRequests.Select(entry => entry.ClientId));
        Assert.Equal(
            [null, null, _user.ObjectId, null, _user.ObjectId], _entra.Journal.TokenRequests.Select(entry => entry.AgentUser));
    }

    [Fact]
    public async Task An_assertion_that_the_agents_own_request_replaced_serves_the_users_too()
    {
        _entra.Faults.TokenEndpoint.Next(Fault.Delay(TimeSpan.Zero)).Next(Fault.Refusal(700024));

        var token = (await AcquireAsync(Named(byObjectId: true))).Token!;

        Assert.Equal(_user.ObjectId, EmulatorCalls.Claims(token.Value).GetProperty("oid").GetString());
        Assert.Equal(
            [_blueprint.ClientId, _agent.ClientId, _blueprint.ClientId, _agent.ClientId, _agent.ClientId],
            _entra.Journal.TokenRequests.Select(entry => entry.ClientId));
    }

    [Fact]
    public async Task Claims_of_a_challenge_are_asked_of_the_users_token_alone()
    {
        const string Claims = """{"access_token":{"nbf":{"essential":true,"value":"1767225600"}}}""";

        await Credential().AcquireAsync(
            new Acquisition(new TokenRequest(_permissions) { AgentUser = Named(byObjectId: true) }) { Claims = Claims },
            CancellationToken.None);

        var claims = _entra.Journal.TokenRequests.Select(entry => entry.Claims).ToList();
        Assert.Equal(3, claims.Count);
        Assert.DoesNotContain(claims[..2], sent => sent?.Contains("1767225600", StringComparison.Ordinal) == true);
        Assert.Contains("1767225600", claims[2], StringComparison.Ordinal);
    }

    private AgentUser Named(bool byObjectId) =>
        byObjectId ? AgentUser.FromObjectId(_user.ObjectId) : AgentUser.FromUserName(_user.UserName);

    private ValueTask<TokenResult> AcquireAsync(AgentUser user) =>
        Credential().AcquireAsync(new Acquisition(new TokenRequest(_permissions) { AgentUser = user }), CancellationToken.None);

    private TokenAcquirer Acquirer(Action<ApplicationCredentialOptions>? configure = null) =>
        new(Credential(configure), new TokenAcquirerOptions { TimeProvider = _clock });

    private ApplicationCredential Credential(Action<ApplicationCredentialOptions>? configure = null)
    {
        var options = Options();
        configure?.Invoke(options);
        var blueprint = new ApplicationCredential(
            _blueprint.TenantId, _blueprint.ClientId, ClientSecretAuthentication.FromValue(_secret), Options());
        return new ApplicationCredential(
            _agent.TenantId,
            _agent.ClientId,
            new FederatedAuthentication(AssertionSource.FromAgentIdentityBlueprint(blueprint), EmulatedIssuer.ExchangeAudience),
            options);
    }

    private ApplicationCredentialOptions Options() => new() { AuthorityHost = _entra.AuthorityHost };
}
