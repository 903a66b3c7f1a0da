using System.Collections.Concurrent;
using System.Globalization;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace WebApi;

/// <summary>Where a real service has an exporter: the last value of each series, as a line.</summary>
internal sealed class MetricLines : BaseExporter<Metric>
{
    public ConcurrentDictionary<string, string> Series { get; } = new();

    public override ExportResult Export(in Batch<Metric> batch)
    {
        foreach (var metric in batch)
        {
            foreach (ref readonly var point in metric.GetMetricPoints())
            {
                var tags = new List<string>();
                foreach (var tag in point.Tags)
                {
                    tags.Add($"{tag.Key.Replace("workload_identity.", "", StringComparison.Ordinal)}={tag.Value}");
                }

                Series[$"{metric.Name} {string.Join(' ', tags)}"] = metric.MetricType switch
                {
                    MetricType.Histogram =>
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"{point.GetHistogramCount()} ×, {point.GetHistogramSum() * 1000 / point.GetHistogramCount():0.0} ms"),
                    MetricType.LongSum => point.GetSumLong().ToString(CultureInfo.InvariantCulture),
                    _ => point.GetSumLong().ToString(CultureInfo.InvariantCulture),
                };
            }
        }

        return ExportResult.Success;
    }
}
