using WorkloadIdentity.Testing;
using static WorkloadIdentity.Tests.EmulatorCalls;

namespace WorkloadIdentity.Tests;

/// <summary>The API that resembles Microsoft Graph.</summary>
public sealed class GraphApiTests : IAsyncLifetime
{
    private const string Capable = """{"access_token":{"xms_cc":{"values":["cp1"]}}}""";

    private EntraEmulator _entra = null!;
    private EmulatedApi _graph = null!;
    private EmulatedApplication _app = null!;

    public async Task InitializeAsync()
    {
        _entra = await EntraEmulator.StartAsync();
        _graph = _entra.AddGraph();
        _app = _entra.AddApplication();
        _app.AddSecret("s");
    }

    public async Task DisposeAsync() => await _entra.DisposeAsync();

    [Fact]
    public async Task It_mirrors_the_directory_for_those_who_may_read_it()
    {
        _app.AssignRole(_graph, "Directory.Read.All");

        var organization = await GetAsync("v1.0/organization");
        var principals = await GetAsync("v1.0/servicePrincipals");
        var own = await GetAsync($"beta/servicePrincipals/{_app.ObjectId}");
        var missing = await GetAsync($"v1.0/servicePrincipals/{Guid.NewGuid()}");

        Assert.Equal(_entra.Tenant.Id, organization.Json.GetProperty("value")[0].GetProperty("id").GetString());
        Assert.Contains(
            principals.Json.GetProperty("value").EnumerateArray(),
            principal => principal.GetProperty("appId").GetString() == _app.ClientId);
        Assert.True(own.Json.GetProperty("accountEnabled").GetBoolean());
        Assert.Equal((404, "Request_ResourceNotFound"), (missing.Status, CodeOf(missing)));
        Assert.Equal(200, (await GetAsync("v1.0/applications")).Status);
        Assert.Equal("BadRequest", CodeOf(await GetAsync("v2.0/organization")));
    }

    [Fact]
    public async Task It_refuses_in_its_own_form()
    {
        var denied = await GetAsync("v1.0/servicePrincipals");
        var nobody = await _entra.SendAsync(new HttpRequestMessage(HttpMethod.Get, new Uri(_graph.Url, "v1.0/organization")));
        var invalid = await GetAsync("v1.0/organization", "nonsense");

        Assert.Equal((403, "Authorization_RequestDenied"), (denied.Status, CodeOf(denied)));
        Assert.Equal((401, "InvalidAuthenticationToken"), (nobody.Status, CodeOf(nobody)));
        Assert.Equal((401, "InvalidAuthenticationToken"), (invalid.Status, CodeOf(invalid)));
        Assert.Contains("invalid_token", invalid.Headers["WWW-Authenticate"], StringComparison.Ordinal);
        Assert.Equal("BadRequest", CodeOf(await GetAsync("v1.0/me")));
    }

    [Fact]
    public async Task Faults_answer_in_its_form_too_and_in_the_plain_one_for_other_apis()
    {
        _app.AssignRole(_graph, "Directory.Read.All");
        var challenge = Fault.ClaimsChallenge("{}");

        foreach (var (fault, status, code) in new[]
        {
            (Fault.Throttled(TimeSpan.FromSeconds(7)), 429, "TooManyRequests"),
            (Fault.RejectToken, 401, "InvalidAuthenticationToken"),
            (challenge, 401, "InvalidAuthenticationToken"),
        })
        {
            _entra.Faults.Api.Next(fault, times: 2);
            var ofGraph = await GetAsync("v1.0/organization");
            var ofAnother = await _entra.CallAsync(null);
            Assert.Equal((status, code), (ofGraph.Status, CodeOf(ofGraph)));
            Assert.Equal((status, false), (ofAnother.Status, ofAnother.Body.StartsWith('{')));
            foreach (var header in new[] { "Retry-After", "WWW-Authenticate" })
            {
                Assert.Equal(ofAnother.Headers.GetValueOrDefault(header), ofGraph.Headers.GetValueOrDefault(header));
            }
        }

        _entra.Faults.Api.Limit(1, TimeSpan.FromHours(1));
        Assert.Equal(200, (await GetAsync("v1.0/organization")).Status);
        Assert.Equal("TooManyRequests", CodeOf(await GetAsync("v1.0/organization")));
    }

    [Fact]
    public async Task It_challenges_a_revoked_principal()
    {
        _app.AssignRole(_graph, "Directory.Read.All");
        var token = (await _entra.PostAsync(_app.Form(("client_secret", "s"), ("scope", _graph.Scope), ("claims", Capable)))).Token;
        Assert.Equal(200, (await GetAsync("v1.0/organization", token)).Status);

        _app.Revoke();
        var challenged = await GetAsync("v1.0/organization", token);

        Assert.Equal((401, "InvalidAuthenticationToken"), (challenged.Status, CodeOf(challenged)));
        Assert.Contains("insufficient_claims", challenged.Headers["WWW-Authenticate"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_user_is_me()
    {
        var reply = await _entra.PostAsync(_app.Form(
            ("client_secret", "s"), ("scope", "User.Read"), ("grant_type", OnBehalfOf),
            ("assertion", _app.IssueUserToken("bob@emulated.example")), ("requested_token_use", "on_behalf_of")));

        Assert.Equal("bob@emulated.example", (await GetAsync("v1.0/me", reply.Token)).Json.GetProperty("userPrincipalName").GetString());
    }

    private static string? CodeOf(EmulatorReply reply) => reply.Json.GetProperty("error").GetProperty("code").GetString();

    private async Task<EmulatorReply> GetAsync(string path, string? token = null)
    {
        token ??= (await _entra.PostAsync(_app.Form(("client_secret", "s"), ("scope", _graph.Scope)))).Token;
        return await _entra.SendAsync(
            new HttpRequestMessage(HttpMethod.Get, new Uri(_graph.Url, path)) { Headers = { Authorization = new("Bearer", token) } });
    }
}
