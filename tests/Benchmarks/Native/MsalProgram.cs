using System.Security.Cryptography.X509Certificates;
using Microsoft.Identity.Client;

namespace Native;

internal static class FirstToken
{
    public static async Task<string> WithCertificateAsync(Application application)
    {
        using var certificate = X509Certificate2.CreateFromPemFile(application.CertificateFile);
        return (await ConfidentialClientApplicationBuilder.Create(application.ClientId)
            .WithCertificate(certificate)
            .WithAuthority(new Uri(application.AuthorityHost, application.TenantId))
            .WithInstanceDiscovery(false)
            .Build()
            .AcquireTokenForClient([application.Scope])
            .ExecuteAsync()).AccessToken;
    }
}
