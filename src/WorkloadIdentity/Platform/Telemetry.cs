using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace WorkloadIdentity;

/// <summary>
/// The names under which traces and metrics are published, and the source of the traces. docs/telemetry.md explains each.
/// </summary>
internal static class Telemetry
{
    public const string Name = "WorkloadIdentity";

    public const string Acquire = "token.acquire";
    public const string Challenge = "token.challenge";

    public const string ErrorType = "error.type";
    public const string Identity = "workload_identity.identity";
    public const string Kind = "workload_identity.kind";
    public const string Outcome = "workload_identity.outcome";
    public const string Reason = "workload_identity.reason";
    public const string Resource = "workload_identity.resource";
    public const string Source = "workload_identity.source";

    public static readonly ActivitySource Activities = new(Name, BuildFacts.Version);

    public static Meter Meter(IMeterFactory? factory) =>
        factory?.Create(new MeterOptions(Name) { Version = BuildFacts.Version }) ?? new Meter(Name, BuildFacts.Version);

    public static string Word(TokenVerdict verdict) => verdict switch
    {
        TokenVerdict.Issued => "issued",
        TokenVerdict.Unavailable => "unavailable",
        _ => "failed",
    };
}
