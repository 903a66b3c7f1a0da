using Microsoft.Extensions.Logging;

namespace WorkloadIdentity.Azure;

/// <summary>Every message this package logs. Its ids are 22x. docs/telemetry.md lists the ids of all packages.</summary>
internal static partial class Log
{
    public const string Category = "WorkloadIdentity";

    [LoggerMessage(
        220, LogLevel.Information,
        "An Azure client asked for tokens with proof of possession. It gets bearer tokens: this library supports no others.")]
    public static partial void BearerInstead(ILogger logger);
}
