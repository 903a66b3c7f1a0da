namespace WorkloadIdentity;

/// <summary>
/// A credential that joins the default chain (<see cref="DefaultCredentials"/>) from outside of it: another package's, or the application's
/// own. Immutable.
/// </summary>
/// <remarks>
/// Members are asked behind secret, certificate and federated token file, and before managed identity, which has to be asked to be found.
/// </remarks>
public sealed class DefaultChainMember
{
    /// <summary>The value of AZURE_TOKEN_CREDENTIALS that picks the credentials of a developer's machine.</summary>
    internal const string DeveloperPick = "dev";

    private readonly Func<DefaultCredentialsOptions, Credential> _create;

    /// <summary>The kinds that the chain itself has.</summary>
    internal static IReadOnlyList<string> BuiltInKinds { get; } = ["secret", "certificate", "federated", "managed-identity"];

    /// <summary>A member of one kind.</summary>
    /// <param name="kind">Lower-case words joined by hyphens, such as <c>azure-cli</c>: what <c>WORKLOAD_IDENTITY_ALLOW</c> and the option
    /// Allow call it.</param>
    /// <param name="create">
    /// Makes the credential when the chain is made, with the chain's clock, environment and loggers. What is not here, or malformed, is for
    /// the credential to tell when it is asked; an exception thrown here is the chain's.
    /// </param>
    /// <exception cref="ArgumentException"><paramref name="kind"/> is no such name.</exception>
    public DefaultChainMember(string kind, Func<DefaultCredentialsOptions, Credential> create)
    {
        ArgumentNullException.ThrowIfNull(kind);
        ArgumentNullException.ThrowIfNull(create);
        Kind =
            IsKind(kind)
                ? kind
                : throw new ArgumentException(
                    "A kind of credential is named in lower-case words joined by hyphens, such as azure-cli.", nameof(kind));
        _create = create;
    }

    /// <summary>What <c>WORKLOAD_IDENTITY_ALLOW</c> and the option Allow call it.</summary>
    public string Kind { get; }

    /// <summary>
    /// The values of <c>AZURE_TOKEN_CREDENTIALS</c> that pick it; case does not matter. With <c>prod</c> it takes part wherever the chain's
    /// own credentials do.
    /// </summary>
    public IReadOnlyList<string> PickedBy { get; init; } = [];

    /// <summary>Whether it stays away while <c>AZURE_TOKEN_CREDENTIALS</c> is not set. The default is false: it takes part.</summary>
    public bool OnlyWhenPicked { get; init; }

    /// <summary>The variables of which one says that it is here; empty when only asking can tell.</summary>
    public IReadOnlyList<string> AnnouncedBy { get; init; } = [];

    /// <summary>Its name where it cannot be made.</summary>
    internal string Name { get => field ?? Kind.Replace('-', ' '); init; }

    /// <summary>It may be here although no variable says so.</summary>
    internal bool IsFoundByAsking { get => field || AnnouncedBy.Count == 0; init; }

    internal bool IsDeveloper => PickedBy.Contains(DeveloperPick, StringComparer.OrdinalIgnoreCase);

    internal bool IsAnnounced(WorkloadEnvironment environment) => AnnouncedBy.Any(environment.Has);

    internal bool MayBeHere(WorkloadEnvironment environment) => IsFoundByAsking || IsAnnounced(environment);

    internal Credential Create(DefaultCredentialsOptions options) =>
        _create(options)
            ?? throw new InvalidOperationException($"The function that makes the '{Kind}' credential of the default chain returned null.");

    /// <summary>Its kind.</summary>
    public override string ToString() => Kind;

    private static bool IsKind(string kind) =>
        kind.Length is > 0 and <= 64
            && kind.Split('-')
                .All(word => word.Length > 0 && word.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter)));
}
