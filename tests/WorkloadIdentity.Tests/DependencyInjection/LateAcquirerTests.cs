using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace WorkloadIdentity.Tests;

/// <summary>A setting that appears after the first attempt, in a provider without a host: a refusal is not repeated for ever.</summary>
public sealed class LateAcquirerTests : IDisposable
{
    private readonly EntraFake _entra = new();
    private readonly FakeServer _api = new();
    private readonly ConfigurationManager _configuration = new();

    public LateAcquirerTests()
    {
        _configuration["Id:Kind"] = "ClientSecret";
        _configuration["Id:TenantId"] = EntraFake.Tenant;
        _configuration["Id:ClientId"] = EntraFake.ClientId;
    }

    public void Dispose()
    {
        _api.Dispose();
        _configuration.Dispose();
    }

    [Theory]
    [InlineData("")]
    [InlineData("graph")]
    public async Task A_secret_that_appears_later_counts(string name)
    {
        using var provider = Build(name);
        for (var attempt = 0; attempt < 3; attempt++)
        {
            var exception = Assert.Throws<OptionsValidationException>(() => Acquirer(provider, name));
            Assert.Contains("ClientSecret", exception.Message, StringComparison.Ordinal);
        }

        _configuration["Id:ClientSecret"] = "a-secret";
        _entra.Issues();

        Assert.Equal("token-1", (await Acquirer(provider, name).GetTokenAsync(new TokenRequest(EntraFake.Scope))).Value);
        Assert.Same(Acquirer(provider, name), Acquirer(provider, name));
    }

    [Fact]
    public async Task A_client_that_was_made_too_early_sends_once_its_identity_can_be_made()
    {
        using var provider = Build("");
        var factory = provider.GetRequiredService<IHttpClientFactory>();
        var client = factory.CreateClient("orders");
        await Assert.ThrowsAsync<OptionsValidationException>(() => client.GetAsync("https://orders.example/"));
        await Assert.ThrowsAsync<OptionsValidationException>(() => factory.CreateClient("orders").GetAsync("https://orders.example/"));

        _configuration["Id:ClientSecret"] = "a-secret";
        _entra.Issues();
        _api.Answer(HttpStatusCode.OK);

        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("https://orders.example/")).StatusCode);
        Assert.Equal("Bearer token-1", Assert.Single(_api.Requests).Headers["Authorization"]);
    }

    [Fact]
    public void An_identity_that_is_not_registered_is_told_when_the_client_is_made()
    {
        var services = new ServiceCollection();
        services.AddHttpClient("orders").AddAccessToken("api://orders/.default");
        using var provider = services.BuildServiceProvider();

        var factory = provider.GetRequiredService<IHttpClientFactory>();

        var exception = Assert.Throws<InvalidOperationException>(() => factory.CreateClient("orders"));

        Assert.Contains("AddWorkloadIdentity", exception.Message, StringComparison.Ordinal);
    }

    private static ITokenAcquirer Acquirer(ServiceProvider provider, string name) =>
        name.Length == 0 ? provider.GetRequiredService<ITokenAcquirer>() : provider.GetRequiredKeyedService<ITokenAcquirer>(name);

    private ServiceProvider Build(string name)
    {
        var services = new ServiceCollection();
        services.AddSingleton(_entra.Environment());
        services.AddSingleton<TimeProvider>(_entra.Clock);
        var section = _configuration.GetSection("Id");
        var builder = name.Length == 0 ? services.AddWorkloadIdentity(section) : services.AddWorkloadIdentity(name, section);
        builder.Configure(options => options.Credentials.HttpClient = _entra.Server.Client);
        services.AddHttpClient("orders", client => client.BaseAddress = new Uri("https://orders.example/"))
            .AddAccessToken("api://orders/.default")
            .ConfigurePrimaryHttpMessageHandler(() => _api);
        return services.BuildServiceProvider();
    }
}
