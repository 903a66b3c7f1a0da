using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace WorkloadIdentity.Tests;

public sealed class ReportAtStartTests : IDisposable
{
    private readonly FakeLog _log = new();

    public void Dispose() => _log.Dispose();

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("False")]
    public async Task Nothing_is_asked_unless_it_is_wanted(string? value)
    {
        var credential = ScriptedCredential.Issuing("desk");

        await RunAsync(value, services => services.AddWorkloadIdentity().UseCredential(_ => credential));

        Assert.Empty(credential.Asked);
        Assert.DoesNotContain(_log.Entries, entry => entry.Id is 402 or 403);
    }

    [Fact]
    public async Task Each_identity_is_explained_for_what_its_clients_ask_for()
    {
        await RunAsync("1", services =>
        {
            services.AddWorkloadIdentity()
                .UseCredential(_ => new CredentialChain(ScriptedCredential.Absent("vault"), ScriptedCredential.Issuing("desk")));
            services.AddWorkloadIdentity("billing").UseCredential(_ => ScriptedCredential.Failing("cloud"));
            services.AddHttpClient("orders").AddAccessToken("api://orders/.default");
            services.AddHttpClient("orders-too").AddAccessToken("api://orders/.default");
            services.AddHttpClient("stock").AddAccessToken("api://stock/.default");
        });

        var told = _log.Entries.Where(entry => entry.Id == 402).ToList();
        Assert.Equal(3, told.Count);
        Assert.All(told, entry => Assert.Equal(LogLevel.Information, entry.Level));
        Assert.Contains("The default identity, asked for a token for api://orders/.default:", told[0].Text, StringComparison.Ordinal);
        Assert.Contains("  desk: issued in", told[0].Text, StringComparison.Ordinal);
        Assert.Contains("api://stock/.default", told[1].Text, StringComparison.Ordinal);
        Assert.Contains($"The identity 'billing', asked for a token for {ReportAtStart.AnyScope}:", told[2].Text, StringComparison.Ordinal);
        Assert.Contains("cloud was refused", told[2].Text, StringComparison.Ordinal);
        Assert.DoesNotContain("desk-for", string.Concat(told.Select(entry => entry.Text)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_variable_may_name_what_to_ask_for()
    {
        var credential = ScriptedCredential.Issuing("desk");

        await RunAsync("https://vault.azure.net/.default", services => services.AddWorkloadIdentity().UseCredential(_ => credential));

        Assert.Equal("https://vault.azure.net/.default", Assert.Single(credential.Asked).Request.Scope);
    }

    [Fact]
    public async Task What_cannot_be_explained_is_told_and_the_program_runs()
    {
        await RunAsync("1", services =>
        {
            services.AddWorkloadIdentity().UseCredential(_ => throw new InvalidOperationException("canary"));
            services.AddWorkloadIdentity("existing", new FakeTokens());
        });
        await RunAsync(
            "api://AzureADTokenExchange/.default",
            services => services.AddWorkloadIdentity().UseCredential(_ => ScriptedCredential.Issuing("desk")));

        var told = _log.Entries.Where(entry => entry.Id == 403).ToList();
        Assert.Equal(3, told.Count);
        Assert.Contains("making it threw InvalidOperationException", told[0].Text, StringComparison.Ordinal);
        Assert.Contains("its token acquirer (FakeTokens)", told[1].Text, StringComparison.Ordinal);
        Assert.Contains("itself a credential", told[2].Text, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", string.Concat(told.Select(entry => entry.Text)), StringComparison.Ordinal);
    }

    private async Task RunAsync(string? value, Action<IServiceCollection> configure)
    {
        var variables = new Dictionary<string, string>();
        if (value is not null)
        {
            variables[FirstUseReport.Variable] = value;
        }

        var services = new ServiceCollection();
        services.AddSingleton(WorkloadEnvironment.FromValues(variables));
        services.AddSingleton<ILoggerFactory>(_log);
        configure(services);
        await using var provider =
            services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });
        var report = Assert.Single(provider.GetServices<IHostedService>().OfType<ReportAtStart>());
        await report.StartAsync(CancellationToken.None);
        await report.ExecuteTask!.WaitAsync(Patience.Limit);
        await report.StopAsync(CancellationToken.None);
    }
}
