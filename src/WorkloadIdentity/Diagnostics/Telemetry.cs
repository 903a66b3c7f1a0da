using System.Diagnostics;

namespace WorkloadIdentity;

/// <summary>The names under which traces and metrics are published, and the source of the traces.</summary>
internal static class Telemetry
{
    public const string Name = "WorkloadIdentity";

    public static readonly ActivitySource Activities = new(Name, BuildFacts.Version);
}
