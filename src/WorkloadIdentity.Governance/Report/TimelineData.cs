namespace WorkloadIdentity.Governance;

/// <summary>What of a review is on the timeline.</summary>
internal static class TimelineData
{
    private const int ShortestAxis = 28;

    /// <summary>The credentials that end in each of the next weeks.</summary>
    public static IReadOnlyList<TimelineWeek> Weeks(TenantReview review, int weeks)
    {
        var start = new DateTimeOffset(review.ReviewedOn.UtcDateTime.Date, TimeSpan.Zero);
        var (used, others) = (new int[weeks], new int[weeks]);
        foreach (var credential in review.Facts.Identities
            .Where(identity => identity.Kind != IdentityKind.ManagedIdentity).SelectMany(identity => identity.Credentials))
        {
            if (credential.ExpiresOn is { } end && end >= review.ReviewedOn && (end - start).TotalDays / 7 is var week && week < weeks)
            {
                (review.Facts.IsUsedLately(credential) ? used : others)[(int)week]++;
            }
        }

        return [.. Enumerable.Range(0, weeks).Select(i => new TimelineWeek(start.AddDays(7 * i), used[i], others[i]))];
    }

    /// <summary>The findings about credentials that end, those of today first.</summary>
    public static IReadOnlyList<TimelineRow> Rows(TenantReview review) =>
    [
        .. review.Findings
            .Where(finding => finding.Rule == ReviewRules.BreaksNext || finding.Rule == ReviewRules.EndsSoon)
            .OrderBy(finding => finding.Due)
            .Select(finding => Row(finding, review.ReviewedOn)),
    ];

    /// <summary>The length of the axis in whole weeks.</summary>
    public static int Days(IReadOnlyList<TimelineRow> rows, DateTimeOffset now) =>
        Math.Max(ShortestAxis, (int)Math.Ceiling((rows.Max(row => row.EndsOn) - now).TotalDays / 7) * 7);

    private static TimelineRow Row(ReviewFinding finding, DateTimeOffset now)
    {
        var credential = finding.Credential!;
        var place = credential.IsOnApplication ? "on the application" : "on the service principal";
        var name = PlainText.Of(credential.DisplayName);
        return new TimelineRow(
            finding.Who, $"{Words.Kind(credential.Kind)}{(name.Length > 0 ? $" “{name}”" : "")}, {place}", finding.Due!.Value,
            credential.LastUsedOn is { } used ? $"used {PlainText.FromNow(used, now)}" : "use not known",
            Words.Of(finding.Severity));
    }
}
