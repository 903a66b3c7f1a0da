using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace WorkloadIdentity.Tests;

public sealed class WorkloadIdentityHealthCheckTests : IDisposable
{
    private static readonly TokenRequest Request = new("https://api.contoso.com/.default");

    private readonly FakeClock _clock = new();
    private readonly FakeLog _log = new();

    public void Dispose() => _log.Dispose();

    [Fact]
    public async Task Before_a_token_is_needed_all_is_well_and_nobody_is_asked()
    {
        var credential = new ControlledCredential(_clock);
        await using var provider = Build(credential);

        var entry = await CheckAsync(provider);

        Assert.Equal((HealthStatus.Healthy, "No token was needed yet."), (entry.Status, entry.Description));
        Assert.Equal(0, credential.Calls);
    }

    [Fact]
    public async Task A_living_token_is_healthy_with_what_remains_of_it()
    {
        var credential = ControlledCredential.Issuing(_clock, TimeSpan.FromHours(1));
        await using var provider = Build(credential, "graph");
        await provider.GetRequiredKeyedService<ITokenAcquirer>("graph").GetTokenAsync(Request);
        _clock.Advance(TimeSpan.FromMinutes(18));

        var entry = await CheckAsync(provider);

        Assert.Equal(HealthStatus.Healthy, entry.Status);
        Assert.Equal("issued by controlled, lives 42 min", entry.Data["graph: api.contoso.com"]);
        Assert.Equal(1, credential.Calls);
    }

    [Theory]
    [InlineData(56, HealthStatus.Degraded, "failed (Refused, AADSTS7000222), lives 4 min")]
    [InlineData(60, HealthStatus.Unhealthy, "failed (Refused, AADSTS7000222), no living token")]
    public async Task A_refresh_that_fails_degrades_until_the_token_has_ended(int minutes, HealthStatus status, string says)
    {
        var credential = ControlledCredential.Issuing(_clock, TimeSpan.FromHours(1));
        await using var provider = Build(credential);
        var acquirer = provider.GetRequiredService<ITokenAcquirer>();
        await acquirer.GetTokenAsync(Request);
        credential.Answer = _ => TokenResult.Failed(new TokenError(TokenErrorKind.Refused, "no") { EntraErrorCodes = [7000222] });
        _clock.Advance(TimeSpan.FromMinutes(minutes));
        try
        {
            await acquirer.GetTokenAsync(Request);
        }
        catch (TokenAcquisitionException)
        {
            // Expired, in one of the cases.
        }

        await Patience.UntilAsync(async () => (await CheckAsync(provider)).Status != HealthStatus.Healthy);
        var entry = await CheckAsync(provider);
        Assert.Equal(status, entry.Status);
        Assert.Equal(says, entry.Data["api.contoso.com"]);

        credential.Answer = _ => TokenResult.Issued(credential.NewToken(TimeSpan.FromHours(1)));
        _clock.Advance(TimeSpan.FromMinutes(10));
        await acquirer.GetTokenAsync(Request);
        Assert.Equal(HealthStatus.Healthy, (await CheckAsync(provider)).Status);
    }

    [Fact]
    public async Task What_one_tenant_or_user_is_refused_does_not_count_and_an_outage_does()
    {
        var credential =
            new ControlledCredential(_clock) { Answer = _ => TokenResult.Failed(new TokenError(TokenErrorKind.Refused, "no")) };
        await using var provider = Build(credential);
        var acquirer = provider.GetRequiredService<ITokenAcquirer>();
        await Assert.ThrowsAsync<TokenAcquisitionException>(() => acquirer.GetTokenAsync(Request.ForTenant("contoso.com")).AsTask());
        await Assert.ThrowsAsync<TokenAcquisitionException>(
            () => acquirer.GetTokenAsync(new TokenRequest(Request.Scope) { UserAssertion = "a" }).AsTask());
        Assert.Equal(HealthStatus.Healthy, (await CheckAsync(provider)).Status);

        credential.Answer = _ => TokenResult.Failed(new TokenError(TokenErrorKind.Unreachable, "no"));
        await Assert.ThrowsAsync<TokenAcquisitionException>(() => acquirer.GetTokenAsync(Request.ForTenant("fabrikam.com")).AsTask());
        Assert.Equal(HealthStatus.Unhealthy, (await CheckAsync(provider)).Status);
    }

