using System.Data.Common;
using System.Net;
using Npgsql;

namespace WorkloadIdentity.Npgsql;

/// <summary>
/// A token in place of PostgreSQL's password. Azure's server reads it in clear text inside TLS, so the server must be verified as
/// carefully as an API.
/// </summary>
internal sealed class TokenPassword
{
    private readonly ITokenAcquirer _acquirer;
    private readonly TokenRequest _request;
    private readonly bool _allowUnverifiedServer;
    private readonly WorkloadEnvironment _environment;
    private readonly TimeProvider _timeProvider;

    private TokenPassword(ITokenAcquirer acquirer, NpgsqlTokenOptions options, WorkloadEnvironment environment, TimeProvider timeProvider)
    {
        _acquirer = acquirer;
        _request = options.Request();
        _allowUnverifiedServer = options.AllowUnverifiedServer;
        _environment = environment;
        _timeProvider = timeProvider;
    }

    public static TokenPassword Create(
        ITokenAcquirer acquirer,
        Action<NpgsqlTokenOptions>? configure,
        WorkloadEnvironment? environment = null,
        TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(acquirer);
        var options = new NpgsqlTokenOptions();
        configure?.Invoke(options);
        return new TokenPassword(acquirer, options, environment ?? WorkloadEnvironment.FromProcess(), timeProvider ?? TimeProvider.System);
    }

    /// <summary>
    /// Stops Npgsql from trying GSS encryption first, as version 10 does by default: a token would go to a server that TLS has not
    /// verified, and any failure would open a second connection and ask for a second token, whose error hides the first one's.
    /// </summary>
    public static void LeaveGssOut(NpgsqlConnectionStringBuilder connection)
    {
        // Npgsql's own ContainsKey says whether it knows a setting, not whether the setting was given.
        var given = new DbConnectionStringBuilder { ConnectionString = connection.ConnectionString };
        if (!given.ContainsKey("GSS Encryption Mode") && WorkloadEnvironment.FromProcess().Variable("PGGSSENCMODE") is null)
        {
            connection.GssEncryptionMode = GssEncryptionMode.Disable;
        }
    }

    /// <summary>For <c>Open</c>: blocks only while there is no unexpired token.</summary>
    public string Get(NpgsqlConnectionStringBuilder connection)
    {
        ThrowIfUnfit(connection);
        using var limit = Limit(connection);
        try
        {
            return _acquirer.GetToken(_request, limit.Token).Value;
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            throw TimedOut(connection.Timeout);
        }
    }

    public async ValueTask<string> GetAsync(NpgsqlConnectionStringBuilder connection, CancellationToken cancellationToken)
    {
        ThrowIfUnfit(connection);
        using var limit = Limit(connection);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return (await _acquirer.GetTokenAsync(_request, either.Token).AsTask().WaitAsync(either.Token).ConfigureAwait(false)).Value;
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw TimedOut(connection.Timeout);
        }
    }

    /// <summary>
    /// Npgsql checks its time limit before and after it asks for a password, but not in between. Zero means no limit, as in Npgsql.
    /// </summary>
    private CancellationTokenSource Limit(NpgsqlConnectionStringBuilder connection) =>
        new(connection.Timeout > 0 ? TimeSpan.FromSeconds(connection.Timeout) : Timeout.InfiniteTimeSpan, _timeProvider);

    /// <summary>
    /// Npgsql, and what retries above it, know a <see cref="TimeoutException"/>; who looks for the reason finds our exception in it.
    /// </summary>
    private TimeoutException TimedOut(int seconds)
    {
        var error = new TokenError(
            TokenErrorKind.TimedOut,
            $"No token for PostgreSQL came within {seconds} s, the Timeout of the connection string. "
            + "The connection waited for the token, not for the server. Find out why tokens take so long (the log, or wid doctor). "
            + "If it is the first token of a process, warm the identity up at start, or set a longer Timeout.")
        {
            Scope = _request.Scope,
            TenantId = _request.TenantId,
        };
        return new TimeoutException(error.Message, new TokenAcquisitionException(error));
    }

    private void ThrowIfUnfit(NpgsqlConnectionStringBuilder connection)
    {
        // Npgsql takes PGUSER where the connection string names nobody, and the name of this machine's user where both are empty.
        if (string.IsNullOrEmpty(connection.Username) && _environment.Variable("PGUSER") is null)
        {
            throw new InvalidOperationException(
                "Neither the connection string nor PGUSER names a user. Npgsql would send the name of this machine's user instead. "
                + "Add the Entra principal's name as the server knows it: Username=orders-api");
        }

        if (!_allowUnverifiedServer && connection.SslMode != SslMode.VerifyFull && !IsLocal(connection.Host))
        {
            throw new InvalidOperationException(
                $"The connection string has SSL Mode={connection.SslMode}, which does not verify the server, so the token would "
                    + $"be sent to any server that answers. Add SSL Mode=VerifyFull. If a callback of your own verifies the server, set "
                    + $"options.{nameof(NpgsqlTokenOptions.AllowUnverifiedServer)} = true in UseWorkloadIdentity.");
        }
    }

    /// <summary>
    /// Whether every host of the list is this machine: a literal loopback address, or the folder of a Unix socket. A name may resolve to
    /// any address.
    /// </summary>
    private static bool IsLocal(string? hosts) =>
        !string.IsNullOrWhiteSpace(hosts) && hosts.Split(',').All(entry => entry.Trim() is var host
            && (host.StartsWith('/') || host.StartsWith('@') || (Address(host) is { } address && IPAddress.IsLoopback(address))));

    // An entry of a list may carry a port, and an IPv6 address may stand in brackets.
    private static IPAddress? Address(string host) =>
        IPAddress.TryParse(host, out var address) ? address
        : IPEndPoint.TryParse(host, out var endPoint) ? endPoint.Address
        : null;
}
