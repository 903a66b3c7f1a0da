using System.Net;
using Microsoft.Data.SqlClient;

namespace WorkloadIdentity.SqlClient;

/// <summary>Lets a connection to Azure SQL or SQL Server log in with Entra tokens.</summary>
public static class SqlConnectionExtensions
{
    /// <summary>The scope of Azure SQL in the public cloud.</summary>
    public const string AzureSqlScope = "https://database.windows.net/.default";

    /// <summary>
    /// Logs the connection in with the acquirer's current token
    /// (<see href="https://learn.microsoft.com/azure/azure-sql/database/authentication-aad-overview">Entra authentication of Azure
    /// SQL</see>). Call it before the connection is opened. Connections with the same connection string, acquirer and request share a pool.
    /// </summary>
    /// <param name="connection">
    /// Its connection string names no user, no password and no <c>Authentication</c>, and verifies the server, as it does by default.
    /// </param>
    /// <param name="acquirer">Gets and caches the tokens. With an unexpired token, opening a connection sends no token request.</param>
    /// <param name="request">What the tokens are for; null takes <see cref="AzureSqlScope"/>.</param>
    /// <param name="allowUnverifiedServer">
    /// Whether a token may go to a server on another machine that the connection string does not verify (<c>TrustServerCertificate=true</c>
    /// or <c>Encrypt=Optional</c>).
    /// </param>
    /// <returns><paramref name="connection"/>.</returns>
    /// <exception cref="ArgumentException">The token is itself a credential, or bound to a certificate.</exception>
    /// <exception cref="InvalidOperationException">
    /// The connection string does not verify the server, or has another way to log in.
    /// </exception>
    /// <remarks>
    /// Without a token, <c>Open</c> and <c>OpenAsync</c> fail with a <see cref="SqlException"/> or the
    /// <see cref="TokenAcquisitionException"/> itself, as the driver decides; the exception says why there is none. The server looks at the
    /// token only at login: connections in the pool go on when it ends.
    /// </remarks>
    public static SqlConnection UseWorkloadIdentity(
        this SqlConnection connection, ITokenAcquirer acquirer, TokenRequest? request = null, bool allowUnverifiedServer = false)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(acquirer);
        request?.RequireSendable("the database server", "the scope of the database server", nameof(request));

        var settings = new SqlConnectionStringBuilder(connection.ConnectionString);
        var isUnverified = settings.Encrypt != SqlConnectionEncryptOption.Strict
            && (settings.TrustServerCertificate || settings.Encrypt == SqlConnectionEncryptOption.Optional);
        if (isUnverified && !allowUnverifiedServer && !IsLocal(settings.DataSource))
        {
            throw new InvalidOperationException(
                "The connection string has TrustServerCertificate=true or Encrypt=Optional, which does not verify the server, so the token "
                    + "would be sent to any server that answers. Remove them: by default the server is verified. If the network itself "
                    + $"protects the connection, pass {nameof(allowUnverifiedServer)}: true.");
        }

        connection.AccessTokenCallback = SqlTokenCallback.Of(acquirer, request);
        return connection;
    }

    /// <summary>Whether the server is a literal loopback address. A name may resolve to any address.</summary>
    private static bool IsLocal(string server)
    {
        var host = server.StartsWith("tcp:", StringComparison.OrdinalIgnoreCase) ? server["tcp:".Length..] : server;
        return IPAddress.TryParse(host.Split(',', '\\')[0].Trim(), out var address) && IPAddress.IsLoopback(address);
    }
}
