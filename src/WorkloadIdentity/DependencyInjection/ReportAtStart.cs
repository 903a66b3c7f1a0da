using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WorkloadIdentity;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>
/// Logs, when the host starts and <c>WORKLOAD_IDENTITY_EXPLAIN</c> says so, what each registered identity would answer, and why. It runs
/// beside the program and changes nothing. In a host that is never started the report comes before the first token: see
/// <see cref="FirstUseReport"/>.
/// </summary>
internal sealed class ReportAtStart(
    IServiceProvider services,
    WorkloadEnvironment environment,
    IEnumerable<RegisteredIdentity> identities,
    IEnumerable<RegisteredClient> clients)
    : BackgroundService
{
    /// <summary>
    /// The scope to explain if no client names one: an API that exists in every tenant of the public cloud.
    /// </summary>
    public const string AnyScope = "https://graph.microsoft.com/.default";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (FirstUseReport.Wanted(environment) is not { } wanted
            || services.GetService<ILoggerFactory>()?.CreateLogger(Log.Category) is not { } logger)
        {
            return;
        }

        foreach (var identity in identities)
        {
            foreach (var scope in wanted == "1" ? Scopes(identity.Name) : [wanted])
            {
                await ReportAsync(logger, identity.Name, scope, stoppingToken).ConfigureAwait(false);
            }
        }
    }

    private string[] Scopes(string identity)
    {
        string[] scopes = [.. clients.Where(client => (client.Identity ?? "") == identity).Select(client => client.Scope).Distinct()];
        return scopes.Length > 0 ? scopes : [AnyScope];
    }

    private async Task ReportAsync(ILogger logger, string identity, string scope, CancellationToken stoppingToken)
    {
        var timeProvider = services.GetService<TimeProvider>() ?? TimeProvider.System;
        using var limit = new TimeLimit(Limit, timeProvider, stoppingToken);
        try
        {
            var request = new TokenRequest(scope).RequireForApi(nameof(scope));
            var acquirer = services.GetRequiredKeyedService<ITokenAcquirer>(RegisteredIdentity.ServiceKey(identity));
            if (acquirer is TokenAcquirer { Report: { } first })
            {
                await first.TellAsync(request, identity, logger, stoppingToken).ConfigureAwait(false);
            }
            else if (await acquirer.ExplainAsync(request, limit.Token).ConfigureAwait(false) is { } report)
            {
                Log.Explained(logger, RegisteredIdentity.Describe(identity), scope, report);
            }
            else
            {
                Log.NotExplained(
                    logger,
                    RegisteredIdentity.Describe(identity),
                    scope,
                    $"its token acquirer ({acquirer.GetType().Name}) does not explain requests");
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The program ends before the report is complete.
        }
        catch (OperationCanceledException)
        {
            Log.NotExplained(logger, RegisteredIdentity.Describe(identity), scope, $"it took longer than {Limit.TotalMinutes:0} minutes");
        }
        catch (ArgumentException exception)
        {
            Log.NotExplained(logger, RegisteredIdentity.Describe(identity), scope, TokenError.Explain(exception));
        }
        catch (Exception exception)
        {
            // Validation reports wrong settings itself. Exceptions of the application's code may contain anything, so they are not quoted.
            Log.NotExplained(logger, RegisteredIdentity.Describe(identity), scope, $"making it threw {exception.GetType().Name}");
        }
    }
}
