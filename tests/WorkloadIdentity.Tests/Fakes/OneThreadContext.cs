namespace WorkloadIdentity.Tests;

/// <summary>Never runs what is posted to it: its one thread is busy waiting.</summary>
internal sealed class OneThreadContext : SynchronizationContext
{
    public override void Post(SendOrPostCallback d, object? state)
    {
    }
}
