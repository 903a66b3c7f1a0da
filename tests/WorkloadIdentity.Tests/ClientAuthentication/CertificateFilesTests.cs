using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace WorkloadIdentity.Tests;

/// <summary>A certificate and its key in a file each, replaced one after the other.</summary>
public sealed class CertificateFilesTests
{
    private const string CertificatePath = "/run/secrets/tls.crt";
    private const string KeyPath = "/run/secrets/tls.key";

    private readonly EntraFake _entra = new();

    public static TheoryData<string, string?> Keys => new() { { "pkcs8", null }, { "pkcs1", null }, { "encrypted", "password-canary" } };

    [Theory]
    [MemberData(nameof(Keys))]
    public async Task They_are_read_together_whatever_form_the_key_has(string form, string? password)
    {
        var key = TestCertificate.KeyOfOne;
        Put(TestCertificate.One, key);
        _entra.File(KeyPath, form switch
        {
            "pkcs1" => key.ExportRSAPrivateKeyPem(),
            "encrypted" =>
                key.ExportEncryptedPkcs8PrivateKeyPem(
                    password, new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000)),
            _ => key.ExportPkcs8PrivateKeyPem(),
        });

        var result = await _entra.Issues().AcquireAsync(ClientCertificateAuthentication.FromFiles(CertificatePath, KeyPath, password));

