namespace WorkloadIdentity.IntegrationTests;

/// <summary>The tests in a browser run one after another: a page that is not in front is slowed down, and has no clipboard.</summary>
[CollectionDefinition(Name)]
public sealed class BrowserTests
{
    public const string Name = "Browser";
}
