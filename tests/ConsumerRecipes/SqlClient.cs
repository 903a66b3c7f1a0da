using Microsoft.Data.SqlClient;
using WorkloadIdentity;

namespace ConsumerRecipes;

internal sealed class OrdersDatabase(ITokenAcquirer acquirer, string connectionString)
{
    private static readonly TokenRequest Request = new("https://database.windows.net/.default");

    // One delegate for all connections: it is part of the pool's key, and a new one each time would mean a new pool each time.
    private readonly Func<SqlAuthenticationParameters, CancellationToken, Task<SqlAuthenticationToken>> _getToken =
        async (_, cancellationToken) =>
    {
        var token = await acquirer.GetTokenAsync(Request, cancellationToken);
        return new SqlAuthenticationToken(token.Value, token.ExpiresOn);
    };

    public async Task<SqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = new SqlConnection(connectionString) { AccessTokenCallback = _getToken };
        await connection.OpenAsync(cancellationToken);
        return connection;
    }
}
