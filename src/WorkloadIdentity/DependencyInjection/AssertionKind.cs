using WorkloadIdentity;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>A kind of assertion source that configuration can describe, as the proof of an application.</summary>
/// <param name="Name">The value of <c>Kind</c>.</param>
/// <param name="Settings">The settings it has beside those of every application and every federation.</param>
/// <param name="Read">Reads them. What is wrong with them is noted with the reader, and then the result does not matter.</param>
internal sealed record AssertionKind(string Name, string[] Settings, Func<SectionReader, Func<CredentialParts, AssertionSource>?> Read)
{
    private const string Audience = "Audience";
    private const string PropagationTolerance = "PropagationTolerance";
    private const string TokenFile = "TokenFile";
    private const string UseIdentityBinding = "UseIdentityBinding";
    private const string ServiceConnectionId = "ServiceConnectionId";
    private const string Variable = "Variable";
    private const string Credential = "Credential";
    private const string FmiPath = "FmiPath";
    private const string Blueprint = "Blueprint";

    /// <summary>The settings by which the managed identity is named: <c>ClientId</c> is that of the application already.</summary>
    private static readonly (string Name, Func<string, ManagedIdentityId> Make)[] Identities =
    [
        ("ManagedIdentityClientId", ManagedIdentityId.FromClientId), ("ManagedIdentityObjectId", ManagedIdentityId.FromObjectId), ("ManagedIdentityResourceId", ManagedIdentityId.FromResourceId),
    ];

    public static IReadOnlyList<AssertionKind> All { get; } =
    [
        new("FederatedTokenFile", [TokenFile, UseIdentityBinding], reader => reader.Required(TokenFile, "Set it to the path of the token that the platform mounts.") is { } file
            ? Given(reader.Check(TokenFile, () => new FileAssertionSource(file)))
            : null),
        new("FederatedGitHubActions", [], _ => Given(new GitHubActionsAssertionSource())),
        new("FederatedAzurePipelines", [ServiceConnectionId], reader => Given(reader.Check(ServiceConnectionId, () => new AzurePipelinesAssertionSource(reader.Text(ServiceConnectionId))))),
        new("FederatedVariable", [Variable], reader => reader.Required(Variable, "Set it to the name of the variable that the build system puts an id token into.") is { } variable
            ? Given(reader.Check(Variable, () => new EnvironmentVariableAssertionSource(variable)))
            : null),
        new("FederatedGoogle", [], _ => Given(new GoogleMetadataAssertionSource())),
        new("FederatedManagedIdentity", [.. Identities.Select(identity => identity.Name)], ReadManagedIdentity),
        new("FederatedCredential", [Credential, FmiPath], reader => Inner(reader, Credential) is { } create && (reader.Text(FmiPath) is not { } path || reader.Check(FmiPath, () => Require.Text(path, "An FMI path", "the agent identity's client id")) is not null)
            ? parts => new CredentialAssertionSource(create(parts), reader.Text(FmiPath))
            : null),
        new("AgentIdentity", [Blueprint], reader => Inner(reader, Blueprint) is { } create ? parts => new AgentIdentityAssertionSource(create(parts)) : null),
        new("FederatedUrl", AssertionServerSettings.UrlNames, AssertionServerSettings.ReadUrl),
        new("FederatedCommand", AssertionServerSettings.CommandNames, AssertionServerSettings.ReadCommand),
    ];

    /// <summary>The same as kinds of credential.</summary>
    public static IEnumerable<CredentialKind> Credentials => All.Select(kind => new CredentialKind(
        kind.Name,
        [.. ApplicationSettings.Names, .. kind.Settings, Audience, PropagationTolerance],
        reader => ApplicationSettings.Read(reader, Federated(reader, kind.Read(reader)), Binding(reader, kind))));

    private static Func<CredentialParts, ClientAuthentication>? Federated(SectionReader reader, Func<CredentialParts, AssertionSource>? source)
    {
        var audience = reader.Text(Audience);
        var tolerance = reader.Duration(PropagationTolerance) ?? TimeSpan.Zero;
        if (audience is not null)
        {
            reader.Check(Audience, () => Require.Text(audience, "The audience", "api://AzureADTokenExchange"));
        }

        if (tolerance < TimeSpan.Zero || tolerance > FederatedAuthentication.MaxPropagationTolerance)
        {
            reader.Problem(PropagationTolerance, $"is not between zero and {FederatedAuthentication.MaxPropagationTolerance.TotalMinutes:0} minutes.");
        }

        return source is null ? null : parts => new FederatedAuthentication(source(parts), audience) { PropagationTolerance = tolerance };
    }

    private static Action<ApplicationCredentialOptions>? Binding(SectionReader reader, AssertionKind kind) =>
        kind.Settings.Contains(UseIdentityBinding) && reader.Flag(UseIdentityBinding) is true ? options => options.UseIdentityBinding = true : null;

    private static Func<CredentialParts, AssertionSource>? ReadManagedIdentity(SectionReader reader)
    {
        var named = Array.FindAll(Identities, way => reader.Text(way.Name) is not null);
        if (named is not [var (name, make)])
        {
            reader.Problem(
                named.Length == 0 ? Identities[0].Name : named[1].Name,
                named.Length == 0
                    ? "is missing: only a user-assigned identity can stand for an application. Set it to the client id of that identity."
                    : $"names an identity where {named[0].Name} names one already. Keep one of them.");
            return null;
        }

        return reader.Check(name, () => make(reader.Text(name)!)) is { } id ? parts => new ManagedIdentityAssertionSource(id, parts.ManagedIdentity()) : null;
    }

    /// <summary>The credential that a section inside of this one describes.</summary>
    private static Func<CredentialParts, Credential>? Inner(SectionReader reader, string name)
    {
        if (reader.Section(name) is { } section)
        {
            return IdentitySection.Credential(section, []);
        }

        reader.Problem(name, "is missing. It is a section of its own, with the Kind and the settings of the credential whose token stands for this application.");
        return null;
    }

    private static Func<CredentialParts, AssertionSource>? Given(AssertionSource? source) => source is null ? null : _ => source;
}
