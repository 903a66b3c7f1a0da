namespace WorkloadIdentity.IntegrationTests;

/// <summary>
/// The system's clock, except that no time seems to pass between two readings: what is remembered for seconds is remembered throughout a
/// test.
/// </summary>
internal sealed class StoppedStopwatch : TimeProvider
{
    public override long GetTimestamp() => 0;
}
