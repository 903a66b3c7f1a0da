using System.Collections.Frozen;

namespace WorkloadIdentity.Testing;

/// <summary>What goes wrong at one kind of endpoint, as a document states it.</summary>
internal sealed class FaultSettings
{
    private const int Most = 1_000_000;

    private bool? _outage;
    private bool _statesLatency;
    private LatencyProfile? _latency;
    private bool _statesLimit;
    private (int Requests, TimeSpan Period)? _limit;
    private IReadOnlyList<(Fault Fault, int Times)> _next = [];

    /// <summary>The kinds of endpoints by their names in documents.</summary>
    public static IReadOnlyDictionary<string, Func<EmulatorFaults, EndpointFaults>> Kinds { get; } =
        new Dictionary<string, Func<EmulatorFaults, EndpointFaults>>
        {
            ["tokenEndpoint"] = faults => faults.TokenEndpoint,
            ["managedIdentity"] = faults => faults.ManagedIdentity,
            ["api"] = faults => faults.Api,
            ["discovery"] = faults => faults.Discovery,
            ["assertions"] = faults => faults.Assertions,
        }.ToFrozenDictionary();

    public static FaultSettings Read(DocumentObject at, EndpointFaults target)
    {
        var settings = new FaultSettings
        {
            _outage = at.Flag("outage"),
            _statesLatency = at.IsStated("latency"),
            _latency = at.Object("latency") is { } latency ? ReadLatency(latency) : null,
            _statesLimit = at.IsStated("limit"),
            _limit = at.Object("limit") is { } limit ? ReadLimit(limit) : null,
            _next = [.. at.Objects("next").Select(each => ReadFault(each, target)).OfType<(Fault, int)>()],
        };
        return settings;
    }

    public void ApplyTo(EndpointFaults faults)
    {
        faults.Outage = _outage ?? faults.Outage;
        faults.Latency = _statesLatency ? _latency : faults.Latency;
        if (_limit is var (requests, period))
        {
            faults.Limit(requests, period);
        }
        else if (_statesLimit)
        {
            faults.Unlimit();
        }

        foreach (var (fault, times) in _next)
        {
            faults.Next(fault, times);
        }
    }

    /// <summary>A fault and how many requests meet it; null, and reported, when it cannot be.</summary>
    public static (Fault Fault, int Times)? ReadFault(DocumentObject at, EndpointFaults target)
    {
        var kind = at.Choice<FaultKind>("kind");
        if (kind is null && !at.IsStated("kind"))
        {
            at.Report("kind", "Missing. Expected what goes wrong, such as \"throttled\".");
        }

        var times = (int)(at.Number("times", 1, Most) ?? 1);
        var fault = kind is null ? null : at.Try("kind", () => Make(at, kind.Value));
        if (fault is not null && !target.Gives(fault))
        {
            at.Report("kind", $"'{fault.Name}' is no answer of these endpoints.");
        }

        return fault is null ? null : (fault, times);
    }

    private static Fault Make(DocumentObject at, FaultKind kind) => kind switch
    {
        FaultKind.Garbage => Fault.Garbage,
        FaultKind.Reset => Fault.Reset,
        FaultKind.Hang => Fault.Hang,
        FaultKind.RejectToken => Fault.RejectToken,
        FaultKind.Status => Fault.Status((int)(at.Number("status", 200, 599) ?? 503), at.Time("retryAfter"), at.Text("body") ?? ""),
        FaultKind.Throttled => Fault.Throttled(at.Time("retryAfter") ?? TimeSpan.FromSeconds(1)),
        FaultKind.Redirect => Fault.Redirect(
            Uri.TryCreate(at.RequiredText("location", "https://elsewhere.example/"), UriKind.RelativeOrAbsolute, out var location)
                ? location
                : new Uri("/", UriKind.Relative),
            (int)(at.Number("status", 301, 308) ?? 307)),
        FaultKind.Body =>
            Fault.Body(at.Text("body") ?? "", at.Text("contentType") ?? "application/json", (int)(at.Number("status", 200, 599) ?? 200)),
        FaultKind.TooLarge => Fault.TooLarge((int)(at.Number("bytes", 1, 64 * 1024 * 1024) ?? 4 * 1024 * 1024)),
        FaultKind.Delay => Fault.Delay(at.Time("delay") ?? TimeSpan.FromSeconds(1)),
        FaultKind.Refusal => Fault.Refusal(
            at.Number("code", 1, long.MaxValue) ?? 53003, at.Text("error"), (int?)at.Number("status", 400, 599), at.Text("suberror"),
            at.Text("claims"), at.Time("retryAfter")),
        FaultKind.ClaimsChallenge =>
            Fault.ClaimsChallenge(at.RequiredText(
                "claims",
                """{\"access_token\":{\"nbf\":{\"essential\":true,\"value\":\"1604106651\"}}}""") is { Length: > 0 } claims
                    ? claims
                    : "{}"),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    private static LatencyProfile? ReadLatency(DocumentObject at)
    {
        var seed = (int)(at.Number("seed", 0, int.MaxValue) ?? 1);
        var (time, least, most) = (at.Time("fixed"), at.Time("least"), at.Time("most"));
        var (median, p95, p99) = (at.Time("median"), at.Time("p95"), at.Time("p99"));
        return (time, least, most, median, p95, p99) switch
        {
            ({ } one, null, null, null, null, null) => LatencyProfile.Fixed(one),
            (null, { } from, { } to, null, null, null) => at.Try("most", () => LatencyProfile.Between(from, to, seed)),
            (null, null, null, { } half, { } most95, { } most99) =>
                at.Try("p99", () => LatencyProfile.Percentiles(half, most95, most99, seed)),
            _ => Incomplete(at),
        };
    }

    private static LatencyProfile? Incomplete(DocumentObject at)
    {
        at.Report("", "Expected times under one of: 'fixed'; 'least' and 'most'; 'median', 'p95' and 'p99'.");
        return null;
    }

    private static (int Requests, TimeSpan Period)? ReadLimit(DocumentObject at)
    {
        var requests = at.Number("requests", 1, Most);
        var period = at.Time("period", TimeSpan.FromMilliseconds(1));
        if (!at.IsStated("requests") || !at.IsStated("period"))
        {
            at.Report("", "Expected 'requests', a number, and 'period', a time such as \"00:00:01\".");
        }

        return requests is { } number && period is { } time ? ((int)number, time) : null;
    }

    /// <summary>The faults of <see cref="Fault"/> by name.</summary>
    private enum FaultKind
    {
        Garbage,
        Reset,
        Hang,
        RejectToken,
        Status,
        Throttled,
        Redirect,
        Body,
        TooLarge,
        Delay,
        Refusal,
        ClaimsChallenge,
    }
}
