namespace WorkloadIdentity.Tests;

/// <summary>Runs code as a program without a synchronization context would. A test has one, and continuations do not run inline in it.</summary>
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
