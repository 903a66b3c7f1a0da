namespace WorkloadIdentity.Governance;

/// <summary>An identity in words, as tables show it. What is not known is said so.</summary>
internal sealed record IdentityRow
{
    public const string NotKnown = "not known";

    public required string Kind { get; init; }

    /// <summary>"disabled", "disabled by Microsoft", or empty.</summary>
    public required string State { get; init; }

    public required IReadOnlyList<string> Owners { get; init; }

    public required string Created { get; init; }

    public required string LastUsed { get; init; }

    /// <summary>The next end of a valid credential.</summary>
    public required string NextEnd { get; init; }

    public required Power Power { get; init; }

    public required string Reaches { get; init; }

    public required string Policy { get; init; }

    public required string Revoked { get; init; }

    public static IdentityRow Of(InventoriedIdentity identity, TenantReview review)
    {
        var power = review.Facts.PowerOf(identity);
        return new IdentityRow
        {
            Kind = Words.Kind(identity),
            State = identity.DisabledByMicrosoft is { Length: > 0 } ? "disabled by Microsoft"
                : identity.IsEnabled == false ? "disabled" : "",
            Owners = identity.Kind == IdentityKind.ManagedIdentity && identity.Owners is null or { Count: 0 }
                ? [identity.AzureResource is null ? "its Azure resource" : Resource(identity.AzureResource)]
                : identity.Owners is not { } owners ? [NotKnown]
                : owners.Count == 0 ? ["nobody"]
                : [.. owners.Select(Owner).Distinct()],
            Created = identity.CreatedOn is { } created ? PlainText.Day(created) : NotKnown,
            LastUsed = identity.Activity?.LastSignIn is { } used ? PlainText.Day(used)
                : review.Facts.IsRead(InventorySectionName.SignIns) ? "not in the report" : NotKnown,
            NextEnd = identity.Kind == IdentityKind.ManagedIdentity ? "Azure renews it"
                : NextEndOf(identity, review.ReviewedOn) is { } end ? PlainText.Day(end) : "nothing ends",
            Power = power,
            Reaches = identity.AppRoles is null && identity.DirectoryRoles is null ? NotKnown : power switch
            {
                Power.Tenant => "the whole tenant",
                Power.Wide => "all of a kind",
                Power.Ordinary => "ordinary",
                _ => "nothing known",
            },
            Policy = review.Facts.CoverageOf(identity) switch
            {
                PolicyCoverage.Covered => "covered",
                PolicyCoverage.ReportOnly => "report only",
                PolicyCoverage.None => "none",
                PolicyCoverage.Impossible => "none can",
                _ => NotKnown,
            },
            Revoked = ReviewFacts.CanBeCovered(identity) switch
            {
                true => "in minutes",
                false => "at token end",
                _ => NotKnown,
            },
        };
    }

    /// <summary>When the next valid credential ends.</summary>
    public static DateTimeOffset? NextEndOf(InventoriedIdentity identity, DateTimeOffset now) =>
        identity.Credentials.Where(credential => credential.ExpiresOn > now).Min(credential => credential.ExpiresOn);

    private static string Owner(IdentityOwner owner) =>
        owner.IsHidden ? $"{owner.Id} (hidden)"
            : (owner.DisplayName ?? owner.UserPrincipalName ?? owner.Id) + (owner.IsEnabled == false ? " (disabled)" : "");

    /// <summary>The end of a resource id is its name.</summary>
    private static string Resource(AzureResource resource) => resource.ResourceId[(resource.ResourceId.LastIndexOf('/') + 1)..];
}
