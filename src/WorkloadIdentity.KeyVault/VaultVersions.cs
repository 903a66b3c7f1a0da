using System.Text.Json;

namespace WorkloadIdentity.KeyVault;

/// <summary>
/// Finds the version to use: the latest that is enabled and within its times. A vault's "current" version is the one made last, whatever
/// its state, so that a new one can be prepared disabled, or with a start in the future, while the one before goes on being used.
/// </summary>
internal static class VaultVersions
{
    /// <summary>
    /// The object in that version, as the vault describes it. Where none is within its times, the latest enabled one: whoever uses it says
    /// what is wrong with it.
    /// </summary>
    /// <param name="client">Asks.</param>
    /// <param name="collection"><c>certificates</c> or <c>secrets</c>.</param>
    /// <param name="name">Of the object.</param>
    /// <param name="what">In words: <c>the certificate 'orders-api'</c>.</param>
    /// <param name="now">By the clock of the vault's options.</param>
    /// <param name="cancellationToken">The reading's.</param>
    public static async Task<JsonElement> CurrentAsync(
        VaultClient client, string collection, string name, string what, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var newest = await client.GetEnabledAsync($"{collection}/{name}", what, cancellationToken).ConfigureAwait(false);
        if (newest is { } current && VaultAttributes.Of(current) is { IsEnabled: true } attributes && attributes.IsInTime(now))
        {
            return current;
        }

        var versions =
            (await client.ListAsync($"{collection}/{name}/versions", $"the versions of {what}", cancellationToken).ConfigureAwait(false))
            .Select(entry => (Version: client.Vault.VersionIn(entry.Text("id"), collection, name), Attributes: VaultAttributes.Of(entry)))
            .Where(entry => entry is { Version: not null, Attributes.IsEnabled: true })
            .OrderByDescending(entry => entry.Attributes.IsInTime(now)).ThenByDescending(entry => entry.Attributes.CreatedOn)
            .ToList();
        return versions is [var (version, _), ..]
            ? await client.GetAsync($"{collection}/{name}/{version}", what, cancellationToken).ConfigureAwait(false)
            : throw client.Unusable(
                $"has no version of {what} that is enabled", TokenErrorKind.Refused, "Enable one, or make a new version.");
    }

    /// <summary>What the object's identifier says its version is.</summary>
    /// <exception cref="TokenAcquisitionException">It is an identifier of something else.</exception>
    public static string Of(VaultClient client, JsonElement element, string member, string collection, string name) =>
        client.Vault.VersionIn(element.Text(member), collection, name)
        ?? throw client.Unusable(
            $"answered with a '{member}' that is not below /{collection}/{name}/ of this vault, which is never followed");
}
