using Microsoft.Extensions.Logging;

namespace WorkloadIdentity.Governance;

/// <summary>Every message this package logs. Its ids are 510 to 519. docs/telemetry.md lists the ids of all packages.</summary>
internal static partial class Log
{
    public const string Category = "WorkloadIdentity";

    [LoggerMessage(510, LogLevel.Debug, "The tenant was read: {Identities} identities, {Requests} requests.")]
    public static partial void InventoryRead(ILogger logger, int identities, int requests);

    [LoggerMessage(
        511,
        LogLevel.Warning,
        "The tenant could not be read. The last inventory stays in use; the next reading is in {Interval}. {Reason}")]
    public static partial void InventoryFailed(ILogger logger, TimeSpan interval, string reason);

    [LoggerMessage(
        512,
        LogLevel.Error,
        "A handler of LatestInventory.Changed failed. LatestInventory.Value has the new inventory, and the readings go on. Handlers after "
            + "it were not called. Catch the exception in the handler.")]
    public static partial void HandlerFailed(ILogger logger, Exception exception);

    [LoggerMessage(513, LogLevel.Information, "A rotation was carried on. {Target}: {Outcomes}.")]
    public static partial void RotationMade(ILogger logger, string target, string outcomes);

    [LoggerMessage(514, LogLevel.Warning, "The plan of a rotation was not carried out ({Outcome}). {Target}: {Reason}")]
    public static partial void RotationNotMade(ILogger logger, string target, string outcome, string reason);

    [LoggerMessage(515, LogLevel.Warning, "The rotation of {ClientId} could not go on. The next attempt is in {Interval}. {Reason}")]
    public static partial void RotationFailed(ILogger logger, string clientId, TimeSpan interval, string reason);

    [LoggerMessage(516, LogLevel.Debug, "Nothing is due in a rotation. {Target}: {Reason}")]
    public static partial void RotationWaits(ILogger logger, string target, string reason);

    [LoggerMessage(
        517,
        LogLevel.Error,
        "An IChangeAudit could not record the plan of a rotation ({Record}). What was changed stays so. Mend the audit, and add the record "
            + "by hand.")]
    public static partial void AuditFailed(ILogger logger, Exception exception, string record);
}
