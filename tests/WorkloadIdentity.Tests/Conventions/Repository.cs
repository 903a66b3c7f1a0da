namespace WorkloadIdentity.Tests;

/// <summary>The checkout the tests were built from.</summary>
internal static partial class Repository
{
    public static string Root { get; } = FindRoot();

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    public static IEnumerable<string> SourceFiles(string room, string pattern = "*.cs") =>
        Directory.EnumerateFiles(Path.Combine(Root, room), pattern, SearchOption.AllDirectories)
            .Where(
                file => !file.Contains($"{Path.DirectorySeparatorChar}node_modules{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/'));

    private static string FindRoot()
    {
        for (var directory = AppContext.BaseDirectory; directory is not null; directory = Path.GetDirectoryName(directory))
        {
            if (File.Exists(Path.Combine(directory, "Sdk.sln")))
            {
                return directory;
            }
        }

        throw new InvalidOperationException("Sdk.sln is in no folder above the tests.");
    }
}
