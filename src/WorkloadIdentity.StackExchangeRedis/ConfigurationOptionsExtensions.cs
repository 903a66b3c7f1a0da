using System.Net;
using StackExchange.Redis;
using StackExchange.Redis.Configuration;

namespace WorkloadIdentity.StackExchangeRedis;

/// <summary>Lets StackExchange.Redis log in with Entra tokens.</summary>
public static class ConfigurationOptionsExtensions
{
    /// <summary>
    /// Logs every connection in with the acquirer's current token as the password
    /// (<see href="https://learn.microsoft.com/azure/redis/entra-for-authentication">Entra authentication of Azure Managed Redis</see>),
    /// and authenticates open connections again when there is a newer token: a server closes a connection whose token has ended.
    /// </summary>
    /// <param name="options">
    /// The options of the connection, with their endpoints and TLS. They name no user and no password. The defaults for Azure's endpoints
    /// stay in force.
    /// </param>
    /// <param name="acquirer">Gets and caches the tokens. It must outlive the connection.</param>
    /// <param name="configure">Sets the options; called immediately.</param>
    /// <param name="cancellationToken">Ends the wait for the first token.</param>
    /// <returns><paramref name="options"/>.</returns>
    /// <exception cref="ArgumentException">An option is invalid.</exception>
    /// <exception cref="InvalidOperationException">The token would be sent unencrypted, or the options already have a login.</exception>
    /// <exception cref="TokenAcquisitionException">The first token could not be had.</exception>
    /// <remarks>
    /// The first token is got here, because StackExchange.Redis asks for a password on threads that must not wait. It gets a fresh one from
    /// the cache at each connection. With RESP2, subscriptions have a connection of their own, on which nothing can authenticate again: the
    /// server closes it when its token ends, and it is opened again with the current token. With RESP3 there is one connection.
    /// </remarks>
    public static async Task<ConfigurationOptions> UseWorkloadIdentityAsync(
        this ConfigurationOptions options, ITokenAcquirer acquirer, Action<RedisTokenOptions>? configure = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(acquirer);
        var settings = new RedisTokenOptions();
        configure?.Invoke(settings);
        var request = settings.Request();
        if (options.User is not null || options.Password is not null)
        {
            throw new InvalidOperationException(
                "The options of the Redis connection already have a user or a password, which would be sent in place of the token. Remove "
                    + $"it. To log in as a certain user, set {nameof(RedisTokenOptions)}.{nameof(RedisTokenOptions.User)}.");
        }

        if (!options.Ssl && !settings.AllowUnencryptedServer && !options.EndPoints.All(IsLocal))
        {
            throw new InvalidOperationException(
                "The Redis connection has no TLS, so anyone on the way could read the token. Set Ssl = true before "
                    + $"UseWorkloadIdentityAsync. If the network itself encrypts, set {nameof(RedisTokenOptions)}."
                    + $"{nameof(RedisTokenOptions.AllowUnencryptedServer)}.");
        }

        var first = await acquirer.GetTokenAsync(request, cancellationToken).ConfigureAwait(false);
        options.Defaults = Defaults(options, new RedisLogin(acquirer, request, first, settings));
        return options;
    }

    /// <summary>The defaults that StackExchange.Redis has for these endpoints, with the login.</summary>
    private static DefaultOptionsProvider Defaults(ConfigurationOptions options, RedisLogin login) => options.Defaults switch
    {
        AzureManagedRedisOptionsProvider => new AzureManagedRedisDefaults(login),
        AzureOptionsProvider => new AzureCacheDefaults(login),
        var defaults when defaults.GetType() == typeof(DefaultOptionsProvider) => new LoginDefaults(login),
        var defaults => throw new InvalidOperationException(
            $"The options of the Redis connection have defaults of their own ({defaults.GetType().Name}), which this login would replace. "
                + $"Set what they say on the options, and set Defaults = new {nameof(DefaultOptionsProvider)}()."),
    };

    /// <summary>Whether the endpoint is this machine: a literal loopback address or a Unix socket. A name may resolve to any.</summary>
    private static bool IsLocal(EndPoint endpoint) => endpoint switch
    {
        IPEndPoint { Address: var address } => IPAddress.IsLoopback(address),
        DnsEndPoint { Host: var host } => IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address),
        _ => endpoint.AddressFamily == System.Net.Sockets.AddressFamily.Unix,
    };
}
