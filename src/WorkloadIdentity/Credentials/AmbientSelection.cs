namespace WorkloadIdentity;

/// <summary>
/// Which kinds of credential take part (AZURE_TOKEN_CREDENTIALS), and which may be used (WORKLOAD_IDENTITY_ALLOW and the option).
/// The first picks; the second forbids: what is forbidden and present fails instead of being passed over in silence.
/// </summary>
internal sealed class AmbientSelection
{
    private const string PickVariable = "AZURE_TOKEN_CREDENTIALS";
    private const string AllowVariable = "WORKLOAD_IDENTITY_ALLOW";

    private static readonly (AmbientKind Kind, string Word)[] Words =
    [
        (AmbientKind.Secret, "secret"),
        (AmbientKind.Certificate, "certificate"),
        (AmbientKind.Federated, "federated"),
        (AmbientKind.ManagedIdentity, "managed-identity"),
    ];

    private static readonly (string Name, AmbientKind[] Kinds)[] Picks =
    [
        ("prod", [AmbientKind.Secret, AmbientKind.Certificate, AmbientKind.Federated, AmbientKind.ManagedIdentity]),
        ("EnvironmentCredential", [AmbientKind.Secret, AmbientKind.Certificate]),
        ("WorkloadIdentityCredential", [AmbientKind.Federated]),
        ("ManagedIdentityCredential", [AmbientKind.ManagedIdentity]),
    ];

    // Names the Azure SDKs know for people at their desks. They are another package's: nothing in this one opens a browser or starts a program.
    private static readonly string[] DeveloperPicks =
    [
        "dev", "AzureCliCredential", "AzureDeveloperCliCredential", "AzurePowerShellCredential", "VisualStudioCredential", "VisualStudioCodeCredential",
        "InteractiveBrowserCredential", "BrokerCredential",
    ];

    private AmbientSelection(IReadOnlyList<AmbientKind> kinds, IReadOnlySet<AmbientKind> allowed)
    {
        Kinds = kinds;
        Allowed = allowed;
    }

    /// <summary>The kinds that take part, in order.</summary>
    public IReadOnlyList<AmbientKind> Kinds { get; }

    public IReadOnlySet<AmbientKind> Allowed { get; }

    /// <summary>The allowed kinds as people write them.</summary>
    public string AllowedWords => Allowed.Count == 0 ? "none" : string.Join(", ", Words.Where(word => Allowed.Contains(word.Kind)).Select(word => word.Word));

    public static string WordFor(AmbientKind kind) => Array.Find(Words, word => word.Kind == kind).Word;

    /// <summary>The selection, or what is wrong with the variables.</summary>
    /// <exception cref="ArgumentException">The option lists a kind that is not known.</exception>
    public static (AmbientSelection? Selection, string? Problem) Read(WorkloadEnvironment environment, ICollection<string> allowOption)
    {
        var picked = environment.Variable(PickVariable)?.Trim() ?? "prod";
        if (Array.Find(Picks, pick => pick.Name.Equals(picked, StringComparison.OrdinalIgnoreCase)).Kinds is not { } kinds)
        {
            return (null, DeveloperPicks.Contains(picked, StringComparer.OrdinalIgnoreCase)
                ? $"{PickVariable} asks for a developer's credential, which needs the WorkloadIdentity.Developer package. {KnownPicks()}"
                : $"{PickVariable} has a value that is not known here. {KnownPicks()}");
        }

        var allowed = Words.Select(word => word.Kind).ToHashSet();
        if (allowOption is { Count: > 0 })
        {
            allowed.IntersectWith(Parse(allowOption) ?? throw Unknown(nameof(DefaultCredentialsOptions.Allow)));
        }

        if (environment.Variable(AllowVariable) is { } list)
        {
            if (Parse(list.Split(',')) is not { } listed)
            {
                return (null, $"{AllowVariable} {UnknownKind}");
            }

            allowed.IntersectWith(listed);
        }

        return (new AmbientSelection(kinds, allowed), null);
    }

    private static ArgumentException Unknown(string option) => new($"The option {option} {UnknownKind}", option);

    private static string UnknownKind => $"lists a kind of credential that is not known. Known are: {string.Join(", ", Words.Select(word => word.Word))}.";

    /// <summary>The kinds that are listed; null when one is not known, because a mistyped kind must not forbid or allow something else.</summary>
    private static HashSet<AmbientKind>? Parse(IEnumerable<string> entries)
    {
        var kinds = new HashSet<AmbientKind>();
        foreach (var entry in entries)
        {
            if (Array.FindIndex(Words, word => word.Word.Equals(entry.Trim(), StringComparison.OrdinalIgnoreCase)) is not (>= 0 and var index))
            {
                return null;
            }

            kinds.Add(Words[index].Kind);
        }

        return kinds;
    }

    private static string KnownPicks() => $"Leave it out, or use one of: {string.Join(", ", Picks.Select(pick => pick.Name))}.";
}
