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
    public void No_folders_of_the_governance_package_depend_on_each_other()
    {
        var graph = SourceGraph.Read(Path.Combine(Repository.Root, "src", "WorkloadIdentity.Governance"));

        Assert.Equal([], graph.FolderCycles().Select(cycle => string.Join(", ", cycle)));
        Assert.Contains(graph.FolderEdges(), edge => edge is { From: "Report", To: "Review" });
    }

    /// <summary>The files that need each other, and why they do. A type in several files counts as a cycle of these files.</summary>
    private static readonly (string Reason, string[] Files)[] KnownFileCycles =
    [
        ("one type in three files: the hit, the acquisition, the renewal",
            ["Acquirer/TokenCacheEntry.cs", "Acquirer/TokenCacheEntry.Hit.cs", "Acquirer/TokenCacheEntry.Renewal.cs"]),
        ("one type in three files: the message, its renewal, the same for synchronous callers",
            ["Http/AccessTokenHandler.cs", "Http/AccessTokenHandler.Renewal.cs", "Http/AccessTokenHandler.Synchronous.cs"]),
        ("a member's credential is made from the options, which list the members",
            ["DefaultChain/DefaultChainMember.cs", "DefaultChain/DefaultCredentialsOptions.cs"]),
        ("the options take a function that is given the dependencies, and these read the options",
            ["DependencyInjection/CredentialDependencies.cs", "DependencyInjection/WorkloadIdentityOptions.cs"]),
        ("a federated credential in configuration may contain a whole identity, which may be federated",
            [
                "DependencyInjection/CredentialKind.cs", "DependencyInjection/FederatedKind.cs", "DependencyInjection/IdentitySection.cs",
            ]),
        ("the allowed origins judge an address by who issued it, and the address knows whose origins it was issued for",
            ["Http/AllowedOrigins.cs", "Http/OriginalUri.cs"]),
        ("a file's content is a value that the environment reads, and its limit is the environment's",
            ["Platform/FileContent.cs", "Platform/FileReads.cs", "Platform/WorkloadEnvironment.cs"]),
        ("a value that is Base64 of Base64 is read again as content",
            ["ClientAuthentication/CertificateContent.cs", "ClientAuthentication/KeyMaterial.cs"]),
        ("a signing certificate puts its chain in order, by which certificates are valid",
            ["ClientAuthentication/CertificateChain.cs", "ClientAuthentication/SigningCertificate.cs"]),
        ("the table of hosts makes this one, which asks the table whether it is App Service",
            ["ManagedIdentity/AppServiceHost.cs", "ManagedIdentity/ManagedIdentityHostTable.cs"]),
        ("a host reads its variables, whose check knows the base class and one host's version",
            [
                "ManagedIdentity/ContainerInstancesHost.cs", "ManagedIdentity/HostVariable.cs", "ManagedIdentity/ManagedIdentityHost.cs",
            ]),
    ];

    [Fact]
    public void No_more_than_three_files_depend_on_each_other_and_each_cycle_has_a_reason()
    {
        var unknown = Graph.Value.FileCycles()
            .Where(cycle => cycle.Count > 3 || !KnownFileCycles.Any(known => cycle.All(known.Files.Contains)));

        Assert.Equal([], unknown.Select(cycle => string.Join(", ", cycle)));
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
