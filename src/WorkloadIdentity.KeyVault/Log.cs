using Microsoft.Extensions.Logging;

namespace WorkloadIdentity.KeyVault;

/// <summary>Every message this package logs. Its ids are 212 to 219. docs/telemetry.md lists the ids of all packages.</summary>
internal static partial class Log
{
    public const string Category = "WorkloadIdentity";

    [LoggerMessage(212, LogLevel.Warning, "{Item} could not be read again. The version that was read on {ReadOn:u} stays in use. {Error}")]
    public static partial void VaultItemKept(ILogger logger, string item, DateTimeOffset readOn, TokenError error);
}
