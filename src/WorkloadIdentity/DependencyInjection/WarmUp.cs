using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using WorkloadIdentity;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Gets a client's token in the background when the host starts. Neither the start nor the shutdown waits for it.</summary>
internal sealed class WarmUp(string client, IServiceProvider services) : IHostedService, IDisposable
{
    private readonly CancellationTokenSource _stop = new();

    /// <summary>Completes when the token was acquired or could not be. It never fails.</summary>
    internal Task Work { get; private set; } = Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        // On another thread, because a callback that works before its first await must not delay the host.
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
            // The host is stopping or has stopped.
        }
        catch (Exception exception)
        {
            // Our own texts may be logged. An exception of the application's code may contain anything.
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
