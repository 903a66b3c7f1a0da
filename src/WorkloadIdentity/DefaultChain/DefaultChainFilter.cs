namespace WorkloadIdentity;

/// <summary>
/// Which members take part in the default chain (AZURE_TOKEN_CREDENTIALS), and which may be used (WORKLOAD_IDENTITY_ALLOW and the option).
/// The first picks, the second forbids. A credential that is forbidden and present fails, instead of being skipped silently.
/// </summary>
internal sealed class DefaultChainFilter
{
    private const string PickVariable = "AZURE_TOKEN_CREDENTIALS";
    private const string AllowVariable = "WORKLOAD_IDENTITY_ALLOW";

    // Values that the Azure SDKs know for developers. Another package supports some of them: this package opens no browser and starts no
    // program.
    private static readonly IReadOnlyList<string> DeveloperPicks =
    [
        DefaultChainMember.DeveloperPick,
        "AzureCliCredential", "AzureDeveloperCliCredential", "AzurePowerShellCredential", "VisualStudioCredential",
        "VisualStudioCodeCredential",
        "InteractiveBrowserCredential", "BrokerCredential",
    ];

    private DefaultChainFilter(IReadOnlyList<DefaultChainMember> members, IReadOnlySet<string> allowed, bool isPicked, bool isRestricted)
    {
        Members = members;
        Allowed = allowed;
        IsPicked = isPicked;
        IsRestricted = isRestricted;
    }

    /// <summary>Those that take part, in order.</summary>
    public IReadOnlyList<DefaultChainMember> Members { get; }

    /// <summary>Whether AZURE_TOKEN_CREDENTIALS picked them.</summary>
    public bool IsPicked { get; }

    /// <summary>Whether some kinds may not be used.</summary>
    public bool IsRestricted { get; }

    /// <summary>The allowed kinds as people write them.</summary>
    public string AllowedWords => Allowed.Count == 0 ? "none" : string.Join(", ", Allowed);

    private IReadOnlySet<string> Allowed { get; }

    public bool Allows(DefaultChainMember member) => Allowed.Contains(member.Kind);

    /// <summary>The selection among <paramref name="members"/>, or what is wrong with the variables.</summary>
    /// <exception cref="ArgumentException">The option lists a kind that is not known.</exception>
    public static (DefaultChainFilter? Selection, string? Problem) Read(
        WorkloadEnvironment environment, ICollection<string> allowOption, IReadOnlyList<DefaultChainMember> members)
    {
        var picked = environment.Variable(PickVariable)?.Trim();
        DefaultChainMember[] chosen =
            [.. members.Where(
                member => picked is null ? !member.OnlyWhenPicked : member.PickedBy.Contains(picked, StringComparer.OrdinalIgnoreCase))];
        if (chosen.Length == 0)
        {
            return (null, UnknownPick(picked, members));
        }

        // In the chain's order, whatever order a list has.
        IEnumerable<string> allowed = [.. members.Select(member => member.Kind)];
        if (allowOption is { Count: > 0 })
        {
            var listed = Parse(allowOption, members) ?? throw Unknown("Allow", members);
            allowed = allowed.Where(listed.Contains);
        }

        if (environment.Variable(AllowVariable) is { } list)
        {
            if (Parse(list.Split(','), members) is not { } listed)
            {
                return (null, $"{AllowVariable} {UnknownKind(members)}");
            }

            allowed = allowed.Where(listed.Contains);
        }

        var kinds = allowed.ToHashSet();
        return (new DefaultChainFilter(chosen, kinds, picked is not null, kinds.Count < members.Count), null);
    }

    private static string UnknownPick(string? picked, IReadOnlyList<DefaultChainMember> members)
    {
        var known =
            $"Leave it out, or use one of: {string.Join(
                ", ", members.SelectMany(member => member.PickedBy).Distinct(StringComparer.OrdinalIgnoreCase))}.";
        return !DeveloperPicks.Contains(picked, StringComparer.OrdinalIgnoreCase)
            ? $"{PickVariable} has a value that is not known here. {known}"
            : members.Any(member => member.IsDeveloper)
            ? $"{PickVariable} asks for a developer's credential that only the Azure SDKs have. {known}"
            : $"{PickVariable} asks for a developer's credential, which needs the WorkloadIdentity.Developer package and its "
                + $"AddDeveloperCredentials. {known}";
    }

    private static ArgumentException Unknown(string option, IReadOnlyList<DefaultChainMember> members) =>
        new($"The option {option} {UnknownKind(members)}", option);

    private static string UnknownKind(IReadOnlyList<DefaultChainMember> members) =>
        $"lists a kind of credential that is not known. Known are: {string.Join(", ", members.Select(member => member.Kind))}.";

    /// <summary>
    /// The kinds that are listed; null when one is not known, because a mistyped kind must not forbid or allow something else.
    /// </summary>
    private static HashSet<string>? Parse(IEnumerable<string> entries, IReadOnlyList<DefaultChainMember> members)
    {
        var kinds = new HashSet<string>();
        foreach (var entry in entries)
        {
            if (members.FirstOrDefault(member => member.Kind.Equals(entry.Trim(), StringComparison.OrdinalIgnoreCase)) is not { } named)
            {
                return null;
            }

            kinds.Add(named.Kind);
        }

        return kinds;
    }
}
