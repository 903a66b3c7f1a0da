using System.Xml;

namespace WorkloadIdentity.Governance;

/// <summary>
/// What the app management policy of an application allows for a new credential. It is read before an end date is chosen, because Graph
/// would refuse the credential. A policy of the application's own replaces that of the tenant.
/// </summary>
/// <param name="IsForbidden">Whether no credential of this kind may be added.</param>
/// <param name="LongestLife">How long it may live; null for any time.</param>
/// <param name="Note">What to tell before the plan is approved.</param>
internal sealed record CredentialPolicy(bool IsForbidden, TimeSpan? LongestLife, string? Note)
{
    public static async Task<CredentialPolicy> ReadAsync(
        GraphClient graph, ApplicationKeys application, CredentialKind kind, CancellationToken cancellationToken)
    {
        try
        {
            AppManagementPolicy? own = null;
            await foreach (var policy in graph.ListAsync(
                GraphReads.AppManagementPoliciesOf(new ApplicationObjectId(application.ObjectId)), cancellationToken).ConfigureAwait(false))
            {
                own ??= policy;
            }

            var policyOfTenant = own is null
                ? await graph.ReadAsync(GraphReads.TenantAppManagementPolicy, cancellationToken).ConfigureAwait(false)
                : null;
            var restrictions = own is not null
                ? own.IsEnabled == true ? own.Restrictions : null
                : policyOfTenant!.IsEnabled == true ? policyOfTenant.ApplicationRestrictions : null;
            return Of(restrictions, application.CreatedOn, kind);
        }
        catch (GraphException exception) when (
            exception.Error.Kind is GraphErrorKind.PermissionMissing or GraphErrorKind.LicenseMissing or GraphErrorKind.NotFound)
        {
            return new CredentialPolicy(
                false,
                null,
                "The app management policies of the tenant could not be read, so Graph may refuse the end date. The permission is "
                    + $"Policy.Read.All. {exception.Error.Message}");
        }
    }

    private static CredentialPolicy Of(CredentialRestrictions? restrictions, DateTimeOffset? createdOn, CredentialKind kind)
    {
        var isSecret = kind == CredentialKind.Secret;
        var applying = (isSecret ? restrictions?.PasswordCredentials : restrictions?.KeyCredentials ?? [])?
            .Where(each => !OpenText.Same(each.State, "disabled")
                && !(createdOn < each.RestrictForAppsCreatedAfterDateTime)).ToList() ?? [];
        var lifetime = isSecret ? "passwordLifetime" : "asymmetricKeyLifetime";
        var lives = applying.Where(each => OpenText.Same(each.RestrictionType, lifetime))
            .Select(each => Duration(each.MaxLifetime)).OfType<TimeSpan>().ToList();
        return new CredentialPolicy(
            isSecret && applying.Any(each => OpenText.Same(each.RestrictionType, "passwordAddition")),
            lives.Count == 0 ? null : lives.Min(),
            null);
    }

    private static TimeSpan? Duration(string? text)
    {
        try
        {
            return text is null ? null : XmlConvert.ToTimeSpan(text);
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
