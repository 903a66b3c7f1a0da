using WorkloadIdentity;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Reads which application it is and in which tenant. The caller reads how it authenticates.</summary>
internal static class ApplicationSettings
{
    private const string TenantId = "TenantId";
    private const string ClientId = "ClientId";
    private const string MultiTenant = "MultiTenant";

    /// <summary>The setting of an agent identity alone.</summary>
    public const string AgentUser = "AgentUser";

    /// <summary>For checks of everything else. It is never sent.</summary>
    public static ClientSecretAuthentication Unused { get; } = ClientSecretAuthentication.FromValue("unused");

    public static IReadOnlyList<string> Names { get; } = [TenantId, ClientId, MultiTenant];

    /// <param name="reader">The reader of the section.</param>
    /// <param name="authentication">Makes the client authentication; null if its settings cannot be used.</param>
    /// <param name="agentUser">The user account of an agent identity; null for the application itself.</param>
    public static Func<CredentialDependencies, Credential>? Read(
        SectionReader reader, Func<CredentialDependencies, ClientAuthentication>? authentication, AgentUser? agentUser = null)
    {
        var isMultiTenant = reader.Flag(MultiTenant) ?? false;
        var tenantId = isMultiTenant ? null : reader.Required(TenantId, "Set it to the directory (tenant) id or a verified domain.");
        var clientId = reader.Required(ClientId, "Set it to the application (client) id.");
        if (isMultiTenant && reader.Text(TenantId) is not null)
        {
            reader.Problem(
                TenantId,
                $"is set together with {MultiTenant}. A multi-tenant application uses the tenant that each request names. Remove one of "
                    + "the two.");
        }

        if (tenantId is not null && WorkloadIdentity.TenantId.Problem(tenantId) is { } problem)
        {
            reader.Problem(TenantId, $"cannot be used. {problem}");
        }

        if (clientId is not null)
        {
            reader.Check(ClientId, () => ApplicationCredential.MultiTenant(clientId, Unused));
        }

        if (clientId is null || authentication is null || (tenantId is null && !isMultiTenant))
        {
            return null;
        }

        return dependencies =>
        {
            var options = dependencies.Application();
            options.AgentUser ??= agentUser;
            return tenantId is null
                ? ApplicationCredential.MultiTenant(clientId, authentication(dependencies), options)
                : new ApplicationCredential(tenantId, clientId, authentication(dependencies), options);
        };
    }
}
