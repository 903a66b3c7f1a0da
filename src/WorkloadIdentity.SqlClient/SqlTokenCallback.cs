using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.Data.SqlClient;

namespace WorkloadIdentity.SqlClient;

/// <summary>
/// The callbacks that give SqlClient its tokens: one for each acquirer and request. The callback is a part of the key of a pool, so a new
/// one for each connection would mean a new pool for each connection.
/// </summary>
internal static class SqlTokenCallback
{
    // A cache: it forgets an acquirer with the acquirer.
    private static readonly ConditionalWeakTable<ITokenAcquirer, Callbacks> Known = [];

    public static Func<SqlAuthenticationParameters, CancellationToken, Task<SqlAuthenticationToken>> Of(
        ITokenAcquirer acquirer, TokenRequest? request) =>
        Known.GetValue(acquirer, static _ => new Callbacks()).GetOrAdd(
            request ?? new TokenRequest(SqlConnectionExtensions.AzureSqlScope),
            static (request, acquirer) => (_, cancellationToken) => GetTokenAsync(acquirer, request, cancellationToken),
            acquirer);

    private static async Task<SqlAuthenticationToken> GetTokenAsync(
        ITokenAcquirer acquirer, TokenRequest request, CancellationToken cancellationToken)
    {
        var token = await acquirer.GetTokenAsync(request, cancellationToken).ConfigureAwait(false);
        return new SqlAuthenticationToken(token.Value, token.ExpiresOn);
    }

    private sealed class Callbacks
        : ConcurrentDictionary<TokenRequest, Func<SqlAuthenticationParameters, CancellationToken, Task<SqlAuthenticationToken>>>;
}
