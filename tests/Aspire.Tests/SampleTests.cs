using System.Net;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using WorkloadIdentity.Aspire.Hosting;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.AspireTests;

/// <summary>The sample app host, started as a developer starts it: its projects are processes, and there is no container.</summary>
public sealed class SampleTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    private DistributedApplication _app = null!;

    public async Task InitializeAsync()
    {
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.AppHost>().WaitAsync(Limit);
        _app = await builder.BuildAsync().WaitAsync(Limit);
        await _app.StartAsync().WaitAsync(Limit);
        await _app.ResourceNotifications.WaitForResourceHealthyAsync("shop").WaitAsync(Limit);
    }

    public async Task DisposeAsync() => await _app.DisposeAsync();

    [Fact]
    public async Task The_shop_calls_the_API_as_its_application()
    {
        var entra = Emulator();
        using var shop = _app.CreateHttpClient("shop", "http");
        using var stock = _app.CreateHttpClient("stock", "http");

        var apples = await shop.GetStringAsync("/").WaitAsync(Limit);
        using var withoutToken = await stock.GetAsync("/stock").WaitAsync(Limit);

        Assert.Equal("""{"apples":12,"pears":3}""", apples);
        Assert.Equal(HttpStatusCode.Unauthorized, withoutToken.StatusCode);
        var request = Assert.Single(entra.Journal.TokenRequests);
        Assert.Equal(("api://stock/.default", 200), (request.Scope, request.Status));
        Assert.Equal(ClientAuthenticationMethod.Secret, request.ClientAuthentication);
    }

    [Fact]
    public async Task The_dashboard_links_the_page_of_the_emulator()
    {
        Assert.True(_app.ResourceNotifications.TryGetCurrentState("entra", out var state));
        var link = new Uri(Assert.Single(state.Snapshot.Urls).Url);
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(link, "/admin/page"))
        {
            Headers = { Authorization = new("Bearer", link.Fragment["#token=".Length..]) },
        };

        using var page = await http.GetAsync(link);
        using var directory = await http.SendAsync(request);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (page.StatusCode, directory.StatusCode));
        Assert.Contains("repo:contoso/orders:ref:refs/heads/main", await directory.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(KnownResourceStates.Running, state.Snapshot.State?.Text);
    }

    private EntraEmulator Emulator() =>
        ((EntraEmulatorResource)((DistributedApplicationModel)_app.Services.GetService(typeof(DistributedApplicationModel))!)
            .Resources.Single(resource => resource.Name == "entra")).Emulator!;
}
