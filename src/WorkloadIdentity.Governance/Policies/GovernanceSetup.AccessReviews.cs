using System.Text.Json.Nodes;

namespace WorkloadIdentity.Governance;

/// <content>Access reviews.</content>
public sealed partial class GovernanceSetup
{
    private static readonly Collection Reviews =
        new("v1.0/identityGovernance/accessReviews/definitions", "access review") { Normalized = AsWritten };

    /// <summary>
    /// A review of the service principals in a directory role: the one of this name, else a new one. It needs
    /// <c>AccessReview.ReadWrite.All</c>, and the licences Entra ID Governance (or P2) and Workload ID Premium.
    /// </summary>
    /// <remarks>Graph replaces a review as a whole. What the request does not name is sent back as it was read.</remarks>
    /// <param name="review">What the review shall be.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="ChangeRefusedException">Several reviews have the name.</exception>
    /// <exception cref="GraphException">Graph refused, or failed at each attempt.</exception>
    /// <exception cref="TokenAcquisitionException">There is no token for Graph.</exception>
    public async Task<ChangePlan> PlanAccessReviewAsync(AccessReviewRequest review, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(review);
        var wanted = review.Json();
        var actor = await graph.ActorAsync(cancellationToken).ConfigureAwait(false);
        var existing = await FindAsync(Reviews, null, review.DisplayName, cancellationToken).ConfigureAwait(false);
        var changes = existing is null ? [Create(Reviews, wanted)] : Change(Reviews, existing, wanted, isWhole: true);
        return new ChangePlan(
            actor, Reviews.Target(review.DisplayName, existing), changes,
            changes.Count > 0 && review.RemovesDenied
                ? ["When a round ends, each role that was denied is removed without another question."]
                : []);
    }

    /// <summary>
    /// The answers of Graph have queries that begin with the version, and the day 0 for that of the start (recorded answers, 2026-01).
    /// </summary>
    private static JsonObject AsWritten(JsonObject answer)
    {
        const string Version = "/v1.0/";
        var written = (JsonObject)answer.DeepClone();
        foreach (var scope in (written["reviewers"] as JsonArray ?? []).Append(written["scope"]).OfType<JsonObject>())
        {
            if (DesiredJson.String(scope["query"]) is { } query && query.StartsWith(Version, StringComparison.OrdinalIgnoreCase))
            {
                scope["query"] = query[(Version.Length - 1)..];
            }
        }

        if (written["settings"]?["recurrence"] is JsonObject recurrence && recurrence["pattern"] is JsonObject pattern
            && pattern["dayOfMonth"] is JsonValue day && day.TryGetValue<int>(out var number) && number == 0
            && DateOnly.TryParse(DesiredJson.String(recurrence["range"]?["startDate"]), out var start))
        {
            pattern["dayOfMonth"] = start.Day;
        }

        return written;
    }
}
