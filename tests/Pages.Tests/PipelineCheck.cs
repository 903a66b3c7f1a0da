using WorkloadIdentity.IntegrationTests;

namespace Pages.Tests;

/// <summary>Pipelines/check.js: what GitHub, GitLab or Azure DevOps would say about a pipeline.</summary>
internal static class PipelineCheck
{
    private static readonly string Folder = Path.Combine(Page.Root, "tests/Pages.Tests/Pipelines");
    private static readonly Lazy<Task> Installed = new(() => NodePackages.InstallAsync(Folder));

    /// <summary>What is wrong, a line each; empty when nothing is.</summary>
    public static async Task<string> ProblemsAsync(string kind, string text)
    {
        await Installed.Value;
        return await CheckingProgram.ProblemsAsync(Node.Executable!, Folder, $"{kind}.yml", text, "check.js", kind);
    }
}
