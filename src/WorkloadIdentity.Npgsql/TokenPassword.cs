using System.Net;
using Npgsql;

namespace WorkloadIdentity.Npgsql;

/// <summary>A token where PostgreSQL expects a password. Azure's server asks for it in clear text inside of TLS, so who the server is matters as much as for an API.</summary>
internal sealed class TokenPassword
{
    private readonly ITokenAcquirer _acquirer;
    private readonly TokenRequest _request;
    private readonly bool _allowUnverifiedServer;

    private TokenPassword(ITokenAcquirer acquirer, NpgsqlTokenOptions options)
    {
        _acquirer = acquirer;
        _request = options.Request();
        _allowUnverifiedServer = options.AllowUnverifiedServer;
    }

    public static TokenPassword Create(ITokenAcquirer acquirer, Action<NpgsqlTokenOptions>? configure)
    {
        ArgumentNullException.ThrowIfNull(acquirer);
        var options = new NpgsqlTokenOptions();
        configure?.Invoke(options);
        return new TokenPassword(acquirer, options);
    }

    /// <summary>For <c>Open</c>: blocks only while no token lives.</summary>
    public string Get(NpgsqlConnectionStringBuilder connection)
    {
        ThrowIfUnfit(connection);
        return Blocking.Wait(() => _acquirer.GetTokenAsync(_request, CancellationToken.None)).Value;
    }

    public async ValueTask<string> GetAsync(NpgsqlConnectionStringBuilder connection, CancellationToken cancellationToken)
    {
        ThrowIfUnfit(connection);
        return (await _acquirer.GetTokenAsync(_request, cancellationToken).ConfigureAwait(false)).Value;
    }

    private void ThrowIfUnfit(NpgsqlConnectionStringBuilder connection)
    {
        if (string.IsNullOrEmpty(connection.Username))
        {
            throw new InvalidOperationException(
                "The connection string names no user, and the name of this machine's would be sent in its place. Add the Entra principal's name as the server knows it: Username=orders-api");
        }

        if (!_allowUnverifiedServer && connection.SslMode != SslMode.VerifyFull && !IsLocal(connection.Host))
        {
            throw new InvalidOperationException(
                $"The connection string has SSL Mode={connection.SslMode}, which does not verify who the server is, and the token would be sent to whoever answers. Add SSL Mode=VerifyFull; "
                + $"where a callback of your own verifies the server, set options.{nameof(NpgsqlTokenOptions.AllowUnverifiedServer)} = true in UseWorkloadIdentity.");
        }
    }

    /// <summary>Every host of the list is this machine: a literal loopback address, or the folder of a Unix socket. A name could be resolved to anything.</summary>
    private static bool IsLocal(string? hosts) =>
        !string.IsNullOrWhiteSpace(hosts) && hosts.Split(',').All(entry => entry.Trim() is var host
            && (host.StartsWith('/') || host.StartsWith('@') || (Address(host) is { } address && IPAddress.IsLoopback(address))));

    // An entry of a list may carry a port, and an IPv6 address may stand in brackets.
    private static IPAddress? Address(string host) =>
        IPAddress.TryParse(host, out var address) ? address
        : IPEndPoint.TryParse(host, out var endPoint) ? endPoint.Address
        : null;
}
