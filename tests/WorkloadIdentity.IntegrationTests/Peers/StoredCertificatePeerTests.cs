using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace WorkloadIdentity.IntegrationTests;

/// <summary>A certificate in the store of this account, named in the variable as Azure.Identity takes it since 1.19.</summary>
[Collection(PeerCollection.Name)]
public sealed class StoredCertificatePeerTests : IDisposable
{
    private readonly X509Certificate2 _certificate = Make();

    public StoredCertificatePeerTests() => Change(store => store.Add(_certificate));

    public void Dispose()
    {
        Change(store => store.Remove(_certificate));
        _certificate.Dispose();
    }

    [Theory]
    [InlineData("cert:/CurrentUser/My/")]
    [InlineData("Cert:/currentuser/my/")]
    public async Task Both_sign_with_it(string path) => await PeerTests.CompareAsync(new PeerSituation("Certificate in a store")
    {
        Identity = "chain",
        Variables =
        {
            ["AZURE_TENANT_ID"] = "72f988bf-86f1-41af-91ab-2d7cd011db47",
            ["AZURE_CLIENT_ID"] = PeerSituation.ClientId,
            ["AZURE_CLIENT_CERTIFICATE_PATH"] = path + _certificate.Thumbprint,
        },
        Answers = [_ => PeerSituation.Answer(200, """{"token_type":"Bearer","expires_in":3599,"access_token":"token-1"}""")],
    });

    private static void Change(Action<X509Store> change)
    {
        using var store = new X509Store(StoreName.My, StoreLocation.CurrentUser);
        store.Open(OpenFlags.ReadWrite);
        change(store);
    }

    private static X509Certificate2 Make()
    {
        using var key = RSA.Create(2048);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = new CertificateRequest("CN=orders in a store", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(
            certificate.Export(X509ContentType.Pfx), null, X509KeyStorageFlags.PersistKeySet | X509KeyStorageFlags.Exportable);
    }
}
