using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Trace;

namespace WebApi;

/// <summary>Where a real service has an exporter: a list.</summary>
internal static class InMemoryTraces
{
    public static TracerProviderBuilder AddInMemory(this TracerProviderBuilder builder, List<Activity> list) =>
        builder.AddProcessor(new SimpleActivityExportProcessor(new Exporter(list)));

    private sealed class Exporter(List<Activity> list) : BaseExporter<Activity>
    {
        public override ExportResult Export(in Batch<Activity> batch)
        {
            foreach (var activity in batch)
            {
                lock (list)
                {
                    list.Add(activity);
                }
            }

            return ExportResult.Success;
        }
    }
}