    [Fact]
    public async Task The_status_of_a_failure_can_be_chosen_and_wrong_settings_are_a_failure()
    {
        var services = new ServiceCollection();
        services.AddSingleton<ILoggerFactory>(_log);
        services.AddSingleton(typeof(ILogger<>), typeof(Logger<>));
        services.AddWorkloadIdentity().Configure(options => options.Acquirer.Capacity = 0);
        services.AddHealthChecks().AddWorkloadIdentity("entra", HealthStatus.Degraded, ["ready"]);
        await using var provider = services.BuildServiceProvider();

        var report =
            await provider.GetRequiredService<HealthCheckService>().CheckHealthAsync(registration => registration.Tags.Contains("ready"));

        Assert.Equal(HealthStatus.Degraded, report.Entries["entra"].Status);
        Assert.Contains("Capacity must be at least 1", report.Entries["entra"].Description, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(120, HealthStatus.Healthy, 0)]
    [InlineData(20, HealthStatus.Healthy, 1)]
    [InlineData(5, HealthStatus.Degraded, 1)]
    public async Task A_certificate_near_its_end_is_warned_of_once_a_day_and_degrades_in_its_last_week(
        int daysLeft, HealthStatus status, int warnings)
    {
        var entra = new EntraFake();
        entra.Clock.Advance(TestCertificate.NotAfter - entra.Clock.Now - TimeSpan.FromDays(daysLeft) - TimeSpan.FromHours(1));
        entra.Server.Otherwise = _ => FakeServer.Response(System.Net.HttpStatusCode.OK, EntraFake.Token());
        var credential = entra.Credential(ClientCertificateAuthentication.FromCertificate(TestCertificate.One));
        await using var provider = Build(credential, clock: entra.Clock);
        var acquirer = provider.GetRequiredService<ITokenAcquirer>();
        await acquirer.GetTokenAsync(new TokenRequest(EntraFake.Scope));
        await acquirer.GetTokenAsync(new TokenRequest("api://orders/.default"));

        var entry = await CheckAsync(provider);

        Assert.Equal(status, entry.Status);
        Assert.Equal($"expires in {daysLeft} days", entry.Data["graph.microsoft.com (certificate)"]);
        Assert.Equal(warnings, entra.Log.Count(210));
        entra.Clock.Advance(TimeSpan.FromDays(1));
        await acquirer.GetTokenAsync(new TokenRequest(EntraFake.Scope));
        Assert.Equal(warnings * 2, entra.Log.Count(210));
        Assert.All(
            entra.Log.Entries.Where(one => one.Id == 210),
            one => Assert.Contains("'CN=one' of application", one.Text, StringComparison.Ordinal));
    }

    private static async Task<HealthReportEntry> CheckAsync(ServiceProvider provider) =>
        (await provider.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Entries["workload-identity"];

    private ServiceProvider Build(Credential credential, string? name = null, FakeClock? clock = null)
    {
        var services = new ServiceCollection();
        services.AddSingleton<ILoggerFactory>(_log);
        services.AddSingleton(typeof(ILogger<>), typeof(Logger<>));
        services.AddSingleton<TimeProvider>(clock ?? _clock);
        (name is null ? services.AddWorkloadIdentity() : services.AddWorkloadIdentity(name)).UseCredential(_ => credential)
            .Configure(options => options.Acquirer.Jitter = () => 0);
        services.AddHealthChecks().AddWorkloadIdentity();
        return services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });
    }
}
