using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace WorkloadIdentity.Tests;

/// <summary>The code of docs/credentials.md, compiled.</summary>
internal static class CredentialsSnippets
{
    public static void DefaultChain(IHostApplicationBuilder builder)
    {
        builder.Services.AddWorkloadIdentity();                                  // or .UseDefaultChain("federated", "managed-identity")
    }

    public static void Configured(IHostApplicationBuilder builder)
    {
        builder.Services.AddWorkloadIdentity(builder.Configuration.GetSection("WorkloadIdentity"));
    }

    public static void ManagedIdentity(IHostApplicationBuilder builder)
    {
        builder.Services.AddWorkloadIdentity().UseManagedIdentity("6bf7ab3f-6a37-4f6d-9a3c-2ee0f1d1f8a3");
    }

    /// <summary>Of docs/alternatives.md.</summary>
    public static void OwnDomain(string tenantId, string clientId)
    {
        var secret = ClientSecretAuthentication.FromFile("/run/secrets/client-secret");
        var credential = new ApplicationCredential(tenantId, clientId, secret, new()
        {
            AuthorityHost = new Uri("https://contoso.ciamlogin.com"),
            AllowUnknownAuthorityHost = true,
        });
    }

    public static void ManagedIdentityByObjectId()
    {
        var credential = new ManagedIdentityCredential(ManagedIdentityId.FromObjectId("0d3c1a52-9c0f-4d0e-8a54-6f1f6f0d2b11"));
    }

    public static void Secret(IHostApplicationBuilder builder, string tenantId, string clientId)
    {
        builder.Services.AddWorkloadIdentity()
            .UseSecret(tenantId, clientId, ClientSecretAuthentication.FromFile("/run/secrets/client-secret"));
    }

    public static void Certificate(IHostApplicationBuilder builder, string tenantId, string clientId)
    {
        builder.Services.AddWorkloadIdentity()
            .UseCertificate(tenantId, clientId, ClientCertificateAuthentication.FromFiles("/run/secrets/tls.crt", "/run/secrets/tls.key"));
    }

    public static void CertificatePlaces(
        X509Certificate2 certificate, string base64, RSA hardwareKey,
        Func<TokenError?, CancellationToken, ValueTask<X509Certificate2>> newestAsync)
    {
        // PFX, or PEM with the key in it
        _ = ClientCertificateAuthentication.FromFile("/run/secrets/client.pfx", password: "…");
        _ = ClientCertificateAuthentication.FromStore("CN=orders-api", StoreLocation.LocalMachine);

        // a PFX in base64, or PEM text
        _ = ClientCertificateAuthentication.FromValue(base64);
        _ = ClientCertificateAuthentication.FromCertificate(certificate);

        // gets the error if Entra refused the last one
        _ = ClientCertificateAuthentication.FromCallback(newestAsync);

        // the key stays where it is
        _ = ClientCertificateAuthentication.FromSigner(certificate, (_, hash, padding, _) =>
            ValueTask.FromResult(hardwareKey.SignHash(hash.Span, HashAlgorithmName.SHA256, padding)));
    }

    public static void Chain()
    {
        var certificate = ClientCertificateAuthentication.FromFile("/run/secrets/client.pem").WithChain();
    }

    public static void Federation(IHostApplicationBuilder builder, string tenantId, string clientId)
    {
        builder.Services.AddWorkloadIdentity()
            .UseFederation(tenantId, clientId, AssertionSource.GitHubActions());
    }

    public static void MultiTenant(IHostApplicationBuilder builder, string clientId, ClientAuthentication certificate)
    {
        builder.Services.AddWorkloadIdentity().UseMultiTenantApplication(clientId, certificate);
        builder.Services.AddHttpClient("graph", client => client.BaseAddress = new Uri("https://graph.microsoft.com/v1.0/"))
            .AddAccessToken("https://graph.microsoft.com/.default", options => options.RequireTenant = true);
    }

    public static TokenAcquirer OwnChain(string tenantId, string clientId)
    {
        var credential = new CredentialChain(
            new ManagedIdentityCredential(ManagedIdentityId.SystemAssigned),
            new ApplicationCredential(tenantId, clientId, ClientSecretAuthentication.FromFile("/run/secrets/client-secret")));

        return new TokenAcquirer(credential);
    }

    public static async Task ExplainAsync(Credential credential)
    {
        var report = await credential.ExplainAsync(new TokenRequest("https://graph.microsoft.com/.default"));
        Console.WriteLine(report);
    }
}
