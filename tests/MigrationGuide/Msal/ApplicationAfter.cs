using System.Security.Cryptography.X509Certificates;
using WorkloadIdentity;

namespace MigrationGuide;

internal static class ApplicationAfter
{
    public static async Task<string> TokenAsync(
        string tenantId, string clientId, X509Certificate2 certificate, CancellationToken cancellationToken)
    {
        using var acquirer = new TokenAcquirer(new ApplicationCredential(                        // one for the life of the program
            tenantId, clientId, ClientCertificateAuthentication.FromCertificate(certificate).WithChain()));

        var token = await acquirer.GetTokenAsync(new TokenRequest("https://graph.microsoft.com/.default"), cancellationToken);
        return token.Value;
    }
}
