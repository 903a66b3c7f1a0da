using WorkloadIdentity;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>A kind of credential that configuration can describe.</summary>
/// <param name="Name">The value of <c>Kind</c>.</param>
/// <param name="Settings">The names of its settings.</param>
/// <param name="Read">
/// Reads the settings. The kinds are those that members of a chain may have. The reader notes what is wrong, and then the result is
/// ignored.
/// </param>
internal sealed record CredentialKind(
    string Name,
    IReadOnlyList<string> Settings,
    Func<SectionReader, IReadOnlyList<CredentialKind>, Func<CredentialDependencies, Credential>?> Read)
{
    private const string ClientId = "ClientId";
    private const string ObjectId = "ObjectId";
    private const string ResourceId = "ResourceId";
    private const string SystemAssigned = "SystemAssigned";
    private const string ClientSecret = "ClientSecret";
    private const string ClientSecretFile = "ClientSecretFile";
    private const string Allow = "Allow";
    private const string Credentials = "Credentials";

    public static IReadOnlyList<CredentialKind> All { get; } =
    [
        new("DefaultChain", [Allow, FederatedKind.Sources], (reader, _) => ReadDefaultChain(reader)),
        new("ManagedIdentity", [ClientId, ObjectId, ResourceId, SystemAssigned], (reader, _) => ReadManagedIdentity(reader)),
        new(
            "ClientSecret",
            [.. ApplicationSettings.Names, ClientSecret, ClientSecretFile],
            (reader, _) =>
                ApplicationSettings.Read(reader, OptionalFile.Of(reader, Given(ReadSecret(reader)), ClientSecretFile)))
        {
            MayBeOptional = true,
        },
        new(
            "ClientCertificate",
            [.. ApplicationSettings.Names, .. CertificateSettings.Names],
            (reader, _) => ApplicationSettings.Read(
                reader, OptionalFile.Of(reader, Given(CertificateSettings.Read(reader)), CertificateSettings.FileNames)))
        {
            MayBeOptional = true,
        },
        .. FederatedKind.All.Select(kind => new CredentialKind(
            kind.Name,
            [.. ApplicationSettings.Names, FederatedKind.Audience, FederatedKind.PropagationTolerance, .. kind.Settings],
            (reader, kinds) =>
                ApplicationSettings.Read(reader, FederatedKind.Read(kind, reader, kinds), FederatedKind.ReadAgentUser(kind, reader)))
        {
            MayBeOptional = kind.MayBeOptional,
        }),
        new("Chain", [Credentials], ReadChain),
    ];

    /// <summary>Whether a member of a chain may be left out where the file that it names does not exist.</summary>
    public bool MayBeOptional { get; init; }

    /// <summary>A kind that another package adds.</summary>
    public static CredentialKind Added(string name, string[] settings, Func<CredentialSection, Credential?> create) =>
        new(name, settings, (reader, _) => dependencies => new CredentialSection(reader, dependencies).Make(name, create));

    private static Func<CredentialDependencies, Credential> ReadDefaultChain(SectionReader reader)
    {
        var allow = reader.Texts(Allow);
        var sources = FederatedKind.ReadSources(reader);
        return dependencies =>
        {
            var options = dependencies.DefaultChain();
            allow.ForEach(options.Allow.Add);
            sources.ForEach(source => options.Members.Add(source));
            return DefaultCredentials.FromEnvironment(options);
        };
    }

    private static Func<CredentialDependencies, Credential>? ReadManagedIdentity(SectionReader reader)
    {
        (string Name, Func<string, ManagedIdentityId> Make)[] ways =
        [
            (ClientId, ManagedIdentityId.FromClientId), (ObjectId, ManagedIdentityId.FromObjectId),
            (ResourceId, ManagedIdentityId.FromResourceId),
        ];
        var named = Array.FindAll(ways, way => reader.Text(way.Name) is not null);
        var isSystemAssigned = reader.Flag(SystemAssigned) ?? false;
        if (named.Length + (isSystemAssigned ? 1 : 0) > 1)
        {
            reader.Problem(
                isSystemAssigned ? SystemAssigned : named[1].Name,
                $"names an identity, and {named[0].Name} names one too. Keep one of them.");
            return null;
        }

        var id = isSystemAssigned ? ManagedIdentityId.SystemAssigned : null;
        if (named is [var (name, make)])
        {
            reader.Check(name, () => id = make(reader.Text(name)!));
        }

        return dependencies => new ManagedIdentityCredential(id, dependencies.ManagedIdentity());
    }

    private static ClientSecretAuthentication? ReadSecret(SectionReader reader)
    {
        var file = reader.Text(ClientSecretFile);
        var secret = reader.Text(ClientSecret);
        if (secret is null == file is null)
        {
            reader.Problem(
                ClientSecret,
                secret is null
                    ? $"is missing or empty, and so is {ClientSecretFile}. Set one of them."
                    : $"is set together with {ClientSecretFile}. Keep one of them.");
            return null;
        }

        if (file is not null)
        {
            return reader.Check(ClientSecretFile, () => ClientSecretAuthentication.FromFile(file));
        }

        reader.Check(ClientSecret, () => ClientSecretAuthentication.FromValue(secret!));

        // Read at each use: configuration that is reloaded brings the rotated secret.
        return ClientSecretAuthentication.FromCallback(
            (_, _) => ValueTask.FromResult(reader.Text(ClientSecret) ?? ""), $"the setting {reader.PathOf(ClientSecret)}");
    }

    private static Func<CredentialDependencies, ClientAuthentication>? Given(ClientAuthentication? authentication) =>
        authentication is null ? null : _ => authentication;

    private static Func<CredentialDependencies, Credential>? ReadChain(SectionReader reader, IReadOnlyList<CredentialKind> kinds)
    {
        var members = reader.Sections(Credentials).ConvertAll(member => IdentitySection.Credential(member, kinds, [], isMember: true));
        if (members.Count == 0)
        {
            reader.Problem(Credentials, "is missing or empty. List the credentials to try, in order, each with its Kind.");
        }

        return dependencies => new CredentialChain(
            "chain", dependencies.Options.Credentials.LoggerFactory, members.Select(create => create!(dependencies)));
    }
}
