using System.Diagnostics.Metrics;

namespace WorkloadIdentity.Chaos;

/// <summary>
/// How many bytes the web server of the emulator keeps for later. Kestrel copies an answer into blocks of 4 kB and keeps the blocks: two of
/// the endless answers at once leave 8 MB behind, which it gives back a tenth at a time. That memory is the emulator's and belongs to no
/// member of the fleet.
/// </summary>
internal sealed class ServerPool : IDisposable
{
    private readonly MeterListener _listener = new();
    private long _bytes;

    /// <summary>Listens to servers that start from now on.</summary>
    public ServerPool()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument is { Meter.Name: "Microsoft.AspNetCore.MemoryPool", Name: "aspnetcore.memory_pool.pooled" })
            {
                IsMeasured = true;
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, change, _, _) => Interlocked.Add(ref _bytes, change));
        _listener.Start();
    }

    /// <summary>Whether a server reports what it keeps. Without such a report, its memory would count as the fleet's.</summary>
    public bool IsMeasured { get; private set; }

    public long Bytes => Interlocked.Read(ref _bytes);

    public void Dispose() => _listener.Dispose();
}
