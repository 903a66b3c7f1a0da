namespace WorkloadIdentity.KeyVault;

/// <summary>
/// Finds the version to use: the latest one that is enabled and within its validity. A vault's "current" version is the one made last,
/// whatever its state. So a new version can be prepared disabled, or with a start in the future, while the previous one is in use.
/// </summary>
internal static class VaultVersions
{
    /// <summary>
    /// The object in that version, as the vault describes it. If no version is within its validity, the latest enabled one: whoever uses it
    /// reports what is wrong with it.
    /// </summary>
    /// <param name="client">Sends the requests.</param>
    /// <param name="collection"><c>certificates</c> or <c>secrets</c>.</param>
    /// <param name="name">The object's name.</param>
    /// <param name="what">The object in words: <c>the certificate 'orders-api'</c>.</param>
    /// <param name="now">The time by the clock of the vault's options.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task<VaultAnswer> CurrentAsync(
        VaultClient client, string collection, string name, string what, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var newest = await client.GetEnabledAsync($"{collection}/{name}", what, cancellationToken).ConfigureAwait(false);
        if (newest is { Attributes: null or { IsEnabled: true } } && newest.Attributes?.IsInTime(now) != false)
        {
            return newest;
        }

        var versions =
            (await client.ListAsync($"{collection}/{name}/versions", $"the versions of {what}", cancellationToken).ConfigureAwait(false))
            .Select(entry => (
                Version: client.Vault.VersionIn(entry.Id, collection, name), Attributes: entry.Attributes ?? new VaultAttributes()))
            .Where(entry => entry is { Version: not null, Attributes.IsEnabled: true })
            .OrderByDescending(entry => entry.Attributes.IsInTime(now)).ThenByDescending(entry => entry.Attributes.CreatedOn)
            .ToList();
        return versions is [var (version, _), ..]
            ? await client.GetAsync($"{collection}/{name}/{version}", what, cancellationToken).ConfigureAwait(false)
            : throw client.Unusable(
                $"has no version of {what} that is enabled", TokenErrorKind.Refused, "Enable one, or make a new version.");
    }

    /// <summary>The version that an identifier of the object states.</summary>
    /// <param name="client">The vault.</param>
    /// <param name="member">The identifier's name in the response: <c>id</c>, <c>kid</c> or <c>sid</c>.</param>
    /// <param name="identifier">The identifier.</param>
    /// <param name="collection"><c>certificates</c>, <c>keys</c> or <c>secrets</c>.</param>
    /// <param name="name">The object's name.</param>
    /// <exception cref="TokenAcquisitionException">It is an identifier of something else.</exception>
    public static string Of(VaultClient client, string member, string? identifier, string collection, string name) =>
        client.Vault.VersionIn(identifier, collection, name)
        ?? throw client.Unusable($"returned a '{member}' that is not below /{collection}/{name}/ of this vault, which is never used");
}
