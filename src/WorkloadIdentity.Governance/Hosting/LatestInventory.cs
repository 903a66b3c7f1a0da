namespace WorkloadIdentity.Governance;

/// <summary>
/// The inventory that the background reading got last (<c>AddBackgroundInventory</c>). Inject it. Safe for concurrent use.
/// </summary>
public sealed class LatestInventory
{
    private volatile TenantInventory? _value;

    /// <summary>
    /// Raised after each reading, on the thread of the reading. A handler that throws is logged, and does not end the readings.
    /// </summary>
    public event EventHandler? Changed;

    /// <summary>The inventory; null until the first reading has ended.</summary>
    public TenantInventory? Value => _value;

    internal void Set(TenantInventory inventory)
    {
        _value = inventory;
        Changed?.Invoke(this, EventArgs.Empty);
    }
}
