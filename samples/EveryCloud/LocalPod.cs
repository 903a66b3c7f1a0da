using WorkloadIdentity;
using WorkloadIdentity.Testing;

namespace EveryCloudSample;

/// <summary>What a pod of Kubernetes has: a projected token of its service account, which the application trusts.</summary>
internal sealed class LocalPod : IDisposable
{
    public const string Subject = "system:serviceaccount:shop:orders";

    private readonly string _tokenFile = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

    public LocalPod(EntraEmulator entra)
    {
        var cluster = entra.AddIssuer(EmulatedIssuerKind.Kubernetes);
        entra.Application.AddFederatedCredential(cluster, Subject);

        // A cluster keeps such a token for an hour and replaces it in time.
        File.WriteAllText(_tokenFile, cluster.Issue(Subject, lifetime: TimeSpan.FromHours(1)));
    }

    /// <summary>The application, as a program in the pod has it.</summary>
    public ApplicationCredential Credential(EntraEmulator entra) => new(
        entra.Application.TenantId,
        entra.Application.ClientId,
        new FederatedAuthentication(AssertionSource.FromFile(_tokenFile), EmulatedIssuer.ExchangeAudience),
        new ApplicationCredentialOptions { AuthorityHost = entra.AuthorityHost });

    public void Dispose() => File.Delete(_tokenFile);
}
