using Microsoft.Extensions.Logging;

namespace WorkloadIdentity.StackExchangeRedis;

/// <summary>Every message this package logs. Its ids are 52x. docs/telemetry.md lists the ids of all packages.</summary>
internal static partial class Log
{
    public const string Category = "WorkloadIdentity";

    [LoggerMessage(
        520,
        LogLevel.Warning,
        "The Redis connections could not be authenticated with a new token for {Scope}. They go on until the token in use ends at "
            + "{ExpiresOn}; the next attempt follows shortly. {Reason}")]
    public static partial void NotAuthenticatedAgain(ILogger logger, string scope, DateTimeOffset expiresOn, string reason);
}
