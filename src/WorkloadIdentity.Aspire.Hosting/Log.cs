using Microsoft.Extensions.Logging;

namespace WorkloadIdentity.Aspire.Hosting;

/// <summary>Every log message of this package. The dashboard shows them as the log of the emulator.</summary>
internal static partial class Log
{
    [LoggerMessage(700, LogLevel.Information, "{Line}")]
    public static partial void Started(ILogger logger, string line);

    [LoggerMessage(701, LogLevel.Error, "The emulator could not start. Check that its port is free and that its secrets have values.")]
    public static partial void NotStarted(ILogger logger, Exception exception);
}
