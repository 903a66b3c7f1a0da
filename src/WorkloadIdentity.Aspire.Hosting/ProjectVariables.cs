namespace WorkloadIdentity.Aspire.Hosting;

/// <summary>The variables of a project that is an application, or that protects an API. A secret is a parameter and no text.</summary>
internal static class ProjectVariables
{
    public const string Section = "WorkloadIdentity";

    public static IEnumerable<KeyValuePair<string, object>> Of(EntraApplication application, string section)
    {
        var authority = application.Entra.RunningEmulator.AuthorityHost.AbsoluteUri;
        var prefix = section.Replace(":", "__", StringComparison.Ordinal);
        yield return new($"{prefix}__Kind", "ClientSecret");
        yield return new($"{prefix}__TenantId", application.Entra.TenantId);
        yield return new($"{prefix}__ClientId", application.ClientId);
        yield return new($"{prefix}__ClientSecret", application.Secret);
        yield return new($"{prefix}__AuthorityHost", authority);
        if (section == Section)
        {
            yield return new("AZURE_AUTHORITY_HOST", authority);
            yield return new("AZURE_TENANT_ID", application.Entra.TenantId);
            yield return new("AZURE_CLIENT_ID", application.ClientId);
            yield return new("AZURE_CLIENT_SECRET", application.Secret);
        }
    }

    /// <summary>What ASP.NET Core reads for the scheme Bearer.</summary>
    public static IEnumerable<KeyValuePair<string, object>> Of(EntraApi api)
    {
        const string Scheme = "Authentication__Schemes__Bearer";
        yield return new($"{Scheme}__Authority", api.Entra.RunningEmulator.Tenant.Issuer.AbsoluteUri);
        yield return new($"{Scheme}__ValidAudiences__0", api.Audience);

        // The emulator is on this machine, and nobody trusts its certificate.
        yield return new($"{Scheme}__RequireHttpsMetadata", "false");
    }
}
