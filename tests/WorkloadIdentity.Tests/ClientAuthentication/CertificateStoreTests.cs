using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace WorkloadIdentity.Tests;

public sealed class CertificateStoreTests
{
    private const string Subject = "CN=orders-api, O=Contoso";

    private readonly EntraFake _entra = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_thumbprint_finds_its_certificate_however_it_was_copied(bool sha256)
    {
        Put("CurrentUser/My", TestCertificate.Two, TestCertificate.One);
        var hash = TestCertificate.One.GetCertHash(sha256 ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA1);
        var copied = "\u200E" + string.Join(sha256 ? ":" : " ", hash.Select(part => part.ToString("x2", null)));

        await _entra.Issues().AcquireAsync(ClientCertificateAuthentication.FromStoreByThumbprint(copied));

        Assert.True(Sent(0).IsSignedBy(TestCertificate.One, RSASignaturePadding.Pss));
    }

    [Fact]
    public async Task Of_several_the_valid_one_that_expires_last_signs()
    {
        var (old, current) = (Named(Subject, 100), Named(Subject, 200));
        var future =
            TestCertificate.Make(
                TestCertificate.KeyOfTwo, Subject, notBefore: _entra.Clock.Now.AddDays(1), notAfter: _entra.Clock.Now.AddDays(900));
        var withoutKey = X509CertificateLoader.LoadCertificate(Named(Subject, 300).RawData);
        Put(
            "LocalMachine/WebHosting",
            old,
            future,
            withoutKey,
            current,
            Named("CN=orders-api", 400),
            Named("CN=orders-api, O=Contoso, C=DE", 400));

        await _entra.Issues()
            .AcquireAsync(ClientCertificateAuthentication.FromStore("cn=orders-api,o=Contoso", StoreLocation.LocalMachine, "WebHosting"));

        Assert.Equal(
            current.GetCertHash(HashAlgorithmName.SHA256), SentAssertion.Decode(Sent(0).Header.GetProperty("x5t#S256").GetString()!));
    }

    [Fact]
    public async Task A_certificate_put_beside_the_old_one_is_used_without_a_restart_and_once_more_after_a_refusal()
    {
        var renewed = TestCertificate.Make(TestCertificate.KeyOfTwo, Subject, notAfter: TestCertificate.NotAfter.AddDays(30));
        var newest = TestCertificate.Make(TestCertificate.KeyOfOne, Subject, notAfter: TestCertificate.NotAfter.AddDays(60));
        Put("CurrentUser/My", Named(Subject, 100));
        var credential = _entra.Credential(ClientCertificateAuthentication.FromStore(Subject));
        await _entra.Issues().AcquireAsync(credential);
        Put("CurrentUser/My", Named(Subject, 100), renewed);
        _entra.Server.Answer(_ =>
        {
            _entra.Stores["CurrentUser/My"].Add(newest);
            return FakeServer.Response(HttpStatusCode.Unauthorized, EntraFake.Error(700027));
        });

        Assert.Equal(TokenVerdict.Issued, (await _entra.Issues().AcquireAsync(credential)).Verdict);

        Assert.True(Sent(1).IsSignedBy(renewed, RSASignaturePadding.Pss));
        Assert.True(Sent(2).IsSignedBy(newest, RSASignaturePadding.Pss));
    }

    [Fact]
    public async Task The_chain_comes_from_the_store_and_from_that_of_issuers()
    {
        using var authority = new TestAuthority();
        Put("CurrentUser/My", authority.Leaf, TestCertificate.Two);
        Put("CurrentUser/CA", authority.Root, authority.Intermediate);

        await _entra.Issues()
            .AcquireAsync(ClientCertificateAuthentication.FromStore(authority.Leaf.Subject).WithChain());

        Assert.Equal([authority.Leaf.RawData, authority.Intermediate.RawData], Sent(0).Chain);
    }

    [Fact]
    public async Task Without_a_store_of_issuers_the_chain_is_sent_as_far_as_it_is_known()
    {
        using var authority = new TestAuthority();
        Put("CurrentUser/My", authority.Leaf, authority.Intermediate);

        await _entra.Issues().AcquireAsync(ClientCertificateAuthentication.FromStore(authority.Leaf.Subject).WithChain());

        Assert.Equal([authority.Leaf.RawData, authority.Intermediate.RawData], Sent(0).Chain);
    }

