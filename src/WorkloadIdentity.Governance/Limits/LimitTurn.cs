using System.Globalization;
using System.Net.Http.Headers;

namespace WorkloadIdentity.Governance;

/// <summary>A request that may be sent. Dispose it when the request has ended.</summary>
internal sealed class LimitTurn(WindowLimiter limiter, int units, WindowLimiter keys, int keyReads, bool isMeasured) : IDisposable
{
    private int? _measured;

    /// <summary>Takes what the answer says about its cost and about how near the limit is.</summary>
    public void Heard(HttpResponseHeaders headers)
    {
        if (isMeasured && Number(headers, "x-ms-resource-unit") is { } cost and >= 1 and < 10_000)
        {
            _measured = (int)cost;
        }

        // Sent above 0.8 only. Another client of the same application may be what uses up the rest.
        if (Number(headers, "x-ms-throttle-limit-percentage") is { } share and >= 0.8)
        {
            limiter.Pause(TimeSpan.FromSeconds(Math.Min(10, (share - 0.7) * 10)));
        }
    }

    public void Dispose()
    {
        limiter.End(units, _measured ?? units);
        if (keyReads > 0)
        {
            keys.End(keyReads, keyReads);
        }
    }

    private static double? Number(HttpResponseHeaders headers, string name) =>
        headers.TryGetValues(name, out var values)
        && double.TryParse(values.FirstOrDefault(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;
}
