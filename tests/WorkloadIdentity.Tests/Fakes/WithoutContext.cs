namespace WorkloadIdentity.Tests;

/// <summary>
/// Runs code as a program without a synchronization context does. A test has one: it keeps continuations from running inline, and work that
/// a test blocks on waits in it for other tests.
/// </summary>
internal static class WithoutContext
{
    public static T Run<T>(Func<T> work)
    {
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            return work();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }
}
