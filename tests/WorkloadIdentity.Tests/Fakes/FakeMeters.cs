using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace WorkloadIdentity.Tests;

/// <summary>
/// Makes meters of its own and keeps what is measured on them, so that tests that run beside each other do not hear each other.
/// </summary>
internal sealed class FakeMeters : IMeterFactory
{
    private readonly ConcurrentDictionary<string, Meter> _meters = new();
    private readonly ConcurrentQueue<Measured> _measured = new();
    private readonly ConcurrentQueue<Instrument> _instruments = new();
    private readonly MeterListener _listener = new();

    public FakeMeters()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, this))
            {
                _instruments.Enqueue(instrument);
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<double>(
            (instrument, value, tags, _) => _measured.Enqueue(new(instrument.Name, value, Text(tags))));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            _measured.Enqueue(new(instrument.Name, value, Text(tags)));
            Counting?.Invoke(instrument.Name);
        });
        _listener.SetMeasurementEventCallback<int>(
            (instrument, value, tags, _) => _measured.Enqueue(new(instrument.Name, value, Text(tags))));
        _listener.Start();
    }

    /// <summary>Called with the name of a counter, on the thread that counts and before it goes on.</summary>
    public Action<string>? Counting { get; set; }

    public IReadOnlyList<Measured> All => [.. _measured];

    public IReadOnlyList<Instrument> Instruments => [.. _instruments];

    public IReadOnlyList<Measured> Of(string name) => [.. _measured.Where(measured => measured.Name == name)];

    public IReadOnlyList<Measured> Observe(string name)
    {
        _measured.Clear();
        _listener.RecordObservableInstruments();
        return Of(name);
    }

    public Meter Create(MeterOptions options) =>
        _meters.GetOrAdd(options.Name, name => new Meter(name, options.Version, options.Tags, scope: this));

    public void Dispose()
    {
        _listener.Dispose();
        foreach (var meter in _meters.Values)
        {
            meter.Dispose();
        }
    }

    private static string Text(ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        string.Join(
            ' ',
            tags.ToArray().Select(tag => $"{tag.Key.Replace("workload_identity.", "", StringComparison.Ordinal)}={tag.Value}")
                .Order(StringComparer.Ordinal));

    internal sealed record Measured(string Name, double Value, string Tags);
}
