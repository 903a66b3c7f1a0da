using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace WorkloadIdentity;

/// <summary>
/// The metrics of an acquirer, on the meter <c>WorkloadIdentity</c>; docs/telemetry.md lists them. Low cardinality: no tenant, client or
/// scope.
/// </summary>
internal sealed class TokenMetrics : IDisposable
{
    private readonly Meter _meter;
    private readonly bool _ownsMeter;
    private readonly KeyValuePair<string, object?>[] _identity;
    private readonly Histogram<double> _acquisition;
    private readonly Histogram<double> _wait;
    private readonly Histogram<double> _age;
    private readonly Counter<long> _refreshFailures;
    private readonly Counter<long> _evictions;

    /// <param name="factory">Makes the meter; null for a meter that this object owns.</param>
    /// <param name="identity">The name the application registered the identity under; null or empty for none.</param>
    public TokenMetrics(IMeterFactory? factory, string? identity = null)
    {
        _ownsMeter = factory is null;
        _meter = Telemetry.Meter(factory);
        _identity = string.IsNullOrEmpty(identity) ? [] : [new(Telemetry.Identity, identity)];
        _acquisition =
            _meter.CreateHistogram<double>(
                "workload_identity.acquisition.duration", "s", "How long acquiring a token took; cached hits do not count.");
        _wait =
            _meter.CreateHistogram<double>(
                "workload_identity.wait.duration", "s", "How long a caller waited because no token that could be served was held.");
        _age =
            _meter.CreateHistogram<double>(
                "workload_identity.token.age", "s", "How long the token served had been held; at most one cached hit in 256 is measured.");
        _refreshFailures =
            _meter.CreateCounter<long>(
                "workload_identity.refresh.failures", "{failure}", "Refreshes that failed behind a token that was still served.");
        _evictions =
            _meter.CreateCounter<long>("workload_identity.cache.evictions", "{entry}", "Entries evicted to make room for others.");
    }

    /// <summary>
    /// Publishes how many entries <paramref name="cache"/> has. It is referenced weakly, because a meter outlives an acquirer.
    /// </summary>
    public void Observe(IEntryCounts cache)
    {
        var weak = new WeakReference<IEntryCounts>(cache);
        var identity = _identity;
        _meter.CreateObservableUpDownCounter(
            "workload_identity.cache.entries",
            () => weak.TryGetTarget(out var target)
                ? [new Measurement<int>(target.Count, [.. identity, new(Telemetry.Kind, "application")]), new Measurement<int>(
                    target.UserCount, [.. identity, new(Telemetry.Kind, "user")])]
                : Array.Empty<Measurement<int>>(),
            "{entry}",
            "Entries of the cache: tokens held, and requests whose acquisition has failed or is in flight.");
    }

    public void Acquired(TokenResult result, string source, string reason, TimeSpan duration)
    {
        if (_acquisition.Enabled)
        {
            var tags = Tags(result.Verdict);
            tags.Add(Telemetry.Source, result.Token?.AcquiredBy ?? source);
            tags.Add(Telemetry.Reason, reason);
            AddError(ref tags, result.Error);
            _acquisition.Record(duration.TotalSeconds, tags);
        }
    }

    public void Waited(TimeSpan duration, string outcome)
    {
        if (_wait.Enabled)
        {
            var tags = new TagList(_identity) { { Telemetry.Outcome, outcome } };
            _wait.Record(duration.TotalSeconds, tags);
        }
    }

    public void RefreshFailed(TokenError error)
    {
        var tags = new TagList(_identity);
        AddError(ref tags, error);
        _refreshFailures.Add(1, tags);
    }

    public void Evicted(int entries, string kind)
    {
        if (entries > 0)
        {
            _evictions.Add(entries, new TagList(_identity) { { Telemetry.Kind, kind } });
        }
    }

    /// <summary>A token was served that had been held for <paramref name="age"/>.</summary>
    public void Used(TimeSpan age) => _age.Record(age.TotalSeconds, _identity);

    // A meter a factory made belongs to the factory.
    public void Dispose()
    {
        if (_ownsMeter)
        {
            _meter.Dispose();
        }
    }

    private TagList Tags(TokenVerdict verdict) => new(_identity) { { Telemetry.Outcome, Telemetry.Word(verdict) } };

    private static void AddError(ref TagList tags, TokenError? error)
    {
        if (error is not null)
        {
            tags.Add(Telemetry.ErrorType, error.Kind.ToString());
        }
    }
}

/// <summary>How many entries a cache has.</summary>
internal interface IEntryCounts
{
    /// <summary>Entries of the application.</summary>
    int Count { get; }

    /// <summary>Entries of users.</summary>
    int UserCount { get; }
}
