using Microsoft.EntityFrameworkCore;
using WorkloadIdentity.SqlClient;

namespace WorkloadIdentity.EntityFrameworkCore;

/// <summary>Lets EF Core log in to Azure SQL or SQL Server with Entra tokens.</summary>
public static class DbContextOptionsBuilderExtensions
{
    /// <summary>
    /// Logs every connection that the context opens in with the acquirer's current token. Call it beside <c>UseSqlServer</c>. It works with
    /// contexts from a pool or a factory.
    /// </summary>
    /// <param name="options">The options of the context.</param>
    /// <param name="acquirer">Gets and caches the tokens.</param>
    /// <param name="request">What the tokens are for; null takes <see cref="SqlConnectionExtensions.AzureSqlScope"/>.</param>
    /// <param name="allowUnverifiedServer">
    /// Whether a token may go to a server that the connection string does not verify:
    /// <see cref="SqlConnectionExtensions.UseWorkloadIdentity"/>.
    /// </param>
    /// <returns><paramref name="options"/>.</returns>
    /// <exception cref="ArgumentException">The token is itself a credential, or bound to a certificate.</exception>
    /// <remarks>A connection that has an <c>AccessTokenCallback</c> already, or is not one of SqlClient, is left alone.</remarks>
    public static DbContextOptionsBuilder UseWorkloadIdentity(
        this DbContextOptionsBuilder options, ITokenAcquirer acquirer, TokenRequest? request = null, bool allowUnverifiedServer = false)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(acquirer);
        request?.RequireSendable("the database server", "the scope of the database server", nameof(request));
        return options.AddInterceptors(new LoginInterceptor(acquirer, request, allowUnverifiedServer));
    }
}
