namespace WorkloadIdentity.Tests;

/// <summary>One at a time: a script that is being written while another test forks cannot be started ("text file busy").</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Tools
{
    public const string Name = "Tools";
}
