using System.Security.Cryptography.X509Certificates;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Tests;

/// <summary>The code of docs/emulator.md, compiled.</summary>
internal static class EmulatorSnippets
{
    public static async Task InATestAsync(X509Certificate2 authority)
    {
        await using var entra = await EntraEmulator.StartAsync();

        var orders = entra.AddApplication();
        orders.AddSecret("s3cret");
        var api = entra.AddApi("api://orders");
        orders.AssignRole(api, "Orders.Read");

        var cluster = entra.AddIssuer(EmulatedIssuerKind.Kubernetes);
        orders.AddFederatedCredential(cluster, "system:serviceaccount:orders:api");
        var assertion = cluster.Issue("system:serviceaccount:orders:api");

        // The next call is answered with a claims challenge, if the client declared continuous access.
        orders.Revoke();

        // AADSTS7000112, and the same challenge.
        orders.IsEnabled = false;

        // AADSTS53003: Conditional Access. Block(50076, claims) wants more of the user.
        orders.Block();

        // A new key signs, and the old one still verifies. With withdrawOld: true the old one does not.
        entra.RollSigningKey();
        cluster.RollKey(withdrawOld: true);

        // AADSTS90061.
        cluster.IsReachable = false;

        // A federated credential added from now on is unknown for two minutes.
        entra.FederatedCredentialDelay = TimeSpan.FromMinutes(2);

        entra.Faults.TokenEndpoint.Next(Fault.Refusal(7000222)).Next(Fault.Garbage);
        entra.Faults.TokenEndpoint.Limit(20, TimeSpan.FromSeconds(1));      // 429 with Retry-After beyond it
        entra.Faults.ManagedIdentity.Outage = true;
        entra.Faults.Api.Latency = LatencyProfile.Percentiles(
            median: TimeSpan.FromMilliseconds(40), p95: TimeSpan.FromMilliseconds(200), p99: TimeSpan.FromSeconds(1));

        orders.AddTrustedSubject("orders.contoso.example", authority);

        var graph = entra.AddGraph();
        orders.AssignRole(graph, "Directory.Read.All");
        var principals = new Uri(graph.Url, "v1.0/servicePrincipals");

        var request = Assert.Single(entra.Journal.TokenRequests);
        Assert.Equal(ClientAuthenticationMethod.Federated, request.ClientAuthentication);
        Assert.Equal(EmulatorJournal.Hash(assertion), request.CredentialHash);
        Assert.Empty(entra.Journal.DiscoveryRequests);

        _ = principals;
    }

    public static async Task FromAFileAsync()
    {
        var file = EmulatorFile.Read("emulator.json");
        await using var entra = await file.StartAsync();
    }
}
