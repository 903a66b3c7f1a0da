using System.Security.Cryptography.X509Certificates;
using Azure.Identity;
using Azure.Security.KeyVault.Secrets;

namespace MigrationGuide;

internal static class VaultBefore
{
    public static async Task<ClientCertificateCredential> CredentialAsync(string tenantId, string clientId)
    {
        var identity = new ManagedIdentityCredential(ManagedIdentityId.SystemAssigned);
        var vault = new SecretClient(new Uri("https://orders.vault.azure.net"), identity);
        KeyVaultSecret pfx = await vault.GetSecretAsync("orders-api");           // once: a renewed certificate needs a restart
        var certificate = X509CertificateLoader.LoadPkcs12(Convert.FromBase64String(pfx.Value), password: null);
        return new ClientCertificateCredential(tenantId, clientId, certificate);
    }
}
