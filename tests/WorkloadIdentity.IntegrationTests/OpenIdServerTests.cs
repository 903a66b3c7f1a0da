using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace WorkloadIdentity.IntegrationTests;

/// <summary>
/// What the server accepts and refuses, asked without the SDK: being accepted by it means something only because it refuses each of these.
/// </summary>
[Collection(OpenIdServerCollection.Name)]
public sealed class OpenIdServerTests(OpenIdServer server)
{
    private static readonly TimeSpan LongAgo = TimeSpan.FromMinutes(-5);

    private HandMadeAssertion Assertion =>
        new(RegisteredClients.WithCertificate, server.TokenEndpoint.AbsoluteUri, server.Clients.Certificate);

    [NodeFact]
    public async Task A_well_made_assertion_is_accepted()
    {
        var (status, answer) = await PostAsync(Assertion.Sign());

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("Bearer", (string?)answer["token_type"]);
    }

    [NodeFact]
    public async Task An_assertion_for_another_audience_is_refused() =>
        await AssertRefusedAsync(Assertion with { Audience = "https://elsewhere.example/token" });

    [NodeFact]
    public async Task An_assertion_of_another_issuer_is_refused() =>
        await AssertRefusedAsync(Assertion with { Issuer = RegisteredClients.WithSecret });

    [NodeFact]
    public async Task An_expired_assertion_is_refused() =>
        await AssertRefusedAsync(Assertion with { ValidFor = LongAgo });

    [NodeFact]
    public async Task An_assertion_signed_with_another_key_is_refused() =>
        await AssertRefusedAsync(Assertion with { Certificate = server.Clients.ForeignCertificate });

    [NodeFact]
    public async Task An_assertion_is_refused_when_it_comes_again()
    {
        var assertion = Assertion.Sign();
        var (first, _) = await PostAsync(assertion);
        var (second, answer) = await PostAsync(assertion);

        Assert.Equal(HttpStatusCode.OK, first);
        Assert.Equal((HttpStatusCode.Unauthorized, "invalid_client"), (second, (string?)answer["error"]));
    }

    private async Task AssertRefusedAsync(HandMadeAssertion assertion)
    {
        var (status, answer) = await PostAsync(assertion.Sign());

        Assert.Equal((HttpStatusCode.Unauthorized, "invalid_client"), (status, (string?)answer["error"]));
    }

    private async Task<(HttpStatusCode Status, JsonNode Answer)> PostAsync(string assertion)
    {
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials",
            ["client_id"] = RegisteredClients.WithCertificate,
            ["client_assertion_type"] = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            ["client_assertion"] = assertion,
            ["scope"] = "api://orders/.default",
        });
        using var response = await server.Http.PostAsync(server.TokenEndpoint, form);
        return (response.StatusCode, (await response.Content.ReadFromJsonAsync<JsonNode>())!);
    }
}
