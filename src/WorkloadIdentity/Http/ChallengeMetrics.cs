using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace WorkloadIdentity;

/// <summary>Counts rejections of tokens by APIs, and notes them on the trace of the request.</summary>
internal sealed class ChallengeMetrics : IDisposable
{
    /// <summary>The request was sent once more with another token.</summary>
    public const string Resent = "resent";

    /// <summary>No newer token could be acquired. The API's response was returned.</summary>
    public const string Returned = "returned";

    /// <summary>Entra refused the claims that the API requires.</summary>
    public const string Refused = "refused";

    private readonly Meter? _owned;
    private readonly Counter<long> _challenges;

    public ChallengeMetrics(IMeterFactory? factory)
    {
        var meter = Telemetry.Meter(factory);
        _owned = factory is null ? meter : null;
        _challenges =
            meter.CreateCounter<long>(
                "workload_identity.challenges", "{challenge}", "Rejections of a token by an API that another token may mend.");
    }

    public void Answered(TokenRejection rejection, string outcome)
    {
        _challenges.Add(1, new(Telemetry.Reason, rejection.Reason), new(Telemetry.Outcome, outcome));
        Activity.Current?.AddEvent(new ActivityEvent(
            Telemetry.Challenge,
            tags: new ActivityTagsCollection { [Telemetry.Reason] = rejection.Reason, [Telemetry.Outcome] = outcome }));
    }

    public void Dispose() => _owned?.Dispose();
}
