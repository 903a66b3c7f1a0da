using WorkloadIdentity.Testing;
using static WorkloadIdentity.Tests.EmulatorCalls;

namespace WorkloadIdentity.Tests;

public sealed class TokenRequestEndpointTests : IClassFixture<EmulatorFixture>
{
    private readonly FakeClock _clock;
    private readonly EntraEmulator _entra;
    private readonly string _secret;

    public TokenRequestEndpointTests(EmulatorFixture fixture)
    {
        _clock = fixture.Clock;
        _entra = fixture.Fresh();
        App = _entra.AddApplication();
        _secret = App.AddSecret();
    }

    private EmulatedApplication App { get; }

    [Fact]
    public async Task A_right_secret_gets_a_token()
    {
        var reply = await _entra.PostAsync(App.Form(("client_secret", _secret)));

        Assert.Equal(200, reply.Status);
        Assert.Equal("Bearer", reply.Json.GetProperty("token_type").GetString());
        Assert.Equal(3600, reply.Json.GetProperty("expires_in").GetInt32());
        Assert.False(reply.Json.TryGetProperty("refresh_in", out _));
        Assert.Equal("no-store", reply.Headers["Cache-Control"]);
    }

    [Fact]
    public async Task A_token_says_who_for_whom_and_that_it_is_emulated()
    {
        App.AssignRole(_entra.Api, "Orders.Read").AssignRole(_entra.AddApi("api://other"), "Other.Read");

        var claims = Claims(await _entra.TokenAsync(App));

        Assert.Equal($"{_entra.AuthorityHost}{_entra.Tenant.Id}/v2.0", claims.GetProperty("iss").GetString());
        Assert.Equal("127.0.0.1", new Uri(claims.GetProperty("iss").GetString()!).Host);
        Assert.Equal(_entra.Api.Audience, claims.GetProperty("aud").GetString());
        Assert.Equal(_entra.Tenant.Id, claims.GetProperty("tid").GetString());
        Assert.Equal(App.ClientId, claims.GetProperty("appid").GetString());
        Assert.Equal(App.ClientId, claims.GetProperty("azp").GetString());
        Assert.Equal(App.ObjectId, claims.GetProperty("oid").GetString());
        Assert.Equal(App.ObjectId, claims.GetProperty("sub").GetString());
        Assert.Equal("Orders.Read", Assert.Single(claims.GetProperty("roles").EnumerateArray()).GetString());
        Assert.Equal(_clock.Now.ToUnixTimeSeconds(), claims.GetProperty("iat").GetInt64());
        Assert.Equal(_clock.Now.ToUnixTimeSeconds(), claims.GetProperty("nbf").GetInt64());
        Assert.Equal(_clock.Now.AddHours(1).ToUnixTimeSeconds(), claims.GetProperty("exp").GetInt64());
        Assert.Contains("worth nothing", claims.GetProperty("emulator").GetString(), StringComparison.Ordinal);
        Assert.False(claims.TryGetProperty("xms_cc", out _));
    }

    [Fact]
    public async Task Long_lived_tokens_come_with_a_hint_to_refresh()
    {
        _entra.TokenLifetime = TimeSpan.FromHours(24);

        var reply = await _entra.PostAsync(App.Form(("client_secret", _secret)));

        Assert.Equal(86400, reply.Json.GetProperty("expires_in").GetInt32());
        Assert.Equal(43200, reply.Json.GetProperty("refresh_in").GetInt32());
    }

    [Fact]
    public async Task The_declared_capability_comes_back_in_the_token()
    {
        var reply =
            await _entra.PostAsync(App.Form(("client_secret", _secret), ("claims", """{"access_token":{"xms_cc":{"values":["cp1"]}}}""")));

        Assert.Equal("cp1", Claims(reply.Token).GetProperty("xms_cc")[0].GetString());
    }

