namespace WorkloadIdentity.Governance;

/// <summary>Whether a destination has a credential.</summary>
internal enum DestinationState
{
    /// <summary>It has it, unchanged.</summary>
    Held,

    /// <summary>It was never written there: nobody knows it.</summary>
    NeverWritten,

    /// <summary>It may have been there.</summary>
    Unknown,
}
