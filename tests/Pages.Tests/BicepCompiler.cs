using System.Reflection;

namespace Pages.Tests;

/// <summary>The compiler of Bicep, as its package brings it. It reaches no network: the types of resources are part of it.</summary>
internal static class BicepCompiler
{
    public static readonly string Executable = Path.Combine(
        typeof(BicepCompiler).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(fact => fact.Key == "PackageRoot").Value!,
        "azure.bicep.commandline.linux-x64/0.49.2/tools/bicep");

    /// <summary>Its errors and warnings; empty when there are none.</summary>
    public static Task<string> ProblemsAsync(string text) =>
        CheckingProgram.ProblemsAsync(Executable, Path.GetTempPath(), "main.bicep", text, "build", "--stdout");
}
