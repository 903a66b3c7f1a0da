using System.Globalization;
using System.Text.Json.Nodes;

namespace WorkloadIdentity.Governance;

/// <summary>
/// A review that repeats: do the service principals in a directory role still need it? See
/// <see href="https://learn.microsoft.com/graph/accessreviews-scope-concept">scopes of access reviews</see>.
/// </summary>
public sealed class AccessReviewRequest
{
    /// <summary>A review of a directory role.</summary>
    /// <param name="displayName">The name. A review of that name is changed.</param>
    /// <param name="roleId">The id of the role's definition.</param>
    /// <param name="reviewers">The object ids of the users who decide.</param>
    public AccessReviewRequest(string displayName, string roleId, params IEnumerable<string> reviewers)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(displayName);
        ArgumentNullException.ThrowIfNull(reviewers);
        (DisplayName, RoleId) = (displayName, Id(roleId, nameof(roleId)));
        Reviewers = [.. reviewers.Select(id => Id(id, nameof(reviewers)))];
        if (Reviewers.Count == 0)
        {
            throw new ArgumentException("There must be at least one reviewer: without one, nobody decides.", nameof(reviewers));
        }
    }

    /// <summary>The name.</summary>
    public string DisplayName { get; }

    /// <summary>The id of the role's definition.</summary>
    public string RoleId { get; }

    /// <summary>The users who decide, by object id.</summary>
    public IReadOnlyList<string> Reviewers { get; }

    /// <summary>What reviewers read; null leaves it as it is.</summary>
    public string? Instructions { get; init; }

    /// <summary>How many months lie between two rounds.</summary>
    /// <value>1 to 12. The default is 3.</value>
    public int Months { get; init => field = InRange(value, 12, nameof(Months)); } = 3;

    /// <summary>How many days a round lasts.</summary>
    /// <value>1 to 27. The default is 14.</value>
    public int Days { get; init => field = InRange(value, 27, nameof(Days)); } = 14;

    /// <summary>The first day of the first round. Later ones begin on the same day of their month, or on its last one.</summary>
    public required DateOnly StartsOn { get; init; }

    /// <summary>
    /// Whether a denied role is removed when a round ends. Off by default: a wrong answer would stop a workload.
    /// </summary>
    public bool RemovesDenied { get; init; }

    internal JsonObject Json()
    {
        var review = new JsonObject
        {
            ["displayName"] = DisplayName,
            ["scope"] = new JsonObject
            {
                ["@odata.type"] = "#microsoft.graph.accessReviewQueryScope",
                ["query"] = "/roleManagement/directory/roleAssignmentScheduleInstances?$expand=principal&$filter=(isof(principal,"
                    + $"'microsoft.graph.servicePrincipal') and roleDefinitionId eq '{RoleId}')",
                ["queryType"] = "MicrosoftGraph",
            },
            ["reviewers"] = new JsonArray([.. Reviewers.Select(id => new JsonObject
            {
                ["query"] = $"/users/{id}",
                ["queryType"] = "MicrosoftGraph",
            })]),
            ["settings"] = new JsonObject
            {
                ["mailNotificationsEnabled"] = true,
                ["reminderNotificationsEnabled"] = true,
                ["justificationRequiredOnApproval"] = true,
                ["defaultDecisionEnabled"] = false,
                ["defaultDecision"] = "None",
                ["instanceDurationInDays"] = Days,
                ["autoApplyDecisionsEnabled"] = RemovesDenied,
                ["recommendationsEnabled"] = true,
                ["recurrence"] = new JsonObject
                {
                    ["pattern"] = new JsonObject { ["type"] = "absoluteMonthly", ["interval"] = Months, ["dayOfMonth"] = StartsOn.Day },
                    ["range"] = new JsonObject
                    {
                        ["type"] = "noEnd",
                        ["startDate"] = StartsOn.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
                    },
                },
            },
        };
        if (Instructions is not null)
        {
            review["descriptionForReviewers"] = Instructions;
        }

        return review;
    }

    private static int InRange(int value, int most, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, most, name);
        return value;
    }

    private static string Id(string value, string name) => Guid.TryParseExact(value, "D", out _)
        ? value
        : throw new ArgumentException($"'{value}' is not an id, such as 62e90394-69f5-4237-9190-012177145e10.", name);
}
