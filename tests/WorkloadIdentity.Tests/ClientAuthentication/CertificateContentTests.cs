using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace WorkloadIdentity.Tests;

/// <summary>The forms in which tools, vaults and settings hand a certificate over: each is read, or named for what it is.</summary>
public sealed class CertificateContentTests
{
    private const string Path = "/run/secrets/client.pem";
    private const string KeyPath = "/run/secrets/client.key";
    private const string Password = "password-canary";

    private static readonly string Pem =
        TestCertificate.Pem(TestCertificate.One) + TestCertificate.KeyOfOne.ExportPkcs8PrivateKeyPem() + "\n";

    private readonly EntraFake _entra = new();

    public static TheoryData<string> Texts =>
    [
        "base64 pfx", "base64 pfx with lines", "base64 pfx in quotes", "base64 pfx in utf-16", "base64 pem", "base64 of literal",
        "utf-16", "utf-16 big endian", "utf-16 without mark", "old code page", "in quotes", "indented", "old mac lines",
        @"literal \n", @"literal \r\n", @"literal \\n", "spaces for lines", "no lines",
    ];

    [Theory]
    [MemberData(nameof(Texts))]
    public async Task A_file_is_read_however_its_text_was_written(string form)
    {
        _entra.Files[Path] = Bytes(form);

        await _entra.Issues().AcquireAsync(ClientCertificateAuthentication.FromFile(Path));

        Assert.True(Sent.IsSignedBy(TestCertificate.One, RSASignaturePadding.Pss));
    }

    [Theory]
    [InlineData("base64 pfx")]
    [InlineData("base64 pfx in quotes")]
    [InlineData("base64 pem")]
    [InlineData(@"literal \n")]
    [InlineData(@"literal \\n")]
    [InlineData("spaces for lines")]
    [InlineData("no lines")]
    [InlineData("in quotes")]
    public async Task So_is_a_setting(string form)
    {
        await _entra.Issues().AcquireAsync(ClientCertificateAuthentication.FromValue(Encoding.UTF8.GetString(Bytes(form))));

        Assert.True(Sent.IsSignedBy(TestCertificate.One, RSASignaturePadding.Pss));
    }

