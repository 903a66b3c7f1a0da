using System.Net;
using System.Text;
using System.Text.Json;
using WorkloadIdentity.Testing;
using static WorkloadIdentity.Tests.EmulatorCalls;

namespace WorkloadIdentity.Tests;

/// <summary>What an administrator does to a principal, and what its clients see of it.</summary>
public sealed class EmulatedRevocationTests(EmulatorFixture fixture) : IClassFixture<EmulatorFixture>
{
    private const string Capable = """{"access_token":{"xms_cc":{"values":["CP1"]}}}""";

    private readonly EntraEmulator _entra = fixture.Fresh();
    private readonly EmulatedApplication _app = fixture.Entra.AddApplication();

    [Fact]
    public async Task A_revoked_principals_next_call_is_challenged_and_a_newer_token_is_taken()
    {
        var secret = _app.AddSecret();
        var old = (await _entra.PostAsync(_app.Form(("client_secret", secret), ("claims", Capable)))).Token;
        Assert.Equal(200, (await _entra.CallAsync(old)).Status);

        _app.Revoke();
        var challenged = await _entra.CallAsync(old);
        var newer = (await _entra.PostAsync(_app.Form(("client_secret", secret), ("claims", Capable)))).Token;

        Assert.Equal(401, challenged.Status);
        var challenge = challenged.Headers["WWW-Authenticate"];
        Assert.Contains("error=\"insufficient_claims\"", challenge, StringComparison.Ordinal);
        var claims =
            JsonSerializer.Deserialize<JsonElement>(
                Encoding.UTF8.GetString(Convert.FromBase64String(challenge.Split("claims=\"")[1].TrimEnd('"'))));
        Assert.True(claims.GetProperty("access_token").GetProperty("nbf").GetProperty("essential").GetBoolean());
        Assert.Equal("insufficient_claims", _entra.Journal.ApiRequests[^1].Error);

        // In the same second, which no clock would tell apart.
        Assert.Equal(200, (await _entra.CallAsync(newer)).Status);
    }

    [Fact]
    public async Task A_client_without_the_capability_and_an_api_without_it_see_nothing_of_a_revocation()
    {
        var secret = _app.AddSecret();
        var incapable = (await _entra.PostAsync(_app.Form(("client_secret", secret)))).Token;
        var capable = (await _entra.PostAsync(_app.Form(("client_secret", secret), ("claims", Capable)))).Token;
        _app.Revoke();

        Assert.Equal(200, (await _entra.CallAsync(incapable)).Status);
        Assert.Equal(401, (await _entra.CallAsync(capable)).Status);
        _entra.Api.HasContinuousAccess = false;
        Assert.Equal(200, (await _entra.CallAsync(capable)).Status);
        _entra.Api.HasContinuousAccess = true;
    }

    [Fact]
    public async Task A_disabled_application_is_challenged_and_refused_until_it_is_enabled()
    {
        var secret = _app.AddSecret();
        var token = (await _entra.PostAsync(_app.Form(("client_secret", secret), ("claims", Capable)))).Token;

        _app.IsEnabled = false;
        var refused = await _entra.PostAsync(_app.Form(("client_secret", secret)));

        Assert.Equal((400, "unauthorized_client", 7000112), (refused.Status, refused.Error, refused.Code));
        Assert.Equal(401, (await _entra.CallAsync(token)).Status);
        _app.IsEnabled = true;
        Assert.Equal(401, (await _entra.CallAsync(token)).Status);
        Assert.Equal(200, (await _entra.PostAsync(_app.Form(("client_secret", secret)))).Status);
    }

    [Fact]
    public async Task A_principal_taken_out_of_a_tenant_loses_its_tokens_there()
    {
        var secret = _app.AddSecret();
        var token = (await _entra.PostAsync(_app.Form(("client_secret", secret), ("claims", Capable)))).Token;
        _app.RemoveFromTenant(_entra.Tenant);

        Assert.Equal(401, (await _entra.CallAsync(token)).Status);
        Assert.Equal(700016, (await _entra.PostAsync(_app.Form(("client_secret", secret)))).Code);
    }

    [Theory]
    [InlineData(53003, "invalid_grant", null)]
    [InlineData(50076, "interaction_required", "basic_action")]
    public async Task A_policy_refuses_the_application_and_its_users_until_it_is_lifted(long code, string error, string? suberror)
    {
        const string Claims = """{"access_token":{"acrs":{"essential":true,"value":"c1"}}}""";
        var secret = _app.AddSecret();
        _app.Block(code, Claims);

        foreach (var form in new[]
        {
            _app.Form(("client_secret", secret)),
            _app.Form(
                ("client_secret", secret),
                ("grant_type", OnBehalfOf),
                ("assertion", _app.IssueUserToken()),
                ("requested_token_use", "on_behalf_of")),
        })
        {
            var refused = await _entra.PostAsync(form);
            Assert.Equal((400, error, code), (refused.Status, refused.Error, refused.Code));
            Assert.Equal(Claims, refused.Json.GetProperty("claims").GetString());
            Assert.Equal(suberror, refused.Json.TryGetProperty("suberror", out var found) ? found.GetString() : null);
        }

        // Who cannot prove itself learns nothing of policies.
        Assert.Equal(7000215, (await _entra.PostAsync(_app.Form(("client_secret", "wrong")))).Code);
        _app.Unblock();
        Assert.Equal(200, (await _entra.PostAsync(_app.Form(("client_secret", secret)))).Status);
    }

    [Fact]
    public async Task A_role_an_api_requires_is_held_or_missed()
    {
        var secret = _app.AddSecret();
        var api = _entra.AddApi("api://roles");
        api.RequiredRole = "Orders.Read";
        var form = _app.Form(("client_secret", secret), ("scope", api.Scope));

        var missed = await _entra.CallAsync((await _entra.PostAsync(form)).Token, api);
        _app.AssignRole(api, "Orders.Read");
        var held = await _entra.CallAsync((await _entra.PostAsync(form)).Token, api);

        Assert.Equal(403, missed.Status);
        Assert.Contains("insufficient_scope", missed.Headers["WWW-Authenticate"], StringComparison.Ordinal);
        Assert.Equal(200, held.Status);
    }

    [Fact]
    public async Task The_sdk_answers_a_revocation_with_a_newer_token()
    {
        using var acquirer = new TokenAcquirer(
            new ApplicationCredential(
                _entra.Tenant.Id,
                _app.ClientId,
                ClientSecretAuthentication.FromValue(_app.AddSecret()),
                new() { AuthorityHost = _entra.AuthorityHost, TimeProvider = fixture.Clock }),
            new() { TimeProvider = fixture.Clock });
        var handler =
            new AccessTokenHandler(
                acquirer,
                new TokenRequest(_entra.Api.Scope),
                new() { AllowedOrigins = { _entra.AuthorityHost } })
            { InnerHandler = new SocketsHttpHandler { UseProxy = false } };
        using var http = new HttpClient(handler);

        using var before = await http.GetAsync(_entra.Api.Url);
        _app.Revoke();
        using var after = await http.GetAsync(_entra.Api.Url);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (before.StatusCode, after.StatusCode));
        Assert.Equal([200, 401, 200], _entra.Journal.ApiRequests.Select(call => call.Status!.Value));
        Assert.Contains("\"nbf\"", _entra.Journal.TokenRequests[^1].Claims, StringComparison.Ordinal);
    }
}
