namespace WorkloadIdentity.IntegrationTests;

/// <summary>Azure.Identity reads the variables of the process, so these tests run alone.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
[System.Diagnostics.CodeAnalysis.SuppressMessage("Naming", "CA1711", Justification = "xunit calls it a collection.")]
public sealed class PeerCollection
{
    public const string Name = "Azure.Identity";
}
