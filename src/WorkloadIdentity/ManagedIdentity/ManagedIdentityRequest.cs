namespace WorkloadIdentity;

/// <summary>What a managed identity host is asked for, in its own terms.</summary>
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

    /// <summary>Whether other credentials wait behind this one.</summary>
    public bool HasAlternatives { get; init; }

    /// <summary>Whether the asker can answer claims challenges.</summary>
    public bool ContinuousAccess { get; init; }

    /// <summary>Whether an API demanded claims of the token it rejected.</summary>
    public bool IsChallenged { get; init; }

    /// <summary>The token an API rejected, for hosts that can be told.</summary>
    public AccessToken? Rejected { get; init; }

    /// <summary>The same, for an identity that the host states.</summary>
    public ManagedIdentityRequest For(ManagedIdentityId id) => new(Scope, Resource, id)
    {
        HasAlternatives = HasAlternatives,
        ContinuousAccess = ContinuousAccess,
        IsChallenged = IsChallenged,
        Rejected = Rejected,
    };

    /// <summary>An error about this request.</summary>
    public TokenError Error(TokenErrorKind kind, string message, string? anchor = null) =>
        new(kind, message) { Scope = Scope, ClientId = ClientId, HelpAnchor = anchor };

    /// <summary>
    /// "Not here": another credential may answer, unless the program named an identity, which nobody else may stand in for.
    /// </summary>
    public TokenResult Absent(TokenError error) => Id is null
        ? TokenResult.Unavailable(error)
        : TokenResult.Failed(error.WithMessage(
            $"{error.Message} The program asked for {Identity}, so no other credential takes its place: leave it out where it does not "
                + "exist, or name no identity."));
}
