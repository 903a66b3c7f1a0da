using WorkloadIdentity;

namespace Native;

internal static class FirstToken
{
    public static async Task<string> WithCertificateAsync(Application application)
    {
        using var acquirer = new TokenAcquirer(new ApplicationCredential(
            application.TenantId,
            application.ClientId,
            ClientCertificateAuthentication.FromFile(application.CertificateFile),
            new ApplicationCredentialOptions { AuthorityHost = application.AuthorityHost }));
        return (await acquirer.GetTokenAsync(new TokenRequest(application.Scope))).Value;
    }
}
