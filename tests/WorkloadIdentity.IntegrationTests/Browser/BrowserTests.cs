namespace WorkloadIdentity.IntegrationTests;

/// <summary>The tests in a browser run alone: a page that is not in front is slowed down, and has no clipboard.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class BrowserTests
{
    public const string Name = "Browser";
}
