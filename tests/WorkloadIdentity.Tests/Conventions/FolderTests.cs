namespace WorkloadIdentity.Tests;

/// <summary>The folders of the main package depend on each other in one direction.</summary>
public sealed class FolderTests
{
    private static readonly Lazy<SourceGraph> Graph =
        new(() => SourceGraph.Read(Path.Combine(Repository.Root, "src", "WorkloadIdentity")));

    [Fact]
    public void No_folders_depend_on_each_other()
    {
        var cycles = Graph.Value.FolderCycles();

        Assert.True(cycles.Count == 0, Explain(cycles));
    }

    [Fact]
    public void The_graph_sees_the_folders_and_their_references()
    {
        var edges = Graph.Value.FolderEdges().Select(edge => (edge.From, edge.To)).ToList();

        Assert.Contains(("Http", "Acquirer"), edges);
        Assert.Contains(("Acquirer", "(root)"), edges);
        Assert.Contains(("(root)", "Parsing"), edges);
    }

    private static string Explain(IReadOnlyList<IReadOnlyList<string>> cycles)
    {
        var members = cycles.SelectMany(cycle => cycle).ToHashSet();
        var references = Graph.Value.FolderEdges()
            .Where(edge => members.Contains(edge.From) && members.Contains(edge.To))
            .Select(edge => $"{edge.From} -> {edge.To}: {string.Join("; ", edge.Examples.Take(3))}");
        return $"These folders need each other. Move a type, or pass what is needed as an argument.\n{string.Join('\n', references)}";
    }
}
