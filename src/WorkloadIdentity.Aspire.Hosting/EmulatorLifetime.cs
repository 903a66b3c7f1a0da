namespace WorkloadIdentity.Aspire.Hosting;

/// <summary>Stops the emulator when the services of the app host are disposed.</summary>
internal sealed class EmulatorLifetime(EntraEmulatorResource resource) : IAsyncDisposable, IDisposable
{
    public ValueTask DisposeAsync() => resource.StopAsync();

    public void Dispose() => resource.StopAsync().AsTask().GetAwaiter().GetResult();
}
