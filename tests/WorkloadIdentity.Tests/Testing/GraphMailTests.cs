using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Tests;

/// <summary>The mailbox of an agent's user, as the emulated Graph shows it.</summary>
public sealed class GraphMailTests : IAsyncLifetime
{
    private EntraEmulator _entra = null!;
    private EmulatedApi _graph = null!;
    private EmulatedApplication _agent = null!;
    private ApplicationCredential _credential = null!;

    public async Task InitializeAsync()
    {
        _entra = await EntraEmulator.StartAsync();
        _graph = _entra.AddGraph();
        var blueprint = _entra.AddApplication();
        _agent = _entra.AddAgentIdentity(blueprint);
        _agent.AddAgentUser("orders-agent@emulated.example").AddMessage("first", "ann@emulated.example", "text")
            .AddMessage("second", "bob@emulated.example");
        var options = new ApplicationCredentialOptions { AuthorityHost = _entra.AuthorityHost };
        var own = new ApplicationCredential(
            _entra.Tenant.Id, blueprint.ClientId, ClientSecretAuthentication.FromValue(blueprint.AddSecret()), options);
        _credential = new ApplicationCredential(
            _entra.Tenant.Id,
            _agent.ClientId,
            new FederatedAuthentication(AssertionSource.FromAgentIdentityBlueprint(own), EmulatedIssuer.ExchangeAudience),
            options);
    }

    public async Task DisposeAsync() => await _entra.DisposeAsync();

    [Theory]
    [InlineData("me/messages")]
    [InlineData("users/orders-agent@emulated.example/messages")]
    public async Task An_agents_user_reads_its_mailbox_the_newest_first(string path)
    {
        var (status, body) = await AskAsync(path, "https://graph.microsoft.com/Mail.Read", asUser: true);

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(
            ["second", "first"], body.GetProperty("value").EnumerateArray().Select(message => message.GetProperty("subject").GetString()));
    }

    [Theory]
    [InlineData("me/messages", "https://graph.microsoft.com/User.Read", true, HttpStatusCode.Forbidden, "ErrorAccessDenied")]
    [InlineData("users/nobody@emulated.example/messages", "https://graph.microsoft.com/Mail.Read", true, HttpStatusCode.NotFound,
        "ErrorInvalidUser")]
    [InlineData("me/messages", "https://graph.microsoft.com/.default", false, HttpStatusCode.BadRequest, "BadRequest")]
    [InlineData("users/orders-agent@emulated.example/messages", "https://graph.microsoft.com/.default", false, HttpStatusCode.OK, null)]
    public async Task A_mailbox_is_read_by_its_user_with_the_permission_or_by_an_application(
        string path, string scope, bool asUser, HttpStatusCode status, string? code)
    {
        _agent.AssignRole(_graph, "Mail.Read");

        var (answered, body) = await AskAsync(path, scope, asUser);

        Assert.Equal(status, answered);
        Assert.Equal(code, body.TryGetProperty("error", out var error) ? error.GetProperty("code").GetString() : null);
    }

    [Fact]
    public async Task An_application_without_the_permission_reads_no_mailbox()
    {
        var (status, _) = await AskAsync("users/orders-agent@emulated.example/messages", "https://graph.microsoft.com/.default", false);

        Assert.Equal(HttpStatusCode.Forbidden, status);
    }

    private async Task<(HttpStatusCode Status, JsonElement Body)> AskAsync(string path, string scope, bool asUser)
    {
        using var acquirer = new TokenAcquirer(_credential);
        var token = await acquirer.GetTokenAsync(new TokenRequest(scope)
        {
            AgentUser = asUser ? AgentUser.FromUserName("orders-agent@emulated.example") : null,
        });
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_graph.Url, $"v1.0/{path}"))
        {
            Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token.Value) },
        };
        using var response = await client.SendAsync(request);
        return (response.StatusCode, JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement);
    }
}
