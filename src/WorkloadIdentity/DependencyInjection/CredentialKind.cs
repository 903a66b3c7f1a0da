using WorkloadIdentity;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>A kind of credential that configuration can describe.</summary>
/// <param name="Name">The value of <c>Kind</c>.</param>
/// <param name="Settings">The settings it has.</param>
/// <param name="Read">Reads them. What is wrong with them is noted with the reader, and then the result does not matter.</param>
internal sealed record CredentialKind(string Name, string[] Settings, Func<SectionReader, Func<CredentialParts, Credential>?> Read)
{
    private const string TenantId = "TenantId";
    private const string ClientId = "ClientId";
    private const string ObjectId = "ObjectId";
    private const string ResourceId = "ResourceId";
    private const string SystemAssigned = "SystemAssigned";
    private const string MultiTenant = "MultiTenant";
    private const string ClientSecret = "ClientSecret";
    private const string ClientSecretFile = "ClientSecretFile";
    private const string TokenFile = "TokenFile";
    private const string Allow = "Allow";
    private const string Credentials = "Credentials";

    public static IReadOnlyList<CredentialKind> All { get; } =
    [
        new("DefaultChain", [Allow], ReadDefaultChain),
        new("ManagedIdentity", [ClientId, ObjectId, ResourceId, SystemAssigned], ReadManagedIdentity),
        new("ClientSecret", [TenantId, ClientId, MultiTenant, ClientSecret, ClientSecretFile], reader => ReadApplication(reader, ReadSecret(reader))),
        new("ClientCertificate", [TenantId, ClientId, MultiTenant, .. CertificateSettings.Names], reader => ReadApplication(reader, CertificateSettings.Read(reader))),
        new("FederatedTokenFile", [TenantId, ClientId, MultiTenant, TokenFile], reader => ReadApplication(reader, ReadTokenFile(reader))),
        new("Chain", [Credentials], ReadChain),
    ];

    private static Func<CredentialParts, Credential> ReadDefaultChain(SectionReader reader)
    {
        var allow = reader.Texts(Allow);
        return parts =>
        {
            var options = parts.DefaultChain();
            allow.ForEach(options.Allow.Add);
            return DefaultCredentials.FromEnvironment(options);
        };
    }

    private static Func<CredentialParts, Credential>? ReadManagedIdentity(SectionReader reader)
    {
        (string Name, Func<string, ManagedIdentityId> Make)[] ways =
        [
            (ClientId, ManagedIdentityId.FromClientId), (ObjectId, ManagedIdentityId.FromObjectId), (ResourceId, ManagedIdentityId.FromResourceId),
        ];
        var named = Array.FindAll(ways, way => reader.Text(way.Name) is not null);
        var isSystemAssigned = reader.Flag(SystemAssigned) ?? false;
        if (named.Length + (isSystemAssigned ? 1 : 0) > 1)
        {
            reader.Problem(isSystemAssigned ? SystemAssigned : named[1].Name, $"names an identity where {named[0].Name} names one already. Keep one of them.");
            return null;
        }

        var id = isSystemAssigned ? ManagedIdentityId.SystemAssigned : null;
        if (named is [var (name, make)])
        {
            reader.Check(name, () => id = make(reader.Text(name)!));
        }

        return parts => new ManagedIdentityCredential(id, parts.ManagedIdentity());
    }

    private static Func<CredentialParts, Credential>? ReadApplication(SectionReader reader, ClientAuthentication? authentication)
    {
        var isMultiTenant = reader.Flag(MultiTenant) ?? false;
        var tenantId = isMultiTenant ? null : reader.Required(TenantId, "Set it to the directory (tenant) id or a verified domain.");
        var clientId = reader.Required(ClientId, "Set it to the application (client) id.");
        if (isMultiTenant && reader.Text(TenantId) is not null)
        {
            reader.Problem(TenantId, $"is set together with {MultiTenant}: such an application acts in the tenant each request names. Remove one of the two.");
        }

        if (tenantId is not null && WorkloadIdentity.TenantId.Problem(tenantId) is { } problem)
        {
            reader.Problem(TenantId, $"cannot be used. {problem}");
        }

        if (clientId is null || authentication is null || (tenantId is null && !isMultiTenant))
        {
            return null;
        }

        // Made once for the checks of what is left: the client id.
        reader.Check(ClientId, () => ApplicationCredential.MultiTenant(clientId, authentication));
        return parts => tenantId is null
            ? ApplicationCredential.MultiTenant(clientId, authentication, parts.Application())
            : new ApplicationCredential(tenantId, clientId, authentication, parts.Application());
    }

    private static ClientSecretAuthentication? ReadSecret(SectionReader reader)
    {
        var file = reader.Text(ClientSecretFile);
        var secret = reader.Text(ClientSecret);
        if (secret is null == file is null)
        {
            reader.Problem(ClientSecret, secret is null ? $"is missing or empty, and so is {ClientSecretFile}. Set one of them." : $"is set together with {ClientSecretFile}. Keep one of them.");
            return null;
        }

        if (file is not null)
        {
            return reader.Check(ClientSecretFile, () => ClientSecretAuthentication.FromFile(file));
        }

        reader.Check(ClientSecret, () => ClientSecretAuthentication.FromValue(secret!));

        // Read at each use: configuration that is reloaded brings the rotated secret.
        return ClientSecretAuthentication.FromCallback(_ => ValueTask.FromResult(reader.Text(ClientSecret) ?? ""));
    }

    private static FederatedAuthentication? ReadTokenFile(SectionReader reader) =>
        reader.Required(TokenFile, "Set it to the path of the token that the platform mounts.") is { } file
            ? reader.Check(TokenFile, () => new FederatedAuthentication(new FileAssertionSource(file)))
            : null;

    private static Func<CredentialParts, Credential>? ReadChain(SectionReader reader)
    {
        var members = reader.Sections(Credentials).ConvertAll(member => IdentitySection.Credential(member, []));
        if (members.Count == 0)
        {
            reader.Problem(Credentials, "is missing or empty. List the credentials to try, in order, each with its Kind.");
        }

        return parts => new CredentialChain("chain", parts.LoggerFactory, members.Select(create => create!(parts)));
    }
}
