using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace WorkloadIdentity.Governance;

/// <summary>Reads the tenant again and again while the host runs. A failure is logged, and the last inventory stays.</summary>
internal sealed class InventoryWorker(
    InventoryReader reader, LatestInventory latest, InventoryMetrics metrics, GraphClient graph,
    IOptions<BackgroundInventoryOptions> options, ILoggerFactory loggers)
    : BackgroundService
{
    private readonly ILogger _logger = loggers.CreateLogger(Log.Category);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        metrics.Start();
        while (true)
        {
            await ReadAsync(stoppingToken).ConfigureAwait(false);
            await Task.Delay(options.Value.Interval, graph.Options.TimeProvider, stoppingToken).ConfigureAwait(false);
        }
    }

    private async Task ReadAsync(CancellationToken stoppingToken)
    {
        TenantInventory inventory;
        try
        {
            inventory = await reader.ReadAsync(null, stoppingToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
        {
            Log.InventoryFailed(_logger, options.Value.Interval, exception.Message);
            return;
        }

        Log.InventoryRead(_logger, inventory.Identities.Count, inventory.Requests);
        try
        {
            latest.Set(inventory);
        }
        catch (Exception exception)
        {
            Log.HandlerFailed(_logger, exception);
        }
    }
}
