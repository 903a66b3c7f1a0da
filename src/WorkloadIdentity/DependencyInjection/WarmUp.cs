using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using WorkloadIdentity;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Asks for a client's token behind the start of the host. Neither the start nor the shutdown waits for it.</summary>
internal sealed class WarmUp(string client, IServiceProvider services) : IHostedService, IDisposable
{
    private readonly CancellationTokenSource _stop = new();

    /// <summary>Ends when the token is there, or is not to be had; never fails.</summary>
    internal Task Work { get; private set; } = Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        // On a thread of its own: a callback that works before its first await must not hold up the host.
        Work = Task.Run(AskAsync, CancellationToken.None);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        // A cancelled waiter leaves the acquisition at once.
        _stop.Cancel();
        return Task.CompletedTask;
    }

    public void Dispose() => _stop.Dispose();

    private async Task AskAsync()
    {
        try
        {
            await services.GetRequiredKeyedService<AccessTokenPipeline>(client).WarmUpAsync(_stop.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            // The host stops, or has stopped.
        }
        catch (Exception exception)
        {
            // Whose text is ours may be told; what an application's own function throws may hold anything.
            var reason =
                exception is TokenAcquisitionException or OptionsValidationException or InvalidOperationException
                    ? exception.Message
                    : exception.GetType().Name;
            if (services.GetService<ILoggerFactory>() is { } loggers)
            {
                Log.WarmUpFailed(loggers.CreateLogger(Log.Category), client, reason);
            }
        }
    }
}
