using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace WorkloadIdentity;

/// <summary>
/// What operators see of one acquirer: metrics on the meter <c>WorkloadIdentity</c>, log, traces and health. docs/telemetry.md lists them.
/// Low cardinality: no tenant, client or scope in a metric. Safe for concurrent use.
/// </summary>
internal sealed class AcquirerTelemetry : IDisposable
{
    // A program calls tens of resources. One that makes up thousands is not told about each.
    private const int MaxResources = 256;

    private readonly string _credential;
    private readonly string? _identityName;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly Meter _meter;
    private readonly bool _ownsMeter;
    private readonly KeyValuePair<string, object?>[] _identity;
    private readonly Histogram<double> _acquisition;
    private readonly Histogram<double> _wait;
    private readonly Histogram<double> _age;
    private readonly Counter<long> _refreshFailures;
    private readonly Counter<long> _evictions;
    private readonly ConcurrentDictionary<string, ResourceHealth> _health = new();

    // The key is one text, "resource credential". A dictionary of value tuples would be compiled at startup for this alone.
    private readonly ConcurrentDictionary<string, bool> _firstTokens = new();

    /// <param name="credential">The name of the credential.</param>
    /// <param name="options">The meter's factory (without one the meter is owned here) and the name of the identity.</param>
    /// <param name="logger">Where log messages go.</param>
    public AcquirerTelemetry(string credential, TokenAcquirerOptions options, ILogger logger)
    {
        _credential = credential;
        _identityName = string.IsNullOrEmpty(options.Identity) ? null : options.Identity;
        _timeProvider = options.TimeProvider;
        _logger = logger;
        _ownsMeter = options.MeterFactory is null;
        _meter = Telemetry.Meter(options.MeterFactory);
        _identity = _identityName is null ? [] : [new(Telemetry.Identity, _identityName)];
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

    /// <summary>How the latest acquisition for each resource ended.</summary>
    public IReadOnlyDictionary<string, ResourceHealth> Health => _health;

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

    /// <summary>Records the end of an acquisition.</summary>
    /// <param name="acquisition">The acquisition.</param>
    /// <param name="request">What was asked for.</param>
    /// <param name="held">The token that was held when it started; null for none.</param>
    /// <param name="result">How it ended.</param>
    /// <param name="duration">How long the credential and the second level took; zero when they were not asked.</param>
    public TokenResult Ended(
        InFlightAcquisition acquisition, TokenRequest request, AccessToken? held, TokenResult result, TimeSpan duration = default)
    {
        var resource = ResourceName.Of(request.Scope);
        var reason = acquisition.IsRenewal ? "renewal" : held is null ? "first" : "refresh";
        Measure(result, reason, duration);
        RecordHealth(resource, request, result);
        if (result.Token is { } token)
        {
            Log.Acquired(_logger, resource, duration.TotalMilliseconds, token.AcquiredBy ?? _credential, token.ExpiresOn);
            LogFirst(resource, token);
        }
        else
        {
            Log.AcquisitionFailed(_logger, resource, result.Error!);
        }

        if (acquisition.Activity is { } activity)
        {
            Describe(activity, resource, reason, result);
        }

        return result;
    }

    /// <summary>A caller waited for a token.</summary>
    public void Waited(TimeSpan duration, string outcome)
    {
        if (_wait.Enabled)
        {
            var tags = new TagList(_identity) { { Telemetry.Outcome, outcome } };
            _wait.Record(duration.TotalSeconds, tags);
        }
    }

    /// <summary>A refresh failed behind a token that is still served.</summary>
    /// <param name="scope">What the token is for.</param>
    /// <param name="expiresOn">When the token that is served expires.</param>
    /// <param name="backOff">How long the next attempt waits.</param>
    /// <param name="error">Why the refresh failed.</param>
    public void RefreshFailed(string scope, DateTimeOffset expiresOn, TimeSpan backOff, TokenError error)
    {
        var tags = new TagList(_identity);
        AddError(ref tags, error);
        _refreshFailures.Add(1, tags);
        Log.RefreshFailed(_logger, ResourceName.Of(scope), expiresOn, backOff, error);
    }

    /// <summary>Entries were removed to make room for others.</summary>
    public void Evicted(int entries, string kind)
    {
        if (entries > 0)
        {
            _evictions.Add(entries, new TagList(_identity) { { Telemetry.Kind, kind } });
        }
    }

    /// <summary>A token was served that had been held for <paramref name="age"/>.</summary>
    public void Used(TimeSpan age) => _age.Record(age.TotalSeconds, _identity);

    // A meter that a factory made belongs to the factory.
    public void Dispose()
    {
        if (_ownsMeter)
        {
            _meter.Dispose();
        }
    }

    private void Measure(TokenResult result, string reason, TimeSpan duration)
    {
        if (_acquisition.Enabled)
        {
            var tags = new TagList(_identity)
            {
                { Telemetry.Outcome, Telemetry.Word(result.Verdict) },
                { Telemetry.Source, result.Token?.AcquiredBy ?? _credential },
                { Telemetry.Reason, reason },
            };
            AddError(ref tags, result.Error);
            _acquisition.Record(duration.TotalSeconds, tags);
        }
    }

    private void RecordHealth(string resource, TokenRequest request, TokenResult result)
    {
        // A refusal of one tenant or one user says nothing about the health of this workload.
        var isOfOthers = request.TenantId is not null || request.UserAssertion is not null;
        if (result.Token is null && isOfOthers && !result.Error!.IsTransient)
        {
            return;
        }

        if (_health.Count < MaxResources || _health.ContainsKey(resource))
        {
            var now = _timeProvider.GetUtcNow();
            _health.AddOrUpdate(
                resource, _ => ResourceHealth.Of(null, result, now), (_, before) => ResourceHealth.Of(before, result, now));
        }
    }

    /// <summary>Logs once for each credential and resource whose token it is: the one line of a healthy start.</summary>
    private void LogFirst(string resource, AccessToken token)
    {
        if (_firstTokens.Count < MaxResources && _firstTokens.TryAdd($"{resource} {token.AcquiredBy}", true))
        {
            Log.FirstToken(
                _logger, resource, token.AcquiredBy ?? "unnamed", token.Issuer ?? "unknown", token.ClientId ?? "unknown", token.ExpiresOn);
        }
    }

    private void Describe(Activity activity, string resource, string reason, TokenResult result)
    {
        activity.SetTag(Telemetry.Resource, resource);
        activity.SetTag(Telemetry.Reason, reason);
        activity.SetTag(Telemetry.Outcome, Telemetry.Word(result.Verdict));
        activity.SetTag(Telemetry.Source, result.Token?.AcquiredBy ?? _credential);
        if (_identityName is not null)
        {
            activity.SetTag(Telemetry.Identity, _identityName);
        }

        if (result.Error is { } error)
        {
            activity.SetStatus(ActivityStatusCode.Error, error.Kind.ToString());
            activity.SetTag(Telemetry.ErrorType, error.Kind.ToString());
        }
    }

    private static void AddError(ref TagList tags, TokenError? error)
    {
        if (error is not null)
        {
            tags.Add(Telemetry.ErrorType, error.Kind.ToString());
        }
    }
}