    [Fact]
    public async Task Each_of_several_secrets_is_good_until_it_is_removed()
    {
        var second = App.AddSecret();

        Assert.Equal(200, (await _entra.PostAsync(App.Form(("client_secret", _secret)))).Status);
        Assert.Equal(200, (await _entra.PostAsync(App.Form(("client_secret", second)))).Status);

        App.RemoveSecret(_secret);
        Assert.Equal(7000215, (await _entra.PostAsync(App.Form(("client_secret", _secret)))).Code);
        Assert.Equal(200, (await _entra.PostAsync(App.Form(("client_secret", second)))).Status);
    }

    [Fact]
    public async Task A_secret_is_refused_from_its_expiry_on()
    {
        var secret = App.AddSecret("short~lived", _clock.Now.AddMinutes(5));

        _clock.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromSeconds(1));
        Assert.Equal(200, (await _entra.PostAsync(App.Form(("client_secret", secret)))).Status);

        _clock.Advance(TimeSpan.FromSeconds(1));
        var refused = await _entra.PostAsync(App.Form(("client_secret", secret)));
        Assert.Equal((401, "invalid_client", 7000222), (refused.Status, refused.Error, refused.Code));
    }

    [Fact]
    public async Task A_tenant_is_reached_by_id_and_by_domain_in_any_letter_case()
    {
        Assert.Equal(200, (await _entra.PostAsync(App.Form(("client_secret", _secret)), "Emulated.Example")).Status);
        Assert.Equal(200, (await _entra.PostAsync(App.Form(("client_secret", _secret)), _entra.Tenant.Id.ToUpperInvariant())).Status);
    }

    [Fact]
    public async Task An_application_acts_in_another_tenant_only_once_it_is_added_there()
    {
        var contoso = _entra.AddTenant(domains: "contoso.example");
        var form = App.Form(("client_secret", _secret));

        Assert.Equal(700016, (await _entra.PostAsync(form, contoso.Id)).Code);

        App.AddToTenant(contoso);
        var claims = Claims((await _entra.PostAsync(form, "contoso.example")).Token);
        Assert.Equal(contoso.Id, claims.GetProperty("tid").GetString());
        Assert.Equal(contoso.Issuer.AbsoluteUri, claims.GetProperty("iss").GetString());
        Assert.NotEqual(App.ObjectId, claims.GetProperty("oid").GetString());

        App.RemoveFromTenant(contoso);
        Assert.Equal(700016, (await _entra.PostAsync(form, contoso.Id)).Code);
    }

    /// <summary>Field, its value (null: left out), and what Entra says to that.</summary>
    public static TheoryData<string, string?, int, string, long> Refusals => new()
    {
        { "grant_type", null, 400, "invalid_request", 900144 },
        { "grant_type", "", 400, "invalid_request", 900144 },
        { "grant_type", "password", 400, "unsupported_grant_type", 70003 },
        { "client_id", null, 400, "invalid_request", 900144 },
        { "client_id", "f0000000-0000-4000-8000-000000000000", 400, "unauthorized_client", 700016 },
        { "scope", null, 400, "invalid_request", 900144 },
        { "scope", "api://emulated-api", 400, "invalid_scope", 1002012 },
        { "scope", "api://emulated-api/read", 400, "invalid_scope", 1002012 },
        { "scope", "api://emulated-api/.default api://other/.default", 400, "invalid_scope", 70011 },
        { "scope", "/.default", 400, "invalid_scope", 70011 },
        { "scope", "api://nobody/.default", 400, "invalid_resource", 500011 },
        { "scope", "api://emulated-api//.default", 400, "invalid_resource", 500011 },
        { "client_secret", null, 401, "invalid_client", 7000218 },
        { "client_secret", "wrong", 401, "invalid_client", 7000215 },
        { "client_assertion", "a.b.c", 400, "invalid_request", 9002313 },
        { "claims", "{", 400, "invalid_request", 9002313 },
        { "claims", "[]", 400, "invalid_request", 9002313 },
        { "fmi_path", "agent", 400, "invalid_request", 9002313 },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task A_bad_field_is_refused_with_its_own_code(string field, string? value, int status, string error, long code)
    {
        var reply = await _entra.PostAsync(App.Form(("client_secret", _secret), (field, value)));

        Assert.Equal((status, error, code), (reply.Status, reply.Error, reply.Code));
    }

    [Fact]
    public async Task An_unknown_tenant_is_refused()
    {
        var reply = await _entra.PostAsync(App.Form(("client_secret", _secret)), "f0000000-0000-4000-8000-000000000000");

        Assert.Equal((400, "invalid_request", 90002), (reply.Status, reply.Error, reply.Code));
    }

    [Fact]
    public async Task A_field_sent_twice_is_refused()
    {
        var reply = await _entra.PostAsync([.. App.Form(("client_secret", _secret)), new("scope", "api://other/.default")]);

        Assert.Equal(9002313, reply.Code);
    }

    [Fact]
    public async Task Only_a_posted_form_is_read()
    {
        var path = $"{_entra.Tenant.Id}/oauth2/v2.0/token";
        Assert.Equal(900561, (await _entra.GetAsync($"{path}?grant_type=client_credentials")).Code);

        var json =
            new HttpRequestMessage(
                HttpMethod.Post, new Uri(_entra.AuthorityHost, path))
            { Content = new StringContent("{}", null, "application/json") };
        Assert.Equal(900144, (await _entra.SendAsync(json)).Code);
    }

    [Fact]
    public async Task An_error_has_Entras_form()
    {
        var id = Guid.NewGuid().ToString();
        var request = new HttpRequestMessage(HttpMethod.Post, _entra.Tenant.TokenEndpoint)
        {
            Content = new FormUrlEncodedContent(App.Form(("client_secret", "wrong"))),
            Headers = { { "client-request-id", id }, { "return-client-request-id", "true" } },
        };

        var reply = await _entra.SendAsync(request);

        Assert.Equal(
            ["error", "error_description", "error_codes", "timestamp", "trace_id", "correlation_id"],
            reply.Json.EnumerateObject().Select(property => property.Name));
        Assert.Equal(id, reply.Json.GetProperty("correlation_id").GetString());
        Assert.Equal(id, reply.Headers["client-request-id"]);
        var trace = reply.Json.GetProperty("trace_id").GetString();
        Assert.Equal(trace, reply.Headers["x-ms-request-id"]);
        var timestamp = $"{_clock.Now.UtcDateTime:u}";
        Assert.Equal(timestamp, reply.Json.GetProperty("timestamp").GetString());
        Assert.StartsWith("AADSTS7000215: ", reply.Description, StringComparison.Ordinal);
        Assert.EndsWith($" Trace ID: {trace} Correlation ID: {id} Timestamp: {timestamp}", reply.Description, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong", reply.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_of_unreasonable_size_is_refused()
    {
        var reply = await _entra.PostAsync(App.Form(("client_secret", new string('x', 300_000))));

        Assert.Equal(413, reply.Status);
    }

    [Fact]
    public async Task By_default_any_resource_can_be_asked_for()
    {
        await using var entra = await EntraEmulator.StartAsync();

        Assert.Equal("api://orders", Claims(await entra.TokenAsync(scope: "api://orders/.default")).GetProperty("aud").GetString());
        Assert.Equal(
            "https://a.example/", Claims(await entra.TokenAsync(scope: "https://a.example//.default")).GetProperty("aud").GetString());
    }

    [Fact]
    public async Task The_exchange_audience_and_applications_are_resources()
    {
        var other = _entra.AddApplication();

        Assert.Equal(other.ClientId, Claims(await _entra.TokenAsync(App, $"{other.ClientId}/.default")).GetProperty("aud").GetString());
        Assert.Equal(
            $"api://{other.ClientId}",
            Claims(await _entra.TokenAsync(App, $"api://{other.ClientId}/.default")).GetProperty("aud").GetString());
        Assert.Equal(
            "api://AzureADTokenExchange",
            Claims(await _entra.TokenAsync(App, "api://AzureADTokenExchange/.default")).GetProperty("aud").GetString());
    }
}
