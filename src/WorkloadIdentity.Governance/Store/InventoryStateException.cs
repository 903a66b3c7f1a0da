namespace WorkloadIdentity.Governance;

/// <summary>A state file cannot be used: it is of another tenant, or another reading uses it. The message says what to do.</summary>
public sealed class InventoryStateException : Exception
{
    internal InventoryStateException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
