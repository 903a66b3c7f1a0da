using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace WorkloadIdentity;

/// <summary>The metrics of an acquirer, on the meter <c>WorkloadIdentity</c>. Low cardinality: no tenant, client or scope.</summary>
internal sealed class TokenMetrics : IDisposable
{
    private readonly Meter _meter;
    private readonly bool _ownsMeter;
    private readonly Histogram<double> _duration;

    public TokenMetrics(IMeterFactory? factory)
    {
        _ownsMeter = factory is null;
        _meter = factory?.Create(Telemetry.Name) ?? new Meter(Telemetry.Name, BuildFacts.Version);
        _duration = _meter.CreateHistogram<double>("workload_identity.acquisition.duration", "s", "How long acquiring a token took, by outcome; cached hits do not count.");
    }

    public void Acquired(TokenResult result, TimeSpan duration)
    {
        var tags = new TagList { { "outcome", result.Verdict.ToString() } };
        if (result.Error is { } error)
        {
            tags.Add("error.type", error.Kind.ToString());
        }

        _duration.Record(duration.TotalSeconds, tags);
    }

    // A meter a factory made belongs to the factory.
    public void Dispose()
    {
        if (_ownsMeter)
        {
            _meter.Dispose();
        }
    }
}
