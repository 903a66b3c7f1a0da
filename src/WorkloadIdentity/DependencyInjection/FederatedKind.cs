using WorkloadIdentity;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>The sources of federated assertions that configuration can name, each the kind of a credential.</summary>
/// <param name="Name">The value of <c>Kind</c>.</param>
/// <param name="Settings">The settings it has beside those of every application.</param>
/// <param name="Make">Reads them, with the kinds that a credential inside may be. What is wrong with them is noted with the reader, and
/// then the result is null or does not matter.</param>
internal sealed record FederatedKind(
    string Name,
    IReadOnlyList<string> Settings,
    Func<SectionReader, IReadOnlyList<CredentialKind>, Func<CredentialDependencies, AssertionSource>?> Make)
{
    public const string Audience = "Audience";
    public const string PropagationTolerance = "PropagationTolerance";
    public const string Sources = "Sources";

    private const string TokenFile = "TokenFile";
    private const string TokenVariable = "TokenVariable";
    private const string ServiceConnectionId = "ServiceConnectionId";
    private const string SubjectClaim = "SubjectClaim";
    private const string Tag = "Tag";
    private const string IdentityClientId = "IdentityClientId";
    private const string IdentityObjectId = "IdentityObjectId";
    private const string IdentityResourceId = "IdentityResourceId";
    private const string Credential = "Credential";
    private const string FmiPath = "FmiPath";
    private const string Blueprint = "Blueprint";

    // The build systems and clouds that need nothing but their own variables: those the default chain may be told to look for.
    private static readonly IReadOnlyList<(string Name, Func<AssertionSource> Make)> Ambient =
    [
        ("GitHubActions", () => AssertionSource.GitHubActions()),
        ("AzurePipelines", () => AssertionSource.AzurePipelines()),
        ("Buildkite", () => AssertionSource.Buildkite()),
        ("CircleCI", AssertionSource.CircleCI),
        ("TerraformCloud", () => AssertionSource.TerraformCloud()),
        ("GoogleMetadata", () => AssertionSource.GoogleMetadata()),
    ];

    /// <summary>Whether a member of a chain may be left out where its token file does not exist.</summary>
    public bool MayBeOptional { get; private init; }

    public static IReadOnlyList<FederatedKind> All { get; } =
    [
        new(
            "FederatedTokenFile",
            [TokenFile],
            (reader, _) => ReadFile(reader))
        {
            MayBeOptional = true,
        },
        new(
            "FederatedTokenVariable",
            [TokenVariable],
            (reader, _) =>
                Of(
                    reader,
                    TokenVariable,
                    "Set it to the name of the variable that the build system puts its id token in.",
                    variable => AssertionSource.FromVariable(variable))),
        new("GitHubActions", [], (_, _) => _ => AssertionSource.GitHubActions()),
        new("AzurePipelines", [ServiceConnectionId], (reader, _) =>
        {
            var id = reader.Text(ServiceConnectionId);
            var source = reader.Check(ServiceConnectionId, () => AssertionSource.AzurePipelines(id));
            return source is null ? null : _ => source;
        }),
        new("Buildkite", [SubjectClaim], (reader, _) =>
        {
            var claim = reader.Text(SubjectClaim);
            var source = reader.Check(
                SubjectClaim, () => claim is null ? AssertionSource.Buildkite() : AssertionSource.Buildkite(claim));
            return source is null ? null : _ => source;
        }),
        new("CircleCI", [], (_, _) => _ => AssertionSource.CircleCI()),
        new("TerraformCloud", [Tag], (reader, _) =>
        {
            var tag = reader.Text(Tag);
            var source = reader.Check(Tag, () => AssertionSource.TerraformCloud(tag));
            return source is null ? null : _ => source;
        }),
        new("GoogleMetadata", [], (_, _) => _ => AssertionSource.GoogleMetadata()),
        new(
            "ManagedIdentityFederation",
            [IdentityClientId, IdentityObjectId, IdentityResourceId],
            (reader, _) => ReadManagedIdentity(reader)),
        new("FederatedCredential", [Credential, FmiPath], ReadCredential),
        new(
            "AgentIdentity",
            [Blueprint, ApplicationSettings.AgentUser],
            (reader, kinds) => IdentitySection.Credential(reader.Section(Blueprint), kinds, []) is { } blueprint
            ? dependencies => AssertionSource.FromAgentIdentityBlueprint(blueprint(dependencies))
            : null),
        new("FederatedTokenUrl", AssertionServerSettings.UrlNames, (reader, _) => AssertionServerSettings.ReadUrl(reader)),
        new("FederatedTokenCommand", AssertionServerSettings.CommandNames, (reader, _) => AssertionServerSettings.ReadCommand(reader)),
    ];

    /// <summary>The federation a section describes; null when that could not be told, for reasons the reader noted.</summary>
    public static Func<CredentialDependencies, ClientAuthentication>? Read(
        FederatedKind kind, SectionReader reader, IReadOnlyList<CredentialKind> kinds)
    {
        var audience = reader.Text(Audience);
        var tolerance = reader.Duration(PropagationTolerance) ?? TimeSpan.Zero;
        var source = kind.Make(reader, kinds);

        // Made once for its checks, with a source that is never asked.
        var unused = AssertionSource.FromVariable("unused");
        reader.Check(Audience, () => new FederatedAuthentication(unused, audience));
        reader.Check(PropagationTolerance, () => new FederatedAuthentication(unused) { PropagationTolerance = tolerance });
        Func<CredentialDependencies, ClientAuthentication>? federation =
            source is null
                ? null
                : dependencies => new FederatedAuthentication(source(dependencies), audience) { PropagationTolerance = tolerance };
        return kind.MayBeOptional ? OptionalFile.Of(reader, federation, TokenFile) : federation;
    }

    /// <summary>The user account of an agent identity; null for every other kind.</summary>
    public static AgentUser? ReadAgentUser(FederatedKind kind, SectionReader reader) =>
        kind.Settings.Contains(ApplicationSettings.AgentUser) && reader.Text(ApplicationSettings.AgentUser) is { } user
            ? reader.Check(ApplicationSettings.AgentUser, () => AgentUser.FromSetting(user))
            : null;

    /// <summary>The sources a default chain looks for beside its own links.</summary>
    public static List<AssertionSource> ReadSources(SectionReader reader)
    {
        var sources = new List<AssertionSource>();
        foreach (var name in reader.Texts(Sources))
        {
            if (Ambient.FirstOrDefault(source => source.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Make is { } make)
            {
                sources.Add(make());
            }
            else
            {
                reader.Problem(
                    Sources, $"lists a source that is not known. Known are: {string.Join(", ", Ambient.Select(source => source.Name))}.");
            }
        }

        return sources;
    }

    /// <summary>The token file that is named, or else the one that the platform names in a variable.</summary>
    private static Func<CredentialDependencies, AssertionSource>? ReadFile(SectionReader reader)
    {
        if (reader.IsEmpty(TokenFile))
        {
            reader.Problem(
                TokenFile,
                $"is empty. Set it to the path of the token that the platform mounts, or remove it: then the variable "
                    + $"{PlatformFileAssertionSource.Variable} names the file.");
            return null;
        }

        return reader.Text(TokenFile) is { } file
            ? reader.Check(TokenFile, () => AssertionSource.FromFile(file)) is { } source ? _ => source : null
            : _ => new PlatformFileAssertionSource();
    }

    private static Func<CredentialDependencies, AssertionSource>? Of(
        SectionReader reader, string setting, string advice, Func<string, AssertionSource> make) =>
        reader.Required(setting, advice) is { } value && reader.Check(setting, () => make(value)) is { } source ? _ => source : null;

    private static Func<CredentialDependencies, AssertionSource>? ReadManagedIdentity(SectionReader reader)
    {
        (string Name, Func<string, ManagedIdentityId> Make)[] ways =
        [
            (IdentityClientId, ManagedIdentityId.FromClientId), (IdentityObjectId, ManagedIdentityId.FromObjectId),
            (IdentityResourceId, ManagedIdentityId.FromResourceId),
        ];
        if (Array.FindAll(ways, way => reader.Text(way.Name) is not null) is not [var (name, make)])
        {
            reader.Problem(
                IdentityClientId,
                $"or {IdentityObjectId} or {IdentityResourceId} must name the user-assigned managed identity whose token is shown: "
                    + "exactly one of them.");
            return null;
        }

        return reader.Check(name, () => make(reader.Text(name)!)) is { } id
            ? dependencies => AssertionSource.FromManagedIdentity(id, dependencies.ManagedIdentity())
            : null;
    }

    private static Func<CredentialDependencies, AssertionSource>? ReadCredential(SectionReader reader, IReadOnlyList<CredentialKind> kinds)
    {
        var create = IdentitySection.Credential(reader.Section(Credential), kinds, []);
        var path = reader.Text(FmiPath);
        return create is null
            || (path is not null
                && reader.Check(FmiPath, () => Guard.Text(path, "An FMI path", "the agent identity's client id")) is null)
            ? null
            : dependencies => AssertionSource.FromCredential(create(dependencies), path);
    }
}