    public static TheoryData<string, string> Bad => new()
    {
        { "no store", "The certificate store CurrentUser/My cannot be opened (CryptographicException). Check its name, that it holds a "
            + "certificate for the account this process runs as, and that this process may read it" },
        { "nothing", "There is no certificate with the subject 'CN=orders-api, O=Contoso' in the certificate store CurrentUser/My" },
        { "no key", "in the certificate store CurrentUser/My comes without its private key" },
        { "two", "None of the 2 certificates with the subject 'CN=orders-api, O=Contoso' in the certificate store CurrentUser/My can "
            + "be used: number 1 comes without its private key" },
        { "two", "; number 2 comes without its private key" },
        { "expired", "expired on" },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task A_store_without_a_certificate_to_use_says_so(string situation, string reason)
    {
        var withoutKey = X509CertificateLoader.LoadCertificate(Named(Subject, 100).RawData);
        X509Certificate2[]? content = situation switch
        {
            "no store" => null,
            "nothing" => [TestCertificate.One],
            "no key" => [withoutKey],
            "two" => [withoutKey, X509CertificateLoader.LoadCertificate(Named(Subject, 90).RawData)],
            _ => [TestCertificate.Make(TestCertificate.KeyOfOne, Subject, notAfter: _entra.Clock.Now.AddDays(-1))],
        };
        if (content is not null)
        {
            Put("CurrentUser/My", content);
        }

        var error = (await _entra.AcquireAsync(ClientCertificateAuthentication.FromStore(Subject))).Error!;

        Assert.Equal(TokenErrorKind.InvalidConfiguration, error.Kind);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Empty(_entra.Server.Requests);
    }

    [Theory]
    [InlineData("")]
    [InlineData("12345")]
    [InlineData("zz7ebdd9d2a0a7f1c3b1f0d5e4a39281726354ff")]
    [InlineData("7ebdd9d2a0a7f1c3b1f0d5e4a39281726354ffab00")]
    public void A_thumbprint_that_is_none_is_refused(string thumbprint)
    {
        var exception = Assert.Throws<ArgumentException>(() => ClientCertificateAuthentication.FromStoreByThumbprint(thumbprint));

        Assert.StartsWith(
            "The thumbprint of a certificate is 40 (SHA-1) or 64 (SHA-256) hexadecimal digits. Copy it from the certificate's details.",
            exception.Message,
            StringComparison.Ordinal);
        Assert.Equal("thumbprint", exception.ParamName);
    }

    [Fact]
    public void No_thumbprint_is_refused() =>
        Assert.Throws<ArgumentNullException>("thumbprint", () => ClientCertificateAuthentication.FromStoreByThumbprint(null!));

    [Fact]
    public async Task A_certificate_that_is_not_there_is_named_by_its_thumbprint()
    {
        Put("CurrentUser/My", TestCertificate.Two);
        var source = ClientCertificateAuthentication.FromStoreByThumbprint(TestCertificate.One.Thumbprint.ToLowerInvariant());

        Assert.Contains(
            $"There is no certificate with the thumbprint {TestCertificate.One.Thumbprint} in the certificate store CurrentUser/My. "
                + "Install it there with its private key, for the account this process runs as",
            (await _entra.AcquireAsync(source)).Error!.Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "The subject of a certificate is empty. Expected something like: CN=orders-api, O=Contoso")]
    [InlineData("orders-api", "The subject of a certificate is a distinguished name, such as: CN=orders-api, O=Contoso")]
    [InlineData("CN=a\nb", "The subject of a certificate ")]
    public void A_subject_that_is_no_distinguished_name_is_refused(string subject, string reason) => Assert.StartsWith(
        reason,
        Assert.Throws<ArgumentException>(() => ClientCertificateAuthentication.FromStore(subject)).Message,
        StringComparison.Ordinal);

    [Fact]
    public void A_store_that_is_none_is_refused()
    {
        Assert.StartsWith(
            "The location of a certificate store is CurrentUser or LocalMachine.",
            Assert.Throws<ArgumentException>(() => ClientCertificateAuthentication.FromStore(Subject, (StoreLocation)7)).Message,
            StringComparison.Ordinal);
        Assert.StartsWith(
            "The name of a certificate store is empty. Expected something like: My",
            Assert.Throws<ArgumentException>(
                () => ClientCertificateAuthentication.FromStore(Subject, StoreLocation.CurrentUser, " ")).Message,
            StringComparison.Ordinal);
    }

    [FactOn(Systems.Linux)]
    public async Task Where_the_system_has_no_such_store_that_is_said()
    {
        var credential = _entra.Credential(
            ClientCertificateAuthentication.FromStore(Subject, StoreLocation.LocalMachine),
            options => options.Environment = WorkloadEnvironment.FromProcess());

        var error = (await _entra.AcquireAsync(credential)).Error!;

        Assert.StartsWith("There is no certificate store LocalMachine/My on this system", error.Message, StringComparison.Ordinal);
        Assert.Contains("Use CurrentUser, or a certificate file", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_process_reads_real_stores()
    {
        var name = $"workload-identity-{Guid.NewGuid():N}";
        var environment = WorkloadEnvironment.FromProcess();
        Assert.ThrowsAny<CryptographicException>(() => environment.Certificates(StoreLocation.CurrentUser, name));

        using var store = new X509Store(name, StoreLocation.CurrentUser);
        store.Open(OpenFlags.ReadWrite);
        try
        {
            store.Add(X509CertificateLoader.LoadCertificate(TestCertificate.One.RawData));

            Assert.Equal(
                TestCertificate.One.Thumbprint, Assert.Single(environment.Certificates(StoreLocation.CurrentUser, name)).Thumbprint);
        }
        finally
        {
            store.RemoveRange(store.Certificates);
            var folder =
                Path.Combine(
                    Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".dotnet/corefx/cryptography/x509stores", name);
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder);
            }
        }
    }

    private static X509Certificate2 Named(string subject, int days) =>
        TestCertificate.Make(TestCertificate.KeyOfOne, subject, notAfter: TestCertificate.NotBefore.AddDays(215 + (days / 10)));

    private SentAssertion Sent(int request) => new(_entra.Server.Requests[request].Form["client_assertion"]);

    private void Put(string store, params X509Certificate2[] certificates) => _entra.Stores[store] = [.. certificates];
}
