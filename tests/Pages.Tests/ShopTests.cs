using System.Net;
using System.Text;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using WorkloadIdentity;
using WorkloadIdentity.Testing;

namespace Pages.Tests;

/// <summary>The tests that docs/testing.md shows.</summary>
public sealed class ShopTests
{
    [Fact]
    public async Task Orders_are_read_with_a_token_for_the_orders_api()
    {
        await using var entra = await EntraEmulator.StartAsync();
        var orders = entra.AddApi("api://orders");

        await using var app = new WebApplicationFactory<Program>().WithWebHostBuilder(host => host
            .UseEntraEmulator(entra)
            .ConfigureTestServices(services => services.AddHttpClient("orders", client => client.BaseAddress = orders.Url)));
        using var client = app.CreateClient();

        using var response = await client.GetAsync("/orders");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("api://orders/.default", Assert.Single(entra.Journal.TokenRequests).Scope);
        Assert.Equal(entra.Application.ClientId, Assert.Single(entra.Journal.ApiRequests).ClientId);
    }

    [Fact]
    public async Task Graph_answers_according_to_the_roles_of_the_application()
    {
        await using var entra = await EntraEmulator.StartAsync();
        var graph = entra.AddGraph();
        await using var app = new WebApplicationFactory<Program>().WithWebHostBuilder(host => host
            .UseEntraEmulator(entra)
            .ConfigureTestServices(services =>
                services.AddHttpClient("graph", client => client.BaseAddress = new Uri(graph.Url, "v1.0/"))));
        using var client = app.CreateClient();

        using var refused = await client.GetAsync("/apps");
        Assert.Equal(HttpStatusCode.BadGateway, refused.StatusCode);
        Assert.Equal("Authorization_RequestDenied", entra.Journal.ApiRequests[^1].Error);

        entra.Application.AssignRole(graph, "Application.Read.All");
        entra.Application.Revoke();                      // the token that is held lacks the role; Graph's challenge renews it
        using var allowed = await client.GetAsync("/apps");
        Assert.Equal(HttpStatusCode.OK, allowed.StatusCode);
    }

    [Fact]
    public async Task The_application_is_a_pod_when_the_test_says_so()
    {
        await using var entra = await EntraEmulator.StartAsync();
        var orders = entra.AddApi("api://orders");
        var cluster = entra.AddIssuer(EmulatedIssuerKind.Kubernetes);
        entra.Application.AddFederatedCredential(cluster, "system:serviceaccount:shop:orders");
        var token = cluster.Issue("system:serviceaccount:shop:orders");
        var pod = WorkloadEnvironment.FromValues(
            entra.Application.EnvironmentWithTokenFile("/var/run/token"),
            new Dictionary<string, byte[]> { ["/var/run/token"] = Encoding.UTF8.GetBytes(token) });

        await using var app = new WebApplicationFactory<Program>().WithWebHostBuilder(host => host
            .UseEntraEmulator(entra, pod)
            .ConfigureTestServices(services => services.AddHttpClient("orders", client => client.BaseAddress = orders.Url)));
        using var client = app.CreateClient();

        using var response = await client.GetAsync("/orders");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(ClientAuthenticationMethod.Federated, Assert.Single(entra.Journal.TokenRequests).ClientAuthentication);
    }

    [Fact]
    public async Task An_application_with_settings_of_its_own_is_added_to_the_emulator()
    {
        await using var entra = await EntraEmulator.StartAsync();
        var orders = entra.AddApi("api://orders");
        var shop = entra.AddApplication("6bf7ab3f-6a37-4f6d-9a3c-2ee0f1d1f8a3");
        var secret = shop.AddSecret();

        await using var app = new WebApplicationFactory<Program>().WithWebHostBuilder(host => host
            .UseSetting("WorkloadIdentity:Kind", "ClientSecret")
            .UseSetting("WorkloadIdentity:TenantId", shop.TenantId)
            .UseSetting("WorkloadIdentity:ClientId", shop.ClientId)
            .UseSetting("WorkloadIdentity:ClientSecret", secret)
            .UseEntraEmulator(entra)
            .ConfigureTestServices(services => services.AddHttpClient("orders", client => client.BaseAddress = orders.Url)));
        using var client = app.CreateClient();

        using var response = await client.GetAsync("/orders");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(shop.ClientId, Assert.Single(entra.Journal.TokenRequests).ClientId);
    }

    [Fact]
    public async Task An_outage_of_Entra_costs_no_request_while_the_token_lives()
    {
        await using var entra = await EntraEmulator.StartAsync();
        var orders = entra.AddApi("api://orders");
        await using var app = new WebApplicationFactory<Program>().WithWebHostBuilder(host => host
            .UseEntraEmulator(entra)
            .ConfigureTestServices(services => services.AddHttpClient("orders", client => client.BaseAddress = orders.Url)));
        using var client = app.CreateClient();
        using var first = await client.GetAsync("/orders");

        entra.Faults.TokenEndpoint.Outage = true;

        using var second = await client.GetAsync("/orders");
        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("0d3c1a52-9c0f-4d0e-8a54-6f1f6f0d2b11")]
    public async Task A_managed_identity_is_one_of_the_emulated_machine(string? clientId)
    {
        await using var entra = await EntraEmulator.StartAsync();
        var orders = entra.AddApi("api://orders");
        var expected = clientId is null ? entra.SystemAssignedIdentity : entra.AddManagedIdentity(clientId);
        await using var app = new WebApplicationFactory<Program>().WithWebHostBuilder(host => host
            .UseSetting("WorkloadIdentity:Kind", "ManagedIdentity")
            .UseSetting("WorkloadIdentity:ClientId", clientId)
            .UseEntraEmulator(entra)
            .ConfigureTestServices(services => services.AddHttpClient("orders", client => client.BaseAddress = orders.Url)));
        using var client = app.CreateClient();

        using var response = await client.GetAsync("/orders");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(expected.ClientId, Assert.Single(entra.Journal.ApiRequests).ClientId);
    }

    [Fact]
    public async Task Faults_wait_for_their_requests()
    {
        await using var entra = await EntraEmulator.StartAsync();
        entra.Faults.TokenEndpoint.Outage = true;                                             // Entra is down
        entra.Faults.ManagedIdentity.Outage = true;                                           // the metadata service is down
        entra.Faults.TokenEndpoint.Next(Fault.Throttled(TimeSpan.FromSeconds(5)), times: 2);  // Entra throttles twice
        entra.Faults.TokenEndpoint.Next(Fault.Refusal(7000222));                              // the secret has expired
        entra.Faults.Api.Next(Fault.RejectToken);                                             // the API rejects a token
        entra.Application.Revoke();                                                           // the session is revoked
        entra.Application.Block();                                                            // Conditional Access says no

        Assert.Equal(3, entra.Faults.TokenEndpoint.Pending);
        Assert.Equal(1, entra.Faults.Api.Pending);
    }

    [Fact]
    public async Task A_unit_test_needs_no_server()
    {
        var credential = FakeCredential.Issuing("t0ken");
        await using var app = new WebApplicationFactory<Program>().WithWebHostBuilder(host => host
            .ConfigureTestServices(services => services.ReplaceWorkloadIdentity(credential)));

        var token = await app.Services.GetRequiredService<ITokenAcquirer>().GetTokenAsync(new TokenRequest("api://orders/.default"));

        Assert.Equal("t0ken", token.Value);
        Assert.Equal("api://orders/.default", Assert.Single(credential.Acquisitions).Request.Scope);
    }
}
