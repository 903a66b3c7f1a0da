namespace WorkloadIdentity;

/// <summary>How many entries a cache has.</summary>
internal interface IEntryCounts
{
    /// <summary>Entries of the application.</summary>
    int Count { get; }

    /// <summary>Entries of users.</summary>
    int UserCount { get; }
}
