namespace WorkloadIdentity.Tests;

/// <summary>
/// The recorded answers, types and permissions of Microsoft Graph. They are not the project's: they are in the folder that
/// <c>WORKLOAD_IDENTITY_GRAPH_REFERENCE</c> names, or in <c>shared/reference/graph</c> of the repository or of a folder above it.
/// </summary>
internal static class GraphReference
{
    private static readonly string? Folder = Find();

    /// <summary>Why tests that need it are skipped; null when it is there.</summary>
    public static string? SkipReason => Folder is null
        ? "Absent: no shared/reference/graph in the repository or above it, and WORKLOAD_IDENTITY_GRAPH_REFERENCE is not set."
        : null;

    public static string Read(string file) => File.ReadAllText(Path.Combine(Folder!, file));

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("WORKLOAD_IDENTITY_GRAPH_REFERENCE") is { Length: > 0 } named)
        {
            return named;
        }

        for (var above = Repository.Root; above is not null; above = Path.GetDirectoryName(above))
        {
            if (Path.Combine(above, "shared", "reference", "graph") is var folder && Directory.Exists(folder))
            {
                return folder;
            }
        }

        return null;
    }
}
