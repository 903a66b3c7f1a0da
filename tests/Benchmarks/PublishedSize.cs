namespace Benchmarks;

/// <summary>The size of a program for managed identity alone, self-contained and fully trimmed.</summary>
internal static class PublishedSize
{
    public static async Task<Finding> RunAsync()
    {
        var sizes = new Dictionary<string, long>();
        foreach (var library in Programs.Libraries)
        {
            var folder = await Programs.PublishAsync(library);
            await Programs.RunAsync(Path.Combine(folder, OperatingSystem.IsWindows() ? "Startup.exe" : "Startup"));
            sizes[library] =
                Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(IsShipped).Sum(file => new FileInfo(file).Length);
        }

        var added = sizes.ToDictionary(size => size.Key, size => size.Value - sizes["Bare"]);
        var ours = added["WorkloadIdentity"];
        return new Finding(
            "A trimmed program for managed identity alone",
            "The size of all files that `dotnet publish` writes (self-contained, `TrimMode` full), without documentation and symbols. Each "
                + "program was run and got its token.",
            ["| program | size | more than the bare program |", "|---|---|---|", .. sizes.Select(
                size => FormattableString.Invariant($"| {size.Key} | {size.Value / 1e6:0.00} MB | {added[size.Key] / 1e6:0.00} MB |"))],
            new Goal($"at most half of what MSAL adds: {ours / 1e6:0.00} of {added["Msal"] / 1e6:0.00} MB", 2 * ours <= added["Msal"]),
            new Goal(
                $"at most half of what Azure.Identity adds: {ours / 1e6:0.00} of {added["AzureIdentity"] / 1e6:0.00} MB",
                2 * ours <= added["AzureIdentity"]));
    }

    private static bool IsShipped(string file) => Path.GetExtension(file) is not (".xml" or ".pdb");
}
