using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace WorkloadIdentity.Tests;

public sealed class SectionWatchTests : IDisposable
{
    private readonly FakeLog _log = new();

    public void Dispose() => _log.Dispose();

    [Theory]
    [InlineData("Identity:ClientId", "0d3c1a52-9c0f-4d0e-8a54-6f1f6f0d2b11", "Identity:ClientId")]
    [InlineData("Identity:TenantId", "contoso.com", "Identity:TenantId")]
    [InlineData("Identity:Kind", "ManagedIdentity", "Identity:Kind")]
    [InlineData("Identity:AdditionallyAllowedTenants:0", "*", "Identity:AdditionallyAllowedTenants:0")]
    [InlineData("Identity:ClientSecret", "the next canary", null)]
    [InlineData("Other:ClientId", "x", null)]
    public void Who_we_are_does_not_change_with_a_reload_and_the_log_says_so(string key, string value, string? told)
    {
        var (configuration, provider) = Start();
        using (provider)
        {
            configuration[key] = value;
            configuration.Reload();
            configuration.Reload();

            var entries = _log.Entries.Where(entry => entry.Id == 400).ToList();
            Assert.Equal(told is null ? 0 : 1, entries.Count);
            Assert.All(entries, entry =>
            {
                Assert.Equal(LogLevel.Warning, entry.Level);
                Assert.StartsWith($"The default identity: {told} changed", entry.Text, StringComparison.Ordinal);
                Assert.DoesNotContain(value, entry.Text.Replace(told!, "", StringComparison.Ordinal), StringComparison.Ordinal);
            });
        }
    }

    [Fact]
    public void A_change_that_is_taken_back_and_made_again_is_told_again()
    {
        var (configuration, provider) = Start();
        using (provider)
        {
            foreach (var tenant in new[] { "contoso.com", EntraFake.Tenant, "contoso.com" })
            {
                configuration["Identity:TenantId"] = tenant;
                configuration.Reload();
            }

            Assert.Equal(2, _log.Count(400));
        }
    }

    [Fact]
    public void A_container_that_is_gone_watches_no_longer()
    {
        var (configuration, provider) = Start();
        provider.Dispose();

        configuration["Identity:TenantId"] = "contoso.com";
        configuration.Reload();

        Assert.Equal(0, _log.Count(400));
    }

    private (IConfigurationRoot Configuration, ServiceProvider Services) Start()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Identity:Kind"] = "ClientSecret",
            ["Identity:TenantId"] = EntraFake.Tenant,
            ["Identity:ClientId"] = EntraFake.ClientId,
            ["Identity:ClientSecret"] = "canary",
        }).Build();
        var services = new ServiceCollection();
        services.AddSingleton<ILoggerFactory>(_log);
        services.AddWorkloadIdentity(configuration.GetSection("Identity"));
        var provider = services.BuildServiceProvider();
        provider.GetRequiredService<ITokenAcquirer>();
        return (configuration, provider);
    }
}