        Assert.Equal(TokenVerdict.Issued, result.Verdict);
        Assert.True(Sent(0).IsSignedBy(TestCertificate.One, RSASignaturePadding.Pss));
    }

    [Fact]
    public async Task While_one_is_replaced_the_pair_read_before_signs_and_one_warning_says_so()
    {
        Put(TestCertificate.One, TestCertificate.KeyOfOne);
        var credential = _entra.Credential(ClientCertificateAuthentication.FromFiles(CertificatePath, KeyPath));
        await _entra.Issues().AcquireAsync(credential);

        _entra.File(CertificatePath, TestCertificate.Pem(TestCertificate.Two));
        await _entra.Issues().AcquireAsync(credential);
        await _entra.Issues().AcquireAsync(credential);
        _entra.File(KeyPath, TestCertificate.KeyOfTwo.ExportPkcs8PrivateKeyPem());
        await _entra.Issues().AcquireAsync(credential);

        Assert.All(
            [Sent(0), Sent(1), Sent(2)], assertion => Assert.True(assertion.IsSignedBy(TestCertificate.One, RSASignaturePadding.Pss)));
        Assert.True(Sent(3).IsSignedBy(TestCertificate.Two, RSASignaturePadding.Pss));
        var warning = Assert.Single(_entra.Log.Entries, entry => entry.Id == 211);
        Assert.Contains(
            "belongs to none of the certificates in the client certificate file '/run/secrets/tls.crt'",
            warning.Text,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-----BEGIN CERTIFICATE-----\nMIIC")]
    [InlineData("nothing of use")]
    public async Task Half_of_a_file_leaves_the_pair_read_before(string half)
    {
        Put(TestCertificate.One, TestCertificate.KeyOfOne);
        var credential = _entra.Credential(ClientCertificateAuthentication.FromFiles(CertificatePath, KeyPath));
        await _entra.Issues().AcquireAsync(credential);

        _entra.File(CertificatePath, half);

        Assert.Equal(TokenVerdict.Issued, (await _entra.Issues().AcquireAsync(credential)).Verdict);
        Assert.Equal(1, _entra.Log.Count(211));
    }

    [Fact]
    public async Task The_pair_read_before_is_not_used_beyond_its_validity()
    {
        Put(TestCertificate.One, TestCertificate.KeyOfOne);
        var credential =
            _entra.Credential(
                ClientCertificateAuthentication.FromFiles(CertificatePath, KeyPath), options => options.Retry.MaxAttempts = 1);
        await _entra.Issues().AcquireAsync(credential);

        _entra.File(CertificatePath, TestCertificate.Pem(TestCertificate.Two));
        _entra.Clock.Advance(TestCertificate.NotAfter - _entra.Clock.Now + TimeSpan.FromSeconds(1));

        var error = (await _entra.AcquireAsync(credential)).Error!;
        Assert.Contains("belongs to none of the certificates", error.Message, StringComparison.Ordinal);
        Assert.Single(_entra.Server.Requests);
    }

    [Fact]
    public async Task A_pair_that_does_not_match_at_start_is_read_again_a_little_later()
    {
        Put(TestCertificate.Two, TestCertificate.KeyOfOne);
        _entra.Issues();
        var credential = _entra.Credential(ClientCertificateAuthentication.FromFiles(CertificatePath, KeyPath));

        var acquiring = _entra.AcquireAsync(credential);
        Assert.False(acquiring.IsCompleted);
        _entra.File(KeyPath, TestCertificate.KeyOfTwo.ExportPkcs8PrivateKeyPem());

        Assert.Equal(TokenVerdict.Issued, (await _entra.Clock.RunUntilAsync(acquiring)).Verdict);
        Assert.True(Sent(0).IsSignedBy(TestCertificate.Two, RSASignaturePadding.Pss));
    }

    [Fact]
    public async Task A_file_that_is_away_for_a_moment_is_looked_for_again()
    {
        Put(TestCertificate.One, TestCertificate.KeyOfOne);
        var credential = _entra.Credential(ClientCertificateAuthentication.FromFiles(CertificatePath, KeyPath));
        await _entra.Issues().AcquireAsync(credential);

        _entra.Files.Remove(KeyPath);
        var acquiring = _entra.Issues().AcquireAsync(credential);
        Assert.False(acquiring.IsCompleted);
        Put(TestCertificate.One, TestCertificate.KeyOfOne);

        Assert.Equal(TokenVerdict.Issued, (await _entra.Clock.RunUntilAsync(acquiring)).Verdict);
    }

    [Fact]
    public async Task Rotation_under_a_hundred_concurrent_signers_never_mixes_certificate_and_key()
    {
        var certificate = Encoding.UTF8.GetBytes(TestCertificate.Pem(TestCertificate.One));
        var otherCertificate = Encoding.UTF8.GetBytes(TestCertificate.Pem(TestCertificate.Two));
        var key = Encoding.UTF8.GetBytes(TestCertificate.KeyOfOne.ExportPkcs8PrivateKeyPem());
        var otherKey = Encoding.UTF8.GetBytes(TestCertificate.KeyOfTwo.ExportPkcs8PrivateKeyPem());
        var files = new ConcurrentDictionary<string, byte[]> { [CertificatePath] = certificate, [KeyPath] = key };
        _entra.Server.Otherwise = _ => FakeServer.Response(HttpStatusCode.OK, EntraFake.Token());
        var credential = _entra.Credential(
            ClientCertificateAuthentication.FromFiles(CertificatePath, KeyPath),
            options => options.Environment = WorkloadEnvironment.FromValues(_entra.Variables, files));
        await _entra.AcquireAsync(credential);

        using var done = new CancellationTokenSource();
        var rotating = Task.Run(() =>
        {
            for (var turn = 0; !done.IsCancellationRequested; turn++)
            {
                files[CertificatePath] = turn % 2 == 0 ? otherCertificate : certificate;
                Thread.Yield();
                files[KeyPath] = turn % 2 == 0 ? otherKey : key;
                Thread.Yield();
            }
        });
        var results = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Task.Run(() => _entra.AcquireAsync(credential))));
        await done.CancelAsync();
        await rotating;

        Assert.All(results, result => Assert.Equal(TokenVerdict.Issued, result.Verdict));
        Assert.Equal(101, _entra.Server.Requests.Count);
        Assert.All(_entra.Server.Requests, request =>
        {
            var assertion = new SentAssertion(request.Form["client_assertion"]);
            var thumbprint = SentAssertion.Decode(assertion.Header.GetProperty("x5t#S256").GetString()!);
            var named =
                new[] { TestCertificate.One, TestCertificate.Two }.Single(
                    candidate => candidate.GetCertHash(HashAlgorithmName.SHA256).SequenceEqual(thumbprint));
            Assert.True(assertion.IsSignedBy(named, RSASignaturePadding.Pss));
        });
    }

    public static TheoryData<string?, string?, string> Bad => new()
    {
        { null, "key", "The client certificate file '/run/secrets/tls.crt' does not exist" },
        { "one", null, "The client key file '/run/secrets/tls.key' does not exist" },
        { "", "key", "'/run/secrets/tls.crt' is empty" },
        { "one", "", "'/run/secrets/tls.key' is empty" },
        { "one", "canary", "The client key file '/run/secrets/tls.key' holds no private key in PEM" },
        { "one", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "'/run/secrets/tls.key' holds a private key that is "
            + "damaged" },
        { "one", "-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n", "of the kind EC. Entra accepts RSA keys only" },
        { "one", "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n", "'/run/secrets/tls.key' is "
            + "protected by a password, and none was given" },
        { "canary", "key", "'/run/secrets/tls.crt' holds no certificate. It must hold it as PEM" },
        { "ec", "key", "Entra accepts RSA keys only" },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task Files_that_cannot_be_used_say_which_one_and_why(string? certificate, string? key, string reason)
    {
        using var ec = TestCertificate.EllipticCurve();
        if (certificate is not null)
        {
            _entra.File(
                CertificatePath,
                certificate switch
                {
                    "one" => TestCertificate.Pem(TestCertificate.One),
                    "ec" => TestCertificate.Pem(ec),
                    _ =>
                    certificate
                });
        }

        if (key is not null)
        {
            _entra.File(KeyPath, key == "key" ? TestCertificate.KeyOfOne.ExportPkcs8PrivateKeyPem() : key);
        }

        var error = (await _entra.AcquireAsync(ClientCertificateAuthentication.FromFiles(CertificatePath, KeyPath))).Error!;

        Assert.Equal(TokenErrorKind.InvalidConfiguration, error.Kind);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", error.Message, StringComparison.Ordinal);
        Assert.Empty(_entra.Server.Requests);
    }

    [Fact]
    public void Paths_are_named()
    {
        Assert.Throws<ArgumentException>(() => ClientCertificateAuthentication.FromFiles("", KeyPath));
        Assert.Throws<ArgumentException>(() => ClientCertificateAuthentication.FromFiles(CertificatePath, "a\nb"));
    }

    private SentAssertion Sent(int request) => new(_entra.Server.Requests[request].Form["client_assertion"]);

    private void Put(X509Certificate2 certificate, RSA key) =>
        _entra.File(CertificatePath, TestCertificate.Pem(certificate)).File(KeyPath, key.ExportPkcs8PrivateKeyPem());
}
