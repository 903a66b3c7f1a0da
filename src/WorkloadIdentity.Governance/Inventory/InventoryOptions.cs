namespace WorkloadIdentity.Governance;

/// <summary>How a tenant is read. Read once, when the reader is constructed.</summary>
public sealed class InventoryOptions
{
    /// <summary>
    /// The folder of state files, one file for each tenant; null keeps nothing between readings, and a cancelled reading starts again.
    /// Files hold names and ids, and no secrets. Only their owner may read them (mode 0600; on Windows, the rights of the folder).
    /// </summary>
    public string? StateFolder { get; set; }

    /// <summary>
    /// How old a section of the state may be. Applications, service principals and consents are always brought up to date.
    /// </summary>
    /// <value>Zero or more. The default is 24 hours.</value>
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromHours(24);

    /// <summary>Whether everything is read again, whatever the state has.</summary>
    public bool Fresh { get; set; }

    internal InventoryOptions Checked() =>
        MaxAge >= TimeSpan.Zero
            ? (InventoryOptions)MemberwiseClone()
            : throw new ArgumentException("InventoryOptions.MaxAge must be zero or more.", nameof(MaxAge));
}
