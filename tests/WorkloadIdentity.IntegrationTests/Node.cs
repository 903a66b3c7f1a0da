namespace WorkloadIdentity.IntegrationTests;

/// <summary>The Node.js this machine has, if any.</summary>
internal static class Node
{
    /// <summary>The full path of <c>node</c>; null when it is not on the PATH.</summary>
    public static string? Executable { get; } = Find(OperatingSystem.IsWindows() ? "node.exe" : "node");

    /// <summary>The full path of <c>npm</c>; null when it is not on the PATH.</summary>
    public static string? PackageClient { get; } = Find(OperatingSystem.IsWindows() ? "npm.cmd" : "npm");

    /// <summary>Why the tests that need Node.js are skipped; null when they run. Under CI they always run, and fail without it.</summary>
    public static string? SkipReason { get; } = Executable is null && !UnderCI
        ? "Node.js 20 or later is not on the PATH, so the servers of these tests cannot be started. Install it to run these tests."
        : null;

    public static bool UnderCI => string.Equals(Variable("CI"), "true", StringComparison.OrdinalIgnoreCase);

    public static string? Find(string file) => (Variable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Select(folder => Path.Combine(folder, file))
        .FirstOrDefault(File.Exists);

    // What the test run is told by its machine, not what the SDK is configured with.
#pragma warning disable RS0030
    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name);
#pragma warning restore RS0030
}
