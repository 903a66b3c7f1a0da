using Microsoft.Extensions.Logging;

namespace WorkloadIdentity.StackExchangeRedis;

/// <summary>The scope and the user of a Redis login. Read once, in <c>UseWorkloadIdentityAsync</c>.</summary>
public sealed class RedisTokenOptions
{
    /// <summary>The scope of Azure Managed Redis and Azure Cache for Redis.</summary>
    public const string AzureRedisScope = "https://redis.azure.com/.default";

    /// <summary>The scope of the tokens.</summary>
    /// <value>The default is <see cref="AzureRedisScope"/>.</value>
    public string Scope { get; set; } = AzureRedisScope;

    /// <summary>The tenant to get tokens in; null takes the credential's own.</summary>
    public string? TenantId { get; set; }

    /// <summary>The user to log in as; null takes the object id in the token (<c>oid</c>), as Azure expects.</summary>
    public string? User { get; set; }

    /// <summary>
    /// Whether a token may go to a server on another machine without TLS, because the network itself encrypts (a service mesh). The default
    /// is false.
    /// </summary>
    public bool AllowUnencryptedServer { get; set; }

    /// <summary>The clock that decides when connections are authenticated again.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>Logs a Warning when connections could not be authenticated again; null logs nothing.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    internal TokenRequest Request()
    {
        var request = new TokenRequest(Scope).RequireSendable(
            "the Redis server", "the scope of the Redis server", $"{nameof(RedisTokenOptions)}.{nameof(Scope)}");
        return TenantId is null ? request : request.ForTenant(TenantId);
    }
}