    public static TheoryData<string, string> Pairs
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var certificate in new[] { "pem", "der", "base64 der", "utf-16 pem" })
            {
                foreach (var key in new[] { "pem", "pkcs8", "pkcs1", "encrypted", "base64 pkcs8", "utf-16 pem" })
                {
                    data.Add(certificate, key);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task Certificate_and_key_in_a_file_each_may_both_be_der(string certificate, string key)
    {
        var one = TestCertificate.KeyOfOne;
        _entra.Files[Path] = certificate switch
        {
            "der" => TestCertificate.One.RawData,
            "base64 der" => Text(Convert.ToBase64String(TestCertificate.One.RawData)),
            "utf-16 pem" => [.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes(TestCertificate.Pem(TestCertificate.One))],
            _ => Text(TestCertificate.Pem(TestCertificate.One)),
        };
        _entra.Files[KeyPath] = key switch
        {
            "pkcs8" => one.ExportPkcs8PrivateKey(),
            "pkcs1" => one.ExportRSAPrivateKey(),
            "encrypted" => one.ExportEncryptedPkcs8PrivateKey(Password, Encryption(1000)),
            "base64 pkcs8" => Text(Convert.ToBase64String(one.ExportPkcs8PrivateKey())),
            "utf-16 pem" => [.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes(one.ExportPkcs8PrivateKeyPem())],
            _ => Text(one.ExportPkcs8PrivateKeyPem()),
        };

        await _entra.Issues().AcquireAsync(ClientCertificateAuthentication.FromFiles(Path, KeyPath, Password));

        Assert.True(Sent.IsSignedBy(TestCertificate.One, RSASignaturePadding.Pss));
    }

    [Theory]
    [InlineData("TRUSTED CERTIFICATE")]
    [InlineData("X509 CERTIFICATE")]
    public async Task The_other_labels_of_openssl_are_certificates_too(string label)
    {
        var certificate = label[0] == 'T'
            ? OpenSslFile.Text("trusted.pem")
            : OpenSslFile.Text("certificate.pem").Replace("CERTIFICATE", label, StringComparison.Ordinal);
        _entra.Files[Path] = Text(certificate + OpenSslFile.Text("key.pem"));

        await _entra.Issues().AcquireAsync(ClientCertificateAuthentication.FromFile(Path).WithChain());

        Assert.True(Sent.IsSignedBy(OpenSslFile.Certificate, RSASignaturePadding.Pss));
        Assert.Equal([OpenSslFile.Certificate.RawData], Sent.Chain);
    }

    [Theory]
    [InlineData(300_001)]
    [InlineData(1_000_000)]
    public async Task A_pfx_with_many_iterations_is_opened(int iterations)
    {
        _entra.Files[Path] = TestCertificate.One.ExportPkcs12(Encryption(iterations), Password);

        await _entra.Issues().AcquireAsync(ClientCertificateAuthentication.FromFile(Path, Password));

        Assert.True(Sent.IsSignedBy(TestCertificate.One, RSASignaturePadding.Pss));
    }

    public static TheoryData<string, string?, string> Named => new()
    {
        { "scrypt.key.pem", OpenSslFile.Password, "holds a private key under scrypt, which .NET does not read. Convert it: openssl pkcs8" },
        { "scrypt.key.pem", "wrong", "under scrypt" },
        { "scrypt.key.pem", null, "under scrypt" },
        { "camellia.key.pem", OpenSslFile.Password, "under Camellia" },
        { "aria.key.pem", OpenSslFile.Password, "under ARIA" },
        { "rc4.key.pem", OpenSslFile.Password, "under RC4" },
        { "hmac.key.pem", OpenSslFile.Password, "under HMAC with SHA-512/256" },
        { "slow.key.pem", OpenSslFile.Password, "under more than 10,000,000 iterations, which takes too long to open" },
        { "slow.pfx", OpenSslFile.Password, "is a PFX above a limit: 10,000,000 iterations" },
        { "slow.pfx", "wrong", "10,000,000 iterations" },
        { "camellia.pfx", OpenSslFile.Password, "is a PFX that is protected with Camellia, which .NET does not read. Export it again" },
        { "camellia.pfx", null, "is protected with Camellia" },
        { "camellia-without-mac.pfx", OpenSslFile.Password, "is protected with Camellia" },
        { "aria-key.pfx", OpenSslFile.Password, "is protected with ARIA" },
        { "sha3.pfx", OpenSslFile.Password, "is protected with SHA-3" },
        { "pss.pfx", OpenSslFile.Password, "has a key that is restricted to PSS (RSASSA-PSS), which .NET cannot use" },
        { "pss.pfx", "wrong", "cannot be opened with the password that was given" },
        { "pss.pem + pss.key.pem", null, "restricted to PSS (RSASSA-PSS)" },
        { "pss.pem + pss-encrypted.key.pem", OpenSslFile.Password, "restricted to PSS (RSASSA-PSS)" },
        { "certificate.pem + pss.key.pem", null, "holds a private key that is restricted to PSS (RSASSA-PSS)" },
        { "certificate.pem + trusted.pem", null, "without its private key" },
    };

    [Theory]
    [MemberData(nameof(Named))]
    public async Task What_net_does_not_read_is_named_and_neither_called_damaged_nor_a_wrong_password(
        string files, string? password, string reason)
    {
        var isComplete = files.EndsWith(".pfx", StringComparison.Ordinal) || files.Contains('+', StringComparison.Ordinal);
        var parts = isComplete ? files : $"certificate.pem + {files}";
        _entra.Files[Path] = [.. parts.Split(" + ").SelectMany(OpenSslFile.Bytes)];

        var error = (await _entra.AcquireAsync(ClientCertificateAuthentication.FromFile(Path, password))).Error!;

        Assert.Equal(TokenErrorKind.InvalidConfiguration, error.Kind);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("damaged", error.Message, StringComparison.Ordinal);
        Assert.Equal(
            password == "wrong" && files == "pss.pfx",
            error.Message.Contains("with the password that was given", StringComparison.Ordinal));
        Assert.Empty(_entra.Server.Requests);
    }

    public static TheoryData<string, string?, string> Misplaced => new()
    {
        { "pfx", "key", "'/run/secrets/client.pem' is a PFX (PKCS#12), which holds its own key. Leave the key file out" },
        { "certificate", "pfx", "'/run/secrets/client.key' is a PFX (PKCS#12), which holds certificate and key. Name it alone" },
        { "der", null, "without its private key" },
        { "java", null, "is a Java key store. Convert it to PFX: keytool -importkeystore" },
        { "pkcs7", null, "is a PKCS#7 bundle, which holds certificates without a key. Convert it to PEM: openssl pkcs7 -print_certs" },
        { "request", null, "It holds a request for one" },
        { "cut off", null, "cannot be read as PFX" },
    };

    [Theory]
    [MemberData(nameof(Misplaced))]
    public async Task What_stands_in_the_wrong_place_is_named(string certificate, string? key, string reason)
    {
        _entra.Files[Path] = certificate switch
        {
            "pfx" => TestCertificate.Pfx(TestCertificate.One),
            "der" => TestCertificate.One.RawData,
            "java" => [0xFE, 0xED, 0xFE, 0xED, 0, 0, 0, 2, 0, 0, 0, 1],
            "pkcs7" => new X509Certificate2Collection(TestCertificate.One).Export(X509ContentType.Pkcs7)!,
            "request" =>
                Text(
                    PemEncoding.WriteString("CERTIFICATE REQUEST", [1, 2, 3]) + "\n" + TestCertificate.KeyOfOne.ExportPkcs8PrivateKeyPem()),
            "cut off" => TestCertificate.Pfx(TestCertificate.One)[..500],
            _ => Text(TestCertificate.Pem(TestCertificate.One)),
        };
        _entra.Files[KeyPath] = key == "pfx"
            ? TestCertificate.Pfx(TestCertificate.One)
            : Text(TestCertificate.KeyOfOne.ExportPkcs8PrivateKeyPem());

        var error = (await _entra.AcquireAsync(key is null
            ? ClientCertificateAuthentication.FromFile(Path)
            : ClientCertificateAuthentication.FromFiles(Path, KeyPath))).Error!;

        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    private SentAssertion Sent => new(_entra.Server.Requests[0].Form["client_assertion"]);

    private static byte[] Bytes(string form)
    {
        var pfx = Convert.ToBase64String(TestCertificate.Pfx(TestCertificate.One));
        return form switch
        {
            "base64 pfx" => Text(pfx),
            "base64 pfx with lines" => Text(string.Join('\n', pfx.Chunk(76).Select(line => new string(line))) + "\n"),
            "base64 pfx in quotes" => Text($"\"{pfx}\"\n"),
            "base64 pfx in utf-16" => [.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes(pfx)],
            "base64 pem" => Text(Convert.ToBase64String(Text(Pem))),
            "utf-16" => [.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes(Pem)],
            "utf-16 big endian" => [.. Encoding.BigEndianUnicode.Preamble, .. Encoding.BigEndianUnicode.GetBytes(Pem)],
            "utf-16 without mark" => Encoding.Unicode.GetBytes(Pem),
            "old code page" => [.. "# M"u8, 0xFC, .. "ller\n"u8, .. Text(Pem)],
            @"literal \n" => Text(Pem.Replace("\n", @"\n", StringComparison.Ordinal)),
            @"literal \r\n" => Text(Pem.Replace("\n", @"\r\n", StringComparison.Ordinal)),
            @"literal \\n" => Text(Pem.Replace("\n", @"\\n", StringComparison.Ordinal)),
            "spaces for lines" => Text(Pem.Replace('\n', ' ')),
            "no lines" => Text(Pem.Replace("\n", "", StringComparison.Ordinal)),
            "in quotes" => Text($"\"{Pem}\""),
            "indented" => Text(Pem.Replace("\n", "\n    ", StringComparison.Ordinal)),
            "old mac lines" => Text(Pem.Replace('\n', '\r')),
            "base64 of literal" => Text(Convert.ToBase64String(Text(Pem.Replace("\n", @"\n", StringComparison.Ordinal)))),
            _ => throw new ArgumentOutOfRangeException(nameof(form)),
        };
    }

    private static PbeParameters Encryption(int iterations) => new(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, iterations);

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);
}
