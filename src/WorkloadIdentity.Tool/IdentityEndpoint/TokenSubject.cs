namespace WorkloadIdentity.Tool;

/// <summary>Whose token it is, under the ids that a caller can select an identity with.</summary>
internal sealed record TokenSubject(string? ClientId, string? ObjectId, string? ResourceId)
{
    /// <summary>
    /// Reads the subject from the token, because APIs see the same. If the token cannot be read, the credential's client id is left. The
    /// client of a user's token, such as the Azure CLI, is not the identity.
    /// </summary>
    public static TokenSubject Of(AccessToken token) =>
        UnverifiedJwt.TryRead(token.Value)?.Claims is not { } claims ? new(token.ClientId, null, null)
        : ShownClaims.IsOfUser(claims) ? new(null, claims.Text("oid"), null)
        : new(claims.Text("appid") ?? claims.Text("azp"), claims.Text("oid"), claims.Text("xms_mirid"));

    /// <summary>Whether a query means this identity: it names none, or this one.</summary>
    public bool IsMeantBy(TokenQuery query)
    {
        var id = query.Selector switch
        {
            TokenQuery.ClientId => ClientId,
            TokenQuery.ObjectId => ObjectId,
            TokenQuery.ResourceId => ResourceId,
            _ => null,
        };
        return query.Selector is null || (id is { Length: > 0 } && id.Equals(query.Identity, StringComparison.OrdinalIgnoreCase));
    }
}
