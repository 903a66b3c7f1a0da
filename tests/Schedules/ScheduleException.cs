namespace WorkloadIdentity.Schedules;

/// <summary>A schedule did not end as it must.</summary>
internal sealed class ScheduleException(string message) : Exception(message);
