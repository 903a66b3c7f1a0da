namespace WorkloadIdentity.Governance;

/// <summary>What became of a plan.</summary>
public enum ChangeOutcome
{
    /// <summary>All its changes were made.</summary>
    Made,

    /// <summary>It was not approved.</summary>
    NotApproved,

    /// <summary>A change was refused, because it would do harm.</summary>
    Refused,

    /// <summary>It failed. Some of its changes may have been made; the next plan has what is left.</summary>
    Failed,
}
