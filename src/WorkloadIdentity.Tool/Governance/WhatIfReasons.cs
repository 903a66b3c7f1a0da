using System.Collections.Frozen;
using WorkloadIdentity.Governance;

namespace WorkloadIdentity.Tool;

/// <summary>
/// Graph's reasons why a policy does not apply
/// (<see href="https://learn.microsoft.com/graph/api/resources/enums#whatifanalysisreasons-values">whatIfAnalysisReasons</see>), in words.
/// </summary>
internal static class WhatIfReasons
{
    private static readonly FrozenDictionary<string, string> Words = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
    {
        ["notEnoughInformation"] = "it has a condition about something that was not given, such as --ip or --country",
        ["invalidCondition"] = "it has a condition that is not valid",
        ["users"] = "it is for users",
        ["workloadIdentities"] = "it is not for this workload",
        ["application"] = "it is not for the API",
        ["userActions"] = "it is for actions of users",
        ["authenticationContext"] = "it is for another authentication context",
        ["devicePlatform"] = "it is for other device platforms",
        ["devices"] = "it is for devices",
        ["clientApps"] = "it is for other client apps",
        ["location"] = "it is not for that location",
        ["signInRisk"] = "it is not for that risk",
        ["userRisk"] = "it is for the risk of users",
        ["insiderRisk"] = "it is for the insider risk of users",
        ["time"] = "it is for another time",
        ["authenticationFlow"] = "it is for another authentication flow",
        ["emptyPolicy"] = "it is empty",
        ["invalidPolicy"] = "it is not valid",
        ["policyNotEnabled"] = "it is not enabled",
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>Empty when there is no reason. A reason that is not known here stays as Graph wrote it.</summary>
    /// <param name="reasons">One or several, with commas between them.</param>
    public static string InWords(string? reasons) => string.Join(
        "; ",
        (reasons ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Where(reason => reason != "notSet")
            .Select(reason => Words.GetValueOrDefault(reason) ?? PlainText.Of(reason)));
}
