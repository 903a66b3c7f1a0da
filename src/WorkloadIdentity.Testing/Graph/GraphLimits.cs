using System.Globalization;

namespace WorkloadIdentity.Testing;

/// <summary>
/// Graph's limits, each as a window that slides on the emulator's clock: whoever keeps to them keeps to any other reading of the published
/// numbers. Safe for concurrent use.
/// </summary>
internal sealed class GraphLimits
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, SlidingWindow> _windows = [];

    /// <summary>
    /// Counts a call, or refuses it. A refused call takes nothing.
    /// </summary>
    /// <param name="group">What it is throttled with.</param>
    /// <param name="call">The call.</param>
    /// <param name="units">What it costs in the directory.</param>
    /// <param name="users">How many users the tenant has: larger tenants may do more.</param>
    /// <returns>What the answer tells about it.</returns>
    public IReadOnlyList<(string Name, string Value)> Take(GraphLimitGroup group, GraphCall call, int units, int users)
    {
        lock (_gate)
        {
            return group switch
            {
                GraphLimitGroup.Directory => TakeUnits(call, units, users),
                GraphLimitGroup.Reports => Take(
                    Window($"reports {Application(call)}", 5, 10), call, 1, retryAfter: true, "TenantApplicationLimitExceeded"),
                GraphLimitGroup.Protection => Take(
                    Window($"protection {call.Caller.Tenant.Id}", 1, 1), call, 1, retryAfter: false, "TenantLimitExceeded"),
                _ => [],
            };
        }
    }

    private List<(string, string)> TakeUnits(GraphCall call, int units, int users)
    {
        // The list of key credentials has a limit of its own, for all applications of the tenant.
        var keys = GraphQuery.SelectsKeys(call) ? Window($"keys {call.Caller.Tenant.Id}", 150, 60) : null;
        if (keys is not null)
        {
            Check(keys, call, 1, retryAfter: true, "KeyCredentialsLimitExceeded");
        }

        var capacity = users < 50 ? 3_500 : users <= 500 ? 5_000 : 8_000;
        var window = Window($"directory {Application(call)}", capacity, 10);
        var headers = Take(window, call, units, retryAfter: true, "ResourceUnitLimitExceeded");
        keys?.Take(call.Now, 1);
        headers.Add(("x-ms-resource-unit", units.ToString(CultureInfo.InvariantCulture)));
        if (window.Share > 0.8)
        {
            headers.Add(("x-ms-throttle-limit-percentage", window.Share.ToString("0.00", CultureInfo.InvariantCulture)));
        }

        return headers;
    }

    private static List<(string, string)> Take(SlidingWindow window, GraphCall call, int units, bool retryAfter, string information)
    {
        Check(window, call, units, retryAfter, information);
        window.Take(call.Now, units);
        return [];
    }

    private static void Check(SlidingWindow window, GraphCall call, int units, bool retryAfter, string information)
    {
        var wait = window.Wait(call.Now, units);
        if (wait == TimeSpan.Zero)
        {
            return;
        }

        // learn.microsoft.com, "Microsoft Graph throttling guidance": the sample response and the headers.
        var refusal = new GraphErrorException(429, "TooManyRequests", "Please retry again later.")
            .With("x-ms-throttle-scope", $"Tenant_Application/ReadWrite/{call.Caller.ClientId}/{call.Caller.Tenant.Id}")
            .With("x-ms-throttle-information", information);
        throw retryAfter
            ? refusal.With("Retry-After", ((long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture))
            : refusal;
    }

    private static string Application(GraphCall call) => $"{call.Caller.Tenant.Id} {call.Caller.ClientId}";

    private SlidingWindow Window(string name, int capacity, int seconds)
    {
        if (!_windows.TryGetValue(name, out var window))
        {
            _windows[name] = window = new(capacity, TimeSpan.FromSeconds(seconds));
        }

        return window;
    }
}
