using Npgsql;

namespace WorkloadIdentity.Npgsql;

/// <summary>Lets a data source log in with Entra tokens.</summary>
public static class NpgsqlDataSourceBuilderExtensions
{
    /// <summary>
    /// Logs every new physical connection in with the acquirer's current token as the password
    /// (<see href="https://learn.microsoft.com/azure/postgresql/flexible-server/security-entra-configure">Entra authentication of Azure
    /// Database for PostgreSQL</see>). The token is looked at at login alone: pooled connections live on, and each new one takes a token
    /// that is fresh at that moment.
    /// </summary>
    /// <param name="builder">
    /// Its connection string, or <c>PGUSER</c>, names the user: the Entra principal as it is known to the server. It names no password, and
    /// verifies the server (<c>SSL Mode=VerifyFull</c>).
    /// </param>
    /// <param name="acquirer">Gets and caches the tokens. With an unexpired token, opening a connection sends no token request.</param>
    /// <param name="configure">Sets the options; called immediately.</param>
    /// <exception cref="ArgumentException">An option is invalid.</exception>
    /// <remarks>
    /// A connection string that could give the token away, or no user, fails when a connection is opened, before a token is asked for. What
    /// the acquirer throws comes out of <c>OpenAsync</c> as the inner exception of an <see cref="NpgsqlException"/>. A token that does not
    /// come within the connection string's <c>Timeout</c> is a <see cref="TimeoutException"/> there, which says that the token was missing.
    /// GSS encryption, which Npgsql would try before TLS, is left out unless the connection string or <c>PGGSSENCMODE</c> asks for it: TLS
    /// is what verifies the server here.
    /// </remarks>
    public static NpgsqlDataSourceBuilder UseWorkloadIdentity(
        this NpgsqlDataSourceBuilder builder, ITokenAcquirer acquirer, Action<NpgsqlTokenOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var password = TokenPassword.Create(acquirer, configure);
        TokenPassword.LeaveGssOut(builder.ConnectionStringBuilder);
        return builder.UsePasswordProvider(password.Get, password.GetAsync);
    }

    /// <inheritdoc cref="UseWorkloadIdentity(NpgsqlDataSourceBuilder, ITokenAcquirer, Action{NpgsqlTokenOptions})"/>
    public static NpgsqlSlimDataSourceBuilder UseWorkloadIdentity(
        this NpgsqlSlimDataSourceBuilder builder, ITokenAcquirer acquirer, Action<NpgsqlTokenOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var password = TokenPassword.Create(acquirer, configure);
        TokenPassword.LeaveGssOut(builder.ConnectionStringBuilder);
        return builder.UsePasswordProvider(password.Get, password.GetAsync);
    }
}
