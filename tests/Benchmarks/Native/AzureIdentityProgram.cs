using Azure.Core;
using Azure.Identity;

namespace Native;

internal static class FirstToken
{
    public static async Task<string> WithCertificateAsync(Application application)
    {
        var options = new ClientCertificateCredentialOptions
        {
            AuthorityHost = application.AuthorityHost,
            DisableInstanceDiscovery = true,
        };
        var credential =
            new ClientCertificateCredential(application.TenantId, application.ClientId, application.CertificateFile, options);
        return (await credential.GetTokenAsync(new TokenRequestContext([application.Scope]), CancellationToken.None)).Token;
    }
}
