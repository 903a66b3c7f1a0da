using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace WorkloadIdentity.Tests;

/// <summary>Which source file names a type or member of which other, read with the compiler. Documentation comments do not count.</summary>
internal sealed class SourceGraph
{
    private readonly HashSet<(string From, string To)> _edges = [];
    private readonly SortedDictionary<(string From, string To), string> _examples = [];

    private SourceGraph(IReadOnlyList<string> files) => Files = files;

    /// <summary>Paths below the folder that was read.</summary>
    public IReadOnlyList<string> Files { get; }

    /// <summary>Reads every C# file below <paramref name="folder"/>.</summary>
    public static SourceGraph Read(string folder)
    {
        var paths = Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToList();
        var options = new CSharpParseOptions(LanguageVersion.Preview);
        var trees =
            paths.Select(path =>
                CSharpSyntaxTree.ParseText(File.ReadAllText(path), options, Path.GetRelativePath(folder, path).Replace('\\', '/')))
                    .ToList();
        var usings = CSharpSyntaxTree.ParseText(string.Concat(ImplicitUsings.Select(name => $"global using {name};\n")), options, "");
        List<AssemblyMetadata> needed = [.. Needed(Path.GetFileName(folder)).Select(AssemblyMetadata.CreateFromFile)];
        try
        {
            return Of(trees, CSharpCompilation.Create(
                "read",
                [.. trees, usings],
                needed.Select(assembly => assembly.GetReference()),
                new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary)));
        }
        finally
        {
            needed.ForEach(assembly => assembly.Dispose());
        }
    }

    private static SourceGraph Of(List<SyntaxTree> trees, CSharpCompilation compilation)
    {
        var graph = new SourceGraph([.. trees.Select(tree => tree.FilePath)]);
        foreach (var tree in trees)
        {
            graph.Add(tree, compilation.GetSemanticModel(tree));
        }

        return graph;
    }

    /// <summary>
    /// What a package is compiled against, and what that needs. With every assembly of this process, a compilation would take several times
    /// the memory.
    /// </summary>
    private static IEnumerable<string> Needed(string package)
    {
        var paths = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .DistinctBy(Path.GetFileNameWithoutExtension)
            .ToDictionary(path => Path.GetFileNameWithoutExtension(path)!);
        var needed = new HashSet<string>();
        var waiting = new Queue<string>([package]);
        while (waiting.TryDequeue(out var name))
        {
            if (paths.TryGetValue(name, out var path) && needed.Add(name))
            {
                using var file = new PEReader(File.OpenRead(path));
                var metadata = file.GetMetadataReader();
                foreach (var reference in metadata.AssemblyReferences)
                {
                    waiting.Enqueue(metadata.GetString(metadata.GetAssemblyReference(reference).Name));
                }
            }
        }

        return needed.Where(name => !name.StartsWith("WorkloadIdentity", StringComparison.Ordinal)).Select(name => paths[name]);
    }

    private static readonly string[] ImplicitUsings =
    [
        "System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Net.Http", "System.Threading",
        "System.Threading.Tasks",
    ];

    /// <summary>The groups of files that need each other, the largest first.</summary>
    public IReadOnlyList<IReadOnlyList<string>> FileCycles() => Cycles(Files, _edges);

    /// <summary>
    /// The groups of folders that need each other. A file's folder is the first part of its path; "(root)" for files in none.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<string>> FolderCycles() =>
        Cycles([.. Files.Select(Folder).Distinct()], [.. _edges.Select(edge => (Folder(edge.From), Folder(edge.To)))]);

    /// <summary>What each folder needs, and the first reference that says so.</summary>
    public IEnumerable<(string From, string To, IReadOnlyList<string> Examples)> FolderEdges() =>
        from edge in _edges
        let folders = (From: Folder(edge.From), To: Folder(edge.To))
        where folders.From != folders.To
        group edge by folders into each
        orderby each.Key.From, each.Key.To
        select (each.Key.From, each.Key.To,
            (IReadOnlyList<string>)[.. each.Select(edge => $"{edge.From} -> {edge.To} ({_examples[edge]})").Order(StringComparer.Ordinal)]);

    public static string Folder(string file) => file.IndexOf('/', StringComparison.Ordinal) is > 0 and var end ? file[..end] : "(root)";

    private void Add(SyntaxTree tree, SemanticModel model)
    {
        foreach (var name in tree.GetRoot().DescendantNodes().OfType<SimpleNameSyntax>())
        {
            var symbol =
                model.GetSymbolInfo(name) is var info && info.Symbol is not null ? info.Symbol : info.CandidateSymbols.FirstOrDefault();
            foreach (var declaration in Declarations(symbol))
            {
                if (declaration.SyntaxTree.FilePath is { Length: > 0 } file && file != tree.FilePath && _edges.Add((tree.FilePath, file)))
                {
                    _examples[(tree.FilePath, file)] = name.Identifier.ValueText;
                }
            }
        }
    }

    /// <summary>A member stands where it is declared; a type of several files stands in the one that bears its name.</summary>
    private static IEnumerable<SyntaxReference> Declarations(ISymbol? symbol) => symbol switch
    {
        null or ILocalSymbol or IParameterSymbol or IRangeVariableSymbol or ILabelSymbol or INamespaceSymbol or ITypeParameterSymbol => [],
        IMethodSymbol { ReducedFrom: { } extension } => Declarations(extension),
        _ when symbol.OriginalDefinition.DeclaringSyntaxReferences is { Length: > 0 } references =>
            references.OrderBy(reference => reference.SyntaxTree.FilePath.Length).Take(1),
        _ => [],
    };

    /// <summary>Tarjan's strongly connected components of more than one node.</summary>
    private static List<IReadOnlyList<string>> Cycles(IReadOnlyList<string> nodes, HashSet<(string From, string To)> edges)
    {
        var next = edges.Where(edge => edge.From != edge.To).ToLookup(edge => edge.From, edge => edge.To);
        var index = new Dictionary<string, int>();
        var low = new Dictionary<string, int>();
        var stack = new Stack<string>();
        var cycles = new List<IReadOnlyList<string>>();
        foreach (var node in nodes)
        {
            if (!index.ContainsKey(node))
            {
                Visit(node);
            }
        }

        return [.. cycles.OrderByDescending(cycle => cycle.Count).ThenBy(cycle => cycle[0], StringComparer.Ordinal)];

        void Visit(string node)
        {
            index[node] = low[node] = index.Count;
            stack.Push(node);
            foreach (var target in next[node])
            {
                if (index.TryGetValue(target, out var seen))
                {
                    low[node] = stack.Contains(target) ? Math.Min(low[node], seen) : low[node];
                }
                else
                {
                    Visit(target);
                    low[node] = Math.Min(low[node], low[target]);
                }
            }

            if (low[node] == index[node])
            {
                var cycle = new List<string>();
                string member;
                do
                {
                    cycle.Add(member = stack.Pop());
                }
                while (member != node);

                if (cycle.Count > 1)
                {
                    cycle.Sort(StringComparer.Ordinal);
                    cycles.Add(cycle);
                }
            }
        }
    }
}
