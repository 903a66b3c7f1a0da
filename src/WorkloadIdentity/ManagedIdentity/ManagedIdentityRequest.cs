namespace WorkloadIdentity;

/// <summary>A request to a managed identity host.</summary>
internal sealed class ManagedIdentityRequest(string scope, string resource, ManagedIdentityId? id)
{
    public string Scope { get; } = scope;

    /// <summary>The scope without its suffix: not encoded.</summary>
    public string Resource { get; } = resource;

    /// <summary>The identity the program named; null for the host's default.</summary>
    public ManagedIdentityId? Id { get; } = id;

    public string? ClientId => Id is { Kind: ManagedIdentityIdKind.ClientId } ? Id.Value : null;

    /// <summary>Whose token it is, in words for messages.</summary>
    public string Identity => Id switch
    {
        null => "the host's default managed identity",
        { Kind: ManagedIdentityIdKind.SystemAssigned } => "the system-assigned managed identity",
        _ => $"the managed identity with {Id}",
    };

    /// <summary>The variables that were set when the host was detected, of those that decide.</summary>
    public required IReadOnlySet<string> Present { get; init; }

    /// <summary>Whether a chain has further credentials.</summary>
    public bool HasAlternatives { get; init; }

    /// <summary>Whether the caller can answer claims challenges.</summary>
    public bool ContinuousAccess { get; init; }

    /// <summary>Whether an API demanded claims of the token it rejected.</summary>
    public bool IsChallenged { get; init; }

    /// <summary>The token an API rejected, for hosts that can be told.</summary>
    public AccessToken? Rejected { get; init; }

    /// <summary>
    /// The parameters that every host has, encoded: the resource, and the identity under the name that this host gives to its kind of id.
    /// </summary>
    /// <param name="host">The host's name, for messages.</param>
    /// <param name="selector">The host's parameter for a kind of id; null when it has none.</param>
    public (string? Query, TokenError? Error) Query(string host, Func<ManagedIdentityIdKind, string?> selector)
    {
        var query = $"resource={Uri.EscapeDataString(Resource)}";
        if (Id is not { Value: { } value })
        {
            return (query, null);
        }

        return selector(Id.Kind) is { } parameter
            ? ($"{query}&{parameter}={Uri.EscapeDataString(value)}", null)
            : (null, Error(
                TokenErrorKind.InvalidConfiguration,
                $"{host} cannot be asked for {Identity}: {KindsOf(selector)}",
                HelpAnchors.ManagedIdentity));
    }

    /// <summary>The same, for an identity that the host states.</summary>
    public ManagedIdentityRequest For(ManagedIdentityId id) => new(Scope, Resource, id)
    {
        Present = Present,
        HasAlternatives = HasAlternatives,
        ContinuousAccess = ContinuousAccess,
        IsChallenged = IsChallenged,
        Rejected = Rejected,
    };

    /// <summary>An error about this request.</summary>
    public TokenError Error(TokenErrorKind kind, string message, string? anchor = null) =>
        new(kind, message) { Scope = Scope, ClientId = ClientId, HelpAnchor = anchor };

    /// <summary>Reports that the identity is absent. A chain then tries another credential, unless the program named an identity.</summary>
    public TokenResult Absent(TokenError error) => Id is null
        ? TokenResult.Unavailable(error)
        : TokenResult.Failed(new TokenError(
            error,
            $"{error.Message} The program asked for {Identity}, so no other credential takes its place: leave it out where it does not "
                + "exist, or name no identity."));

    private static string KindsOf(Func<ManagedIdentityIdKind, string?> selector)
    {
        (ManagedIdentityIdKind Kind, string Words)[] all =
        [
            (ManagedIdentityIdKind.ClientId, "client id"),
            (ManagedIdentityIdKind.ObjectId, "object id"),
            (ManagedIdentityIdKind.ResourceId, "resource id"),
        ];
        var known = all.Where(kind => selector(kind.Kind) is not null).Select(kind => kind.Words);
        return $"it takes no id of that kind. Name the identity by its {string.Join(" or ", known)}.";
    }
}
