using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Tests;

/// <summary>The code of docs/emulator-graph.md, compiled.</summary>
internal static class EmulatorGraphSnippets
{
    public static async Task<Uri> InATestAsync()
    {
        await using var entra = await EntraEmulator.StartAsync();
        var graph = entra.AddGraph(new EmulatedGraphOptions { ServicePrincipals = 1_000, Seed = 7 });

        var auditor = entra.AddApplication();
        auditor.AddSecret("s3cret");
        foreach (var permission in EmulatedGraphOptions.ReadPermissions)
        {
            auditor.AssignRole(graph, permission);
        }

        var principals = new Uri(graph.Url, "v1.0/servicePrincipals?$top=999");
        return principals;
    }
}
