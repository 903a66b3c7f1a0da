namespace WorkloadIdentity.Tests;

/// <summary>A folder of packages.</summary>
internal static class Feed
{
    /// <summary>The packages and the packages of symbols, by name.</summary>
    public static IReadOnlyList<string> Packages(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*.*nupkg").Order(StringComparer.Ordinal)];
}
