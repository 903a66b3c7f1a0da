using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Tests;

public sealed class AgentUserCheckTests : IClassFixture<EmulatorFixture>
{
    private readonly EmulatorFixture _fixture;
    private readonly EntraEmulator _entra;
    private readonly EmulatedApplication _blueprint;
    private readonly EmulatedApplication _agent;
    private readonly EmulatedAgentUser _user;
    private readonly string _secret;

    public AgentUserCheckTests(EmulatorFixture fixture)
    {
        _fixture = fixture;
        _entra = fixture.Fresh();
        _blueprint = _entra.AddApplication();
        _secret = _blueprint.AddSecret();
        _agent = _entra.AddAgentIdentity(_blueprint);
        _user = _agent.AddAgentUser("agent@emulated.example");
    }

    /// <summary>A changed field (a null takes it out), and the code of the refusal; 0 is a token.</summary>
    public static TheoryData<string, string?, long> Forms => new()
    {
        { "scope", "api://emulated-api/.default", 0 },
        { "scope", "api://emulated-api/Mail.Read openid profile offline_access", 0 },
        { "requested_token_use", "on_behalf_of", 0 },
        { "requested_token_use", "other", 90023 },
        { "user_id", null, 900144 },
        { "user_id", "00000000-0000-0000-0000-000000000001", 50034 },
        { "username", "agent@emulated.example", 9002313 },
        { "user_federated_identity_credential", null, 900144 },
        { "user_federated_identity_credential", "eyJhbGciOiJub25lIn0.e30.", 50013 },
        { "client_assertion", null, 7000218 },
        { "grant_type", "user_other", 70003 },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task A_form_is_accepted_or_refused_with_its_code(string field, string? value, long code) =>
        Assert.Equal(code, await CodeAsync(field, value));

    [Fact]
    public async Task A_user_name_is_compared_without_letter_case()
    {
        var form = await FormAsync();
        form.Remove("user_id");
        form["username"] = "AGENT@emulated.example";

        Assert.Equal(200, (await _entra.PostAsync(form)).Status);
    }

    [Fact]
    public async Task The_credential_must_be_the_agents_own_unexpired_and_for_the_exchange()
    {
        var other = _entra.AddAgentIdentity(_blueprint);
        Assert.Equal(50013, await CodeAsync("user_federated_identity_credential", await ExchangeTokenAsync(other)));
        Assert.Equal(50013, await CodeAsync("user_federated_identity_credential", _blueprint.IssueUserToken()));

        var (own, blueprint) = (await ExchangeTokenAsync(_agent), await BlueprintTokenAsync(_agent));
        Assert.Equal(50013, await CodeAsync("user_federated_identity_credential", blueprint));
        _entra.Revoke(own);
        Assert.Equal(50013, await CodeAsync("user_federated_identity_credential", own));

        var old = await ExchangeTokenAsync(_agent);
        _fixture.Clock.Advance(TimeSpan.FromHours(2));
        Assert.Equal(500133, await CodeAsync("user_federated_identity_credential", old));
    }

    [Fact]
    public async Task Only_an_agent_identity_has_this_grant()
    {
        var form = _blueprint.Form(
            ("client_secret", _secret), ("grant_type", "user_fic"), ("user_id", _user.ObjectId),
            ("user_federated_identity_credential", await ExchangeTokenAsync(_agent)));

        Assert.Equal(9002313, (await _entra.PostAsync(form)).Code);
        Assert.Throws<InvalidOperationException>(() => _blueprint.AddAgentUser("a@emulated.example"));
    }

    [Fact]
    public void An_agent_identity_has_one_user_with_a_user_principal_name()
    {
        Assert.Throws<InvalidOperationException>(() => _agent.AddAgentUser("second@emulated.example"));
        var agent = _entra.AddAgentIdentity(_blueprint);
        Assert.Throws<ArgumentException>(() => agent.AddAgentUser("nobody"));
        Assert.Throws<ArgumentException>(() => agent.AddAgentUser("a@emulated.example", objectId: "none"));
        Assert.Null(agent.AgentUser);
    }

    [Fact]
    public async Task A_document_adds_the_user()
    {
        const string Agent = "5d1f3b0e-7a0c-4d57-9a53-52f0a1b6e844";
        await using var entra = await EmulatorFile.Parse(
            $$"""
            { "applications": [ { "clientId": "6bf7ab3f-6a37-4f6d-9a3c-2ee0f1d1f8a3", "agentIdentities": [ "{{Agent}}" ],
              "agentUsers": [ { "agentIdentity": "{{Agent}}", "userName": "agent@emulated.example" } ] } ] }
            """).StartAsync();

        Assert.Equal("agent@emulated.example", entra.Directory.FindApplication(Agent)?.AgentUser?.UserName);
    }

    [Theory]
    [InlineData("""{ "agentIdentity": "00000000-0000-0000-0000-000000000001", "userName": "a@b.example" }""", "is none of")]
    [InlineData("""{ "agentIdentity": "5d1f3b0e-7a0c-4d57-9a53-52f0a1b6e844", "userName": "nobody" }""", "no user principal name")]
    [InlineData("""{ "agentIdentity": "5d1f3b0e-7a0c-4d57-9a53-52f0a1b6e844" }""", "userName")]
    [InlineData("""
        { "agentIdentity": "5d1f3b0e-7a0c-4d57-9a53-52f0a1b6e844", "userName": "a@b.example" },
        { "agentIdentity": "5d1f3b0e-7a0c-4d57-9a53-52f0a1b6e844", "userName": "c@b.example" }
        """, "more than one")]
    public void A_document_with_a_wrong_user_says_what_is_wrong(string user, string told)
    {
        var thrown = Assert.Throws<EmulatorFileException>(() => EmulatorFile.Parse(
            $$"""
            { "applications": [ { "agentIdentities": [ "5d1f3b0e-7a0c-4d57-9a53-52f0a1b6e844" ], "agentUsers": [ {{user}} ] } ] }
            """));

        Assert.Contains(told, thrown.Message, StringComparison.Ordinal);
    }

    private async Task<long> CodeAsync(string field, string? value)
    {
        var form = await FormAsync();
        if (value is null)
        {
            form.Remove(field);
        }
        else
        {
            form[field] = value;
        }

        var reply = await _entra.PostAsync(form);
        return reply.Status == 200 ? 0 : reply.Code;
    }

    private async Task<Dictionary<string, string>> FormAsync() => _agent.Form(
        ("grant_type", "user_fic"),
        ("client_assertion_type", EmulatorCalls.JwtBearer),
        ("client_assertion", await BlueprintTokenAsync(_agent)),
        ("user_federated_identity_credential", await ExchangeTokenAsync(_agent)),
        ("user_id", _user.ObjectId));

    private async Task<string> BlueprintTokenAsync(EmulatedApplication agent) => await TokenAsync(_blueprint.Form(
        ("client_secret", _secret), ("scope", $"{EmulatedIssuer.ExchangeAudience}/.default"), ("fmi_path", agent.ClientId)));

    private async Task<string> ExchangeTokenAsync(EmulatedApplication agent) => await TokenAsync(agent.Form(
        ("client_assertion_type", EmulatorCalls.JwtBearer),
        ("client_assertion", await BlueprintTokenAsync(agent)),
        ("scope", $"{EmulatedIssuer.ExchangeAudience}/.default")));

    private async Task<string> TokenAsync(Dictionary<string, string> form) => (await _entra.PostAsync(form)).Token!;
}
