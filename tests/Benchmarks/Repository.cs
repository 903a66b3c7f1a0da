namespace Benchmarks;

internal static class Repository
{
    /// <summary>The folder that holds Sdk.sln, found from where this program was built.</summary>
    public static string Root { get; } = Find(new DirectoryInfo(AppContext.BaseDirectory));

    private static string Find(DirectoryInfo? folder) =>
        folder is null
            ? throw new InvalidOperationException("Run this from a build inside the repository: Sdk.sln was not found above the program.")
        : File.Exists(Path.Combine(folder.FullName, "Sdk.sln")) ? folder.FullName
        : Find(folder.Parent);
}
