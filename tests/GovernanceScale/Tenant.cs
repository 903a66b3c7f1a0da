using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Tests;

/// <summary>An emulated tenant of a size, and the application that takes inventory of it.</summary>
internal sealed class Tenant(EntraEmulator entra, Access access) : IAsyncDisposable
{
    public Access Access => access;

    public static async Task<Tenant> StartAsync(int servicePrincipals, TimeProvider clock, bool enforcesLimits)
    {
        var entra = await EntraEmulator.StartAsync(new EntraEmulatorOptions { TimeProvider = clock });

        // Whatever the clock does, one token is enough.
        entra.TokenLifetime = TimeSpan.FromDays(1);
        var graph = entra.AddGraph(new EmulatedGraphOptions { ServicePrincipals = servicePrincipals, EnforcesLimits = enforcesLimits });
        var auditor = entra.AddApplication();
        foreach (var permission in EmulatedGraphOptions.ReadPermissions)
        {
            auditor.AssignRole(graph, permission);
        }

        return new(entra, new Access(entra.AuthorityHost, graph.Url, auditor.TenantId, auditor.ClientId, auditor.AddSecret()));
    }

    public ValueTask DisposeAsync() => entra.DisposeAsync();
}
