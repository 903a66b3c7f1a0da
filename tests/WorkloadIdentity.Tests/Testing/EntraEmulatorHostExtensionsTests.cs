using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Tests;

public sealed class EntraEmulatorHostExtensionsTests(EmulatorFixture fixture) : IClassFixture<EmulatorFixture>
{
    private readonly EntraEmulator _entra = fixture.Fresh();

    public static TheoryData<string> Hosts => ["application builder", "host builder", "web host builder"];

    [Theory]
    [MemberData(nameof(Hosts))]
    public void The_application_sees_the_emulators_environment_and_nothing_of_the_machine(string kind)
    {
        using var host = Build(kind, "Test");

        var seen = host.Services.GetRequiredService<WorkloadEnvironment>();

        Assert.Equal(_entra.AuthorityHost.AbsoluteUri, seen.Variable("AZURE_AUTHORITY_HOST"));
        Assert.Equal(_entra.AuthorityHost.AbsoluteUri, seen.Variable("AZURE_POD_IDENTITY_AUTHORITY_HOST"));
        Assert.Equal(_entra.Application.ClientId, seen.Variable("AZURE_CLIENT_ID"));
        Assert.Equal(_entra.Application.EnvironmentWithSecret()["AZURE_CLIENT_SECRET"], seen.Variable("AZURE_CLIENT_SECRET"));
        Assert.Null(seen.Variable("PATH"));
        Assert.Single(host.Services.GetServices<WorkloadEnvironment>());
    }

    [Theory]
    [MemberData(nameof(Hosts))]
    public void A_test_may_describe_the_environment_itself(string kind)
    {
        var environment = WorkloadEnvironment.FromValues(_entra.AppServiceEnvironment());

        using var host = Build(kind, "Test", environment);

        Assert.Same(environment, host.Services.GetRequiredService<WorkloadEnvironment>());
    }

    [Theory]
    [MemberData(nameof(Hosts))]
    public void Production_is_refused_with_what_to_do(string kind)
    {
        var exception = Assert.Throws<InvalidOperationException>(() => Build(kind, "Production"));

        Assert.Contains("UseEnvironment", exception.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => Build(kind, "production"));
    }

    [Fact]
    public async Task An_https_issuer_needs_no_trust_from_the_application()
    {
        await using var entra = await EntraEmulator.StartAsync(new() { SecureAuthority = true, HostName = "localhost" });
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = "Test" });
        builder.Services.AddWorkloadIdentity();
        builder.UseEntraEmulator(entra);
        using var host = builder.Build();

        var token = await host.Services.GetRequiredService<ITokenAcquirer>().GetTokenAsync(new TokenRequest(entra.Api.Scope));

        Assert.Equal(entra.Tenant.Issuer.AbsoluteUri, EmulatorCalls.Claims(token.Value).GetProperty("iss").GetString());
        Assert.Equal(("https", "localhost"), (entra.Tenant.Issuer.Scheme, entra.Tenant.Issuer.Host));
    }

    private IHost Build(string kind, string name, WorkloadEnvironment? environment = null)
    {
        var machine = WorkloadEnvironment.FromProcess();
        switch (kind)
        {
            case "application builder":
                var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = name });
                builder.Services.AddSingleton(machine);
                builder.UseEntraEmulator(_entra, environment);
                return builder.Build();
            case "host builder":
                return new HostBuilder().UseEnvironment(name).ConfigureServices(services => services.AddSingleton(machine))
                    .UseEntraEmulator(_entra, environment).Build();
            default:
                return new HostBuilder().ConfigureWebHost(web => web
                    .UseEnvironment(name)
                    .ConfigureServices(services => services.AddSingleton(machine))
                    .UseEntraEmulator(_entra, environment)
                    .UseKestrelCore()
                    .Configure(_ => { })).Build();
        }
    }
}
