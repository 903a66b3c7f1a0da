using WorkloadIdentity.Testing;
using static WorkloadIdentity.Tests.EmulatorCalls;

namespace WorkloadIdentity.Tests;

public sealed class EmulatedOnBehalfOfTests : IClassFixture<EmulatorFixture>
{
    private readonly FakeClock _clock;
    private readonly EntraEmulator _entra;

    public EmulatedOnBehalfOfTests(EmulatorFixture fixture)
    {
        _clock = fixture.Clock;
        _entra = fixture.Fresh();
    }

    private EmulatedApplication App => _entra.Application;

    [Fact]
    public async Task An_application_gets_a_token_that_speaks_for_the_user()
    {
        var user = App.IssueUserToken("bob@emulated.example");

        var reply =
            await _entra.PostAsync(Form(user, ("scope", "api://emulated-api/orders.read api://emulated-api/orders.write offline_access")));

        Assert.Equal(200, reply.Status);
        Assert.True(reply.Json.TryGetProperty("scope", out _));
        Assert.False(reply.Json.TryGetProperty("refresh_token", out _));
        var claims = Claims(reply.Token);
        Assert.Equal("bob@emulated.example", claims.GetProperty("preferred_username").GetString());
        Assert.Equal("orders.read orders.write", claims.GetProperty("scp").GetString());
        Assert.Equal(Claims(user).GetProperty("oid").GetString(), claims.GetProperty("oid").GetString());
        Assert.Equal(App.ClientId, claims.GetProperty("azp").GetString());
        Assert.Equal("user", claims.GetProperty("idtyp").GetString());

        var entry = Assert.Single(_entra.Journal.TokenRequests);
        Assert.True(entry.IsOnBehalfOf);
        Assert.Equal(EmulatorJournal.Hash(user), entry.UserAssertionHash);
    }

    [Fact]
    public async Task The_api_learns_the_user()
    {
        var reply = await _entra.PostAsync(Form(App.IssueUserToken("bob@emulated.example")));

        var answer = await _entra.CallAsync(reply.Token);

        Assert.Equal(200, answer.Status);
        Assert.Equal("bob@emulated.example", answer.Json.GetProperty("userName").GetString());
    }

    [Fact]
    public void The_same_name_is_the_same_user()
    {
        string Id(string name) => Claims(App.IssueUserToken(name)).GetProperty("oid").GetString()!;

        Assert.Equal(Id("bob"), Id("bob"));
        Assert.NotEqual(Id("bob"), Id("alice"));
    }

    public static TheoryData<string, string?, long> Refusals => new()
    {
        { "assertion", null, 900144 },
        { "assertion", "not-a-jwt", 50013 },
        { "requested_token_use", null, 900144 },
        { "requested_token_use", "something_else", 90023 },
        { "scope", "openid offline_access", 70011 },
        { "scope", "api://emulated-api/a api://other/b", 700022 },
        { "scope", "api://emulated-api/.default api://emulated-api/a", 70011 },
        { "scope", "api://nobody/a", 500011 },
        { "scope", "User.Read", 500011 },
        { "client_secret", "wrong", 7000215 },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task A_bad_field_is_refused_with_its_own_code(string field, string? value, long code) =>
        Assert.Equal(code, (await _entra.PostAsync(Form(App.IssueUserToken(), (field, value)))).Code);

    [Fact]
    public async Task The_user_assertion_must_be_for_this_application()
    {
        var other = _entra.AddApplication();

        var reply = await _entra.PostAsync(Form(other.IssueUserToken()));

        Assert.Equal((400, "invalid_grant", 50013), (reply.Status, reply.Error, reply.Code));
    }

    [Fact]
    public async Task The_user_must_have_signed_in_to_the_tenant_that_is_asked()
    {
        var contoso = _entra.AddTenant();
        App.AddToTenant(contoso);
        var user = App.IssueUserToken(tenant: contoso);

        Assert.Equal(50013, (await _entra.PostAsync(Form(user))).Code);
        Assert.Equal(contoso.Id, Claims((await _entra.PostAsync(Form(user), contoso.Id)).Token).GetProperty("tid").GetString());
    }

    [Fact]
    public async Task The_user_assertion_must_be_of_this_emulator()
    {
        await using var elsewhere = await EntraEmulator.StartAsync(new() { TimeProvider = _clock, TenantId = _entra.Tenant.Id });

        Assert.Equal(50013, (await _entra.PostAsync(Form(elsewhere.AddApplication(App.ClientId).IssueUserToken()))).Code);
    }

    [Fact]
    public async Task The_user_assertion_must_be_alive()
    {
        var user = App.IssueUserToken(lifetime: TimeSpan.FromMinutes(5));
        Assert.Equal(200, (await _entra.PostAsync(Form(user))).Status);

        _clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(500133, (await _entra.PostAsync(Form(user))).Code);
        Assert.Equal(500133, (await _entra.PostAsync(Form(App.IssueUserToken(lifetime: TimeSpan.FromMinutes(-1))))).Code);
    }

    [Fact]
    public async Task A_revoked_user_assertion_is_refused()
    {
        var user = App.IssueUserToken();
        _entra.Revoke(user);

        Assert.Equal(50013, (await _entra.PostAsync(Form(user))).Code);
    }

    [Fact]
    public async Task An_applications_own_token_is_no_user_assertion()
    {
        var token = await _entra.TokenAsync(scope: $"{App.ClientId}/.default");

        Assert.Equal(7000114, (await _entra.PostAsync(Form(token))).Code);
    }

    private Dictionary<string, string> Form(string assertion, params (string Name, string? Value)[] fields) => App.Form(
    [
        ("grant_type", OnBehalfOf),
        ("requested_token_use", "on_behalf_of"),
        ("assertion", assertion),
        ("client_secret", App.EnvironmentWithSecret()["AZURE_CLIENT_SECRET"]),
        .. fields,
    ]);
}
