using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace WorkloadIdentity.Tests;

/// <summary>WORKLOAD_IDENTITY_EXPLAIN where no host is started.</summary>
public sealed class FirstUseReportTests : IDisposable
{
    private const string Orders = "api://orders/.default";

    private readonly FakeLog _log = new();
    private readonly StringWriter _error = new() { NewLine = "\n" };

    public void Dispose() => _log.Dispose();

    [Fact]
    public async Task A_host_that_is_built_and_never_started_reports_before_its_first_token()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSingleton(WorkloadEnvironment.FromValues(new Dictionary<string, string> { [FirstUseReport.Variable] = "1" }));
        builder.Services.AddSingleton<ILoggerFactory>(_log);
        builder.Services.AddWorkloadIdentity()
            .UseCredential(_ => new CredentialChain(ScriptedCredential.Absent("vault"), ScriptedCredential.Issuing("desk")));
        using var host = builder.Build();

        var acquirer = host.Services.GetRequiredService<ITokenAcquirer>();
        await acquirer.GetTokenAsync(new TokenRequest(Orders));

        var told = Assert.Single(_log.Entries, entry => entry.Id == 402);
        Assert.StartsWith($"The default identity, asked for a token for {Orders}:\n", told.Text, StringComparison.Ordinal);
        Assert.Contains("vault: unavailable", told.Text, StringComparison.Ordinal);
        Assert.True(_log.Entries.ToList().FindIndex(entry => entry.Id == 402) < _log.Entries.ToList().FindIndex(entry => entry.Id == 100));
    }

    [Fact]
    public async Task An_acquirer_without_a_log_reports_on_standard_error()
    {
        using var acquirer = Acquirer("1", ScriptedCredential.Failing("cloud"));

        await Assert.ThrowsAsync<TokenAcquisitionException>(async () => await acquirer.GetTokenAsync(new TokenRequest(Orders)));

        Assert.StartsWith(
            $"The identity of this token acquirer, asked for a token for {Orders}:\ncloud: failed in",
            _error.ToString(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_log_that_drops_information_does_not_drop_the_report()
    {
        using var acquirer = Acquirer("1", ScriptedCredential.Issuing("desk"), NullLoggerFactory.Instance);

        await acquirer.GetTokenAsync(new TokenRequest(Orders));

        Assert.Contains("desk: issued", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_scope_is_reported_once()
    {
        var credential = ScriptedCredential.Issuing("desk");
        using var acquirer = Acquirer("true", credential, _log);

        await acquirer.GetTokenAsync(new TokenRequest(Orders));
        await acquirer.GetTokenAsync(new TokenRequest(Orders));
        await acquirer.RenewTokenAsync(new TokenRequest(Orders), rejected: null);
        await acquirer.GetTokenAsync(new TokenRequest("api://stock/.default"));

        Assert.Equal(
            [Orders, "api://stock/.default"],
            _log.Entries.Where(entry => entry.Id == 402).Select(entry => entry.Text.Split(":\n")[0].Split(' ')[^1]));
    }

    [Fact]
    public async Task A_scope_in_the_variable_is_asked_for_in_place_of_the_programs_own()
    {
        using var acquirer = Acquirer("https://vault.azure.net/.default", ScriptedCredential.Issuing("desk"), _log);

        await acquirer.GetTokenAsync(new TokenRequest(Orders));
        await acquirer.GetTokenAsync(new TokenRequest("api://stock/.default"));

        var told = Assert.Single(_log.Entries, entry => entry.Id == 402);
        Assert.Contains("for https://vault.azure.net/.default:", told.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(" ")]
    [InlineData("0")]
    [InlineData("false")]
    public async Task Nothing_is_reported_unless_it_is_wanted(string? value)
    {
        var credential = ScriptedCredential.Issuing("desk");
        using var acquirer = Acquirer(value, credential, _log);

        await acquirer.GetTokenAsync(new TokenRequest(Orders));

        Assert.Null(acquirer.Report);
        Assert.Single(credential.Asked);
        Assert.Equal("", _error.ToString());
    }

    [Fact]
    public async Task A_report_that_fails_costs_no_token()
    {
        using var acquirer = Acquirer("not a scope\u0001", ScriptedCredential.Issuing("desk"));

        await acquirer.GetTokenAsync(new TokenRequest(Orders));

        Assert.Contains("could not be explained: ", _error.ToString(), StringComparison.Ordinal);
    }

    private TokenAcquirer Acquirer(string? value, Credential credential, ILoggerFactory? log = null)
    {
        var variables = new Dictionary<string, string>();
        if (value is not null)
        {
            variables[FirstUseReport.Variable] = value;
        }

        return new TokenAcquirer(credential, new TokenAcquirerOptions
        {
            LoggerFactory = log,
            Environment = WorkloadEnvironment.FromValues(variables),
            StandardError = _error,
        });
    }
}
