using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace WorkloadIdentity.Tests;

public sealed class WarmUpTests : IDisposable
{
    private readonly FakeLog _log = new();
    private readonly FakeTokens _tokens = new();

    public void Dispose() => _log.Dispose();

    [Fact]
    public async Task A_clients_token_is_asked_for_at_start_as_its_messages_will()
    {
        using var host = Build();

        await host.StartAsync();
        await Work(host);

        Assert.Equal(new TokenRequest("api://orders/.default") { ContinuousAccess = true }, Assert.Single(_tokens.Requests));
        await host.StopAsync();
    }

    [Fact]
    public async Task Without_it_nothing_is_asked_for_at_start()
    {
        using var host = Build(warmUp: false);

        await host.StartAsync();
        await host.StopAsync();

        Assert.Empty(_tokens.Requests);
    }

    [Fact]
    public async Task A_failure_is_one_readable_warning_and_the_host_runs()
    {
        _tokens.OnGet =
            (_, _) => throw new TokenAcquisitionException(new TokenError(TokenErrorKind.Refused, "AADSTS700016: no such application."));
        using var host = Build();

        await host.StartAsync();
        await Work(host);

        var (level, _, text) = Assert.Single(_log.Entries, entry => entry.Id == 401);
        Assert.Equal(LogLevel.Warning, level);
        Assert.Contains("'orders'", text, StringComparison.Ordinal);
        Assert.Contains("AADSTS700016: no such application.", text, StringComparison.Ordinal);
        await host.StopAsync();
    }

    [Fact]
    public async Task What_an_applications_own_code_throws_is_not_quoted()
    {
        _tokens.OnGet = (_, _) => throw new FormatException("canary");
        using var host = Build();

        await host.StartAsync();
        await Work(host);

        Assert.Contains("FormatException", Assert.Single(_log.Entries, entry => entry.Id == 401).Text, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", string.Concat(_log.Entries.Select(entry => entry.Text)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Neither_start_nor_shutdown_waits_for_a_token_that_does_not_come()
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _tokens.OnGet = async (_, cancellationToken) =>
        {
            asked.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            throw new InvalidOperationException("It ends by cancellation.");
        };
        using var host = Build();

        await host.StartAsync().WaitAsync(Patience.Limit);
        await asked.Task.WaitAsync(Patience.Limit);
        await host.StopAsync().WaitAsync(Patience.Limit);
        await Work(host);

        Assert.Equal(0, _log.Count(401));
    }

    [Fact]
    public void A_client_whose_token_depends_on_the_message_has_none_to_warm_up()
    {
        Assert.Throws<ArgumentException>("warmUp", () => Build(options => options.RequireTenant = true));
        Assert.Throws<ArgumentException>("warmUp", () => Build(options => options.Select = _ => new TokenRequest("x")));
    }

    private static Task Work(IHost host) =>
        host.Services.GetServices<IHostedService>().OfType<WarmUp>().Single().Work.WaitAsync(Patience.Limit);

    private IHost Build(Action<AccessTokenHandlerOptions>? configure = null, bool warmUp = true)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSingleton<ILoggerFactory>(_log);
        builder.Services.AddWorkloadIdentity(_tokens);
        builder.Services.AddHttpClient("orders").AddAccessToken("api://orders/.default", configure, warmUp: warmUp);
        return builder.Build();
    }
}
