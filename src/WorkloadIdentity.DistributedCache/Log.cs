using Microsoft.Extensions.Logging;

namespace WorkloadIdentity.DistributedCache;

/// <summary>Every message this package logs. Its ids are 5xx. docs/telemetry.md lists the ids of all packages.</summary>
internal static partial class Log
{
    public const string Category = "WorkloadIdentity";

    [LoggerMessage(
        500,
        LogLevel.Warning,
        "The second level failed while {Doing}. {Reason} It is left alone for {Rest}; meanwhile tokens come from the credential.")]
    public static partial void SecondLevelRests(ILogger logger, string doing, string reason, TimeSpan rest);

    [LoggerMessage(501, LogLevel.Warning, "A value in the second level cannot be used and counts as a miss. {Reason}")]
    public static partial void SecondLevelValueUnusable(ILogger logger, string reason);

    [LoggerMessage(502, LogLevel.Information, "The second level answers again ({Doing}).")]
    public static partial void SecondLevelAnswersAgain(ILogger logger, string doing);

    [LoggerMessage(503, LogLevel.Debug, "The second level was asked for a token: {Outcome}.")]
    public static partial void SecondLevelAsked(ILogger logger, string outcome);

    [LoggerMessage(
        504,
        LogLevel.Warning,
        "A call to the second level that had been given up while {Doing} failed later: {Cause}. Its settings are the place to look.")]
    public static partial void SecondLevelFailedLate(ILogger logger, string doing, string cause);

    [LoggerMessage(
        505,
        LogLevel.Warning,
        "The second level failed for some entries while {Doing}, and answers for others. {Reason} Those rest, each for {Rest} at first.")]
    public static partial void SecondLevelRestsInPart(ILogger logger, string doing, string reason, TimeSpan rest);
}
