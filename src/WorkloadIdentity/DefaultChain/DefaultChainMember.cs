namespace WorkloadIdentity;

/// <summary>
/// A credential that is added to the default chain (<see cref="DefaultCredentials"/>): a package's, or the application's own. Immutable.
/// </summary>
/// <remarks>
/// The chain asks its members after client secret, client certificate and federated token file, and before managed identity. Managed
/// identity is last because only a request can tell whether it is there.
/// </remarks>
public sealed class DefaultChainMember
{
    /// <summary>The value of AZURE_TOKEN_CREDENTIALS that picks the credentials of a developer's machine.</summary>
    internal const string DeveloperPick = "dev";

    private readonly Func<DefaultCredentialsOptions, Credential> _create;

    /// <summary>The kinds that the chain itself has.</summary>
    internal static IReadOnlyList<string> BuiltInKinds { get; } = ["secret", "certificate", "federated", "managed-identity"];

    /// <summary>A member of one kind.</summary>
    /// <param name="kind">
    /// Lower-case words joined by hyphens, such as <c>azure-cli</c>. <c>WORKLOAD_IDENTITY_ALLOW</c> and the option Allow use this name.
    /// </param>
    /// <param name="create">
    /// Makes the credential when the chain is made, with the chain's clock, environment and loggers. The credential itself reports what is
    /// absent or malformed, when it is asked. An exception thrown here ends the construction of the chain.
    /// </param>
    /// <exception cref="ArgumentException"><paramref name="kind"/> has another form.</exception>
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

    /// <summary>A source of assertions for the application that variables name. The chain makes its credential.</summary>
    internal DefaultChainMember(FederatedAuthentication federation)
    {
        Kind = BuiltInKinds[2];
        Federation = federation;
        _create = _ => throw new NotSupportedException("The chain makes the credential of an assertion source.");
    }

    /// <summary>The name that <c>WORKLOAD_IDENTITY_ALLOW</c> and the option Allow use.</summary>
    public string Kind { get; }

    /// <summary>
    /// The values of <c>AZURE_TOKEN_CREDENTIALS</c> that pick it, without regard to case. <c>prod</c> also picks the chain's own
    /// credentials.
    /// </summary>
    public IReadOnlyList<string> PickedBy { get; init; } = [];

    /// <summary>Whether it is left out while <c>AZURE_TOKEN_CREDENTIALS</c> is not set. The default is false.</summary>
    public bool OnlyWhenPicked { get; init; }

    /// <summary>
    /// Why it is left out (<see cref="OnlyWhenPicked"/>) and what would let it take part. The error of a chain in which no credential is
    /// available says it. Null says nothing.
    /// </summary>
    public string? WhyLeftOut { get; init; }

    /// <summary>
    /// The variables that announce it: it is present if one of them is set. Empty if only a request can tell whether it is present.
    /// </summary>
    public IReadOnlyList<string> AnnouncedBy { get; init; } = [];

    /// <summary>The assertion source of a member that was added as one; null for other members.</summary>
    internal FederatedAuthentication? Federation { get; }

    /// <summary>Its name where it cannot be made.</summary>
    internal string Name { get => field ?? Kind.Replace('-', ' '); init; }

    /// <summary>Whether it may be present although no variable announces it.</summary>
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
