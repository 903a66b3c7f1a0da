namespace WorkloadIdentity.IntegrationTests;

/// <summary>The npm packages of a folder, as its lock file pins them.</summary>
internal static class NodePackages
{
    // A cold disk and a busy machine fit in; nothing waits this long when all is well.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    /// <summary>Installs the locked packages, unless what is there was installed from this very lock file.</summary>
    public static async Task InstallAsync(string folder)
    {
        var installed = new FileInfo(Path.Combine(folder, "node_modules", ".package-lock.json"));
        if (installed.Exists && installed.LastWriteTimeUtc >= File.GetLastWriteTimeUtc(Path.Combine(folder, "package-lock.json")))
        {
            return;
        }

        var npm = Node.PackageClient ?? throw new InvalidOperationException($"npm is not on the PATH. Run 'npm ci' in {folder} first.");
        using var patience = new CancellationTokenSource(Limit, TimeProvider.System);
        await using var install = NodeProcess.Start(npm, folder, "ci", "--ignore-scripts", "--no-audit", "--no-fund");
        await install.FinishAsync(patience.Token);
    }
}
