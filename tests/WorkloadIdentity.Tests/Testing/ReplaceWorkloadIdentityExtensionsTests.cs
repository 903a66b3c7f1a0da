using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Tests;

public sealed class ReplaceWorkloadIdentityExtensionsTests
{
    private static readonly TokenRequest Request = new("api://orders/.default");

    [Fact]
    public async Task Every_acquirer_is_replaced_named_or_not()
    {
        var fake = FakeCredential.Issuing("t");
        var services = new ServiceCollection().AddSingleton<ITokenAcquirer>(_ => throw new InvalidOperationException("the real one"));
        services.AddKeyedSingleton<ITokenAcquirer>("graph", (_, _) => throw new InvalidOperationException("the real one"));
        services.AddKeyedSingleton<ITokenAcquirer>("storage", (_, _) => throw new InvalidOperationException("the real one"));

        await using var provider = services.ReplaceWorkloadIdentity(fake).BuildServiceProvider(validateScopes: true);

        ITokenAcquirer[] acquirers =
        [
            provider.GetRequiredService<ITokenAcquirer>(),
            provider.GetRequiredKeyedService<ITokenAcquirer>("graph"),
            provider.GetRequiredKeyedService<ITokenAcquirer>("storage"),
        ];
        Assert.Equal(3, acquirers.Distinct().Count());
        Assert.Single(provider.GetServices<ITokenAcquirer>());
        foreach (var acquirer in acquirers)
        {
            Assert.Equal("t", (await acquirer.GetTokenAsync(Request)).Value);
            Assert.Equal("t", (await acquirer.GetTokenAsync(Request)).Value);
        }

        Assert.Equal(3, fake.Acquisitions.Count);
    }

    [Fact]
    public async Task Where_none_is_registered_an_unnamed_one_is()
    {
        await using var provider = new ServiceCollection().ReplaceWorkloadIdentity(FakeCredential.Issuing("t")).BuildServiceProvider();

        Assert.Equal("t", (await provider.GetRequiredService<ITokenAcquirer>().GetTokenAsync(Request)).Value);
    }

    [Fact]
    public async Task The_acquirers_run_on_the_applications_clock()
    {
        var clock = new FakeClock();
        var fake = FakeCredential.Issuing("t", TimeSpan.FromHours(1), clock);
        await using var provider =
            new ServiceCollection().AddSingleton<TimeProvider>(clock).ReplaceWorkloadIdentity(fake).BuildServiceProvider();
        var acquirer = provider.GetRequiredService<ITokenAcquirer>();
        await acquirer.GetTokenAsync(Request);

        clock.Advance(TimeSpan.FromHours(1));
        await acquirer.GetTokenAsync(Request);

        Assert.Equal(2, fake.Acquisitions.Count);
    }

    [Theory]
    [InlineData("Production", false)]
    [InlineData("Test", true)]
    public void Production_is_refused(string name, bool allowed)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = name });
        builder.Services.ReplaceWorkloadIdentity(FakeCredential.Issuing("t"));
        using var host = builder.Build();

        var resolving = Record.Exception(host.Services.GetRequiredService<ITokenAcquirer>);

        Assert.Equal(allowed, resolving is null);
        Assert.True(allowed || resolving is InvalidOperationException);
    }
}
