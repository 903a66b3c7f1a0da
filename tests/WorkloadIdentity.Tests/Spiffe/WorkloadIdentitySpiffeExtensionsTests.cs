using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace WorkloadIdentity.Tests;

public sealed class WorkloadIdentitySpiffeExtensionsTests
{
    [Fact]
    public async Task Configuration_names_the_kind_and_the_agent_is_the_variables()
    {
        await using var services = Services(("Kind", "Spiffe"), ("SpiffeId", "spiffe://example.org/orders"), ("Hint", "internal"));

        var error = await Assert.ThrowsAsync<TokenAcquisitionException>(
            async () => await services.GetRequiredService<ITokenAcquirer>().GetTokenAsync(new TokenRequest(EntraFake.Scope)));

        Assert.Contains("SPIFFE_ENDPOINT_SOCKET is not set", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SpiffeId", "canary", "SpiffeId")]
    [InlineData("Audience", "canary\n", "Audience")]
    [InlineData("Endpoint", "unix:///canary", "Endpoint")]
    public void A_setting_that_cannot_be_used_stops_the_start_and_is_not_quoted(string setting, string value, string named)
    {
        using var services = Services(("Kind", "Spiffe"), (setting, value));

        var error = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<ITokenAcquirer>());

        Assert.Contains($"WorkloadIdentity:{named}", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_address_that_cannot_be_used_throws_where_it_is_given() =>
        Assert.Throws<ArgumentException>(() => new ServiceCollection().AddSpiffeKind("unix:opaque"));

    private static ServiceProvider Services(params (string Name, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(
        [
            .. settings.Select(setting => KeyValuePair.Create($"WorkloadIdentity:{setting.Name}", (string?)setting.Value)),
            new("WorkloadIdentity:TenantId", EntraFake.Tenant),
            new("WorkloadIdentity:ClientId", EntraFake.ClientId),
        ]).Build();
        var services = new ServiceCollection();
        services.AddSpiffeKind();
        services.AddWorkloadIdentity(configuration.GetSection("WorkloadIdentity"))
            .Configure(options => options.Credentials.Environment = WorkloadEnvironment.FromValues(new Dictionary<string, string>()));
        return services.BuildServiceProvider();
    }
}
