using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace WorkloadIdentity.Tests;

/// <summary>A private key is never sent as a client secret, wherever it comes from and however it is written; a secret always is.</summary>
public sealed class KeyMaterialTests
{
    private const string Path = "/run/secrets/client-secret";

    private readonly EntraFake _entra = new();

    public static TheoryData<string, string> Material => new()
    {
        { "pfx", "a PFX (PKCS#12)" },
        { "pfx with password", "a PFX (PKCS#12)" },
        { "pfx in base64url", "a PFX (PKCS#12)" },
        { "pfx in lines", "a PFX (PKCS#12)" },
        { "pfx in escaped lines", "a PFX (PKCS#12)" },
        { "pfx in quotes", "a PFX (PKCS#12)" },
        { "pfx in base64 twice", "a PFX (PKCS#12)" },
        { "pfx in hex", "a PFX (PKCS#12)" },
        { "pfx cut off", "a PFX (PKCS#12)" },
        { "pfx without padding", "a PFX (PKCS#12)" },
        { "pfx of camellia", "a PFX (PKCS#12)" },
        { "pkcs8", "a private key" },
        { "pkcs8 encrypted", "a private key" },
        { "pkcs1", "a private key" },
        { "ec", "a private key" },
        { "ec pkcs8", "a private key" },
        { "ed25519", "a private key" },
        { "certificate", "a certificate" },
        { "pkcs7", "a certificate" },
        { "pem", "a certificate or key in PEM" },
        { "pem on one line", "a certificate or key in PEM" },
        { "pem in base64", "a certificate or key in PEM" },
        { "pem in utf-16 in base64", "a certificate or key in PEM" },
        { "openssh", "a certificate or key in PEM" },
        { "jwk", "a JSON Web Key" },
        { "jwk in base64", "a JSON Web Key" },
        { "java", "a Java key store" },
        { "putty", "a private key" },
        { "capi blob", "a private key" },
    };

    /// <summary>How tools, languages and settings write it: the content, what stands around it, the name.</summary>
    public static TheoryData<string, string> Wrapped => new()
    {
        { "vm certificate", "a PFX (PKCS#12)" },
        { "vm certificate in base64", "a PFX (PKCS#12)" },
        { "vm certificate in json", "a PFX (PKCS#12)" },
        { "vm certificate in json of .NET", "a PFX (PKCS#12)" },
        { "vm certificate in xml", "a PFX (PKCS#12)" },
        { "pfx in utf-16 in base64", "a PFX (PKCS#12)" },
        { "pfx in big-endian utf-16 in base64", "a PFX (PKCS#12)" },
        { "pfx in utf-32 in base64", "a PFX (PKCS#12)" },
        { "pem in utf-16 without a mark in base64", "a certificate or key in PEM" },
        { "xml", "a private key" },
        { "xml in base64", "a private key" },
        { "xml in xml", "a private key" },
        { "array", "a PFX (PKCS#12)" },
        { "data url", "a PFX (PKCS#12)" },
        { "data url of pem", "a certificate or key in PEM" },
        { "base64:", "a PFX (PKCS#12)" },
        { "base64- and pem", "a certificate or key in PEM" },
        { "name", "a PFX (PKCS#12)" },
        { "name in front of lines", "a PFX (PKCS#12)" },
        { "name_", "a PFX (PKCS#12)" },
        { "url", "a PFX (PKCS#12)" },
        { "url twice", "a PFX (PKCS#12)" },
        { "jwk in json", "a JSON Web Key" },
        { "jwk of python", "a JSON Web Key" },
        { "0x", "a PFX (PKCS#12)" },
        { "hex with colons", "a PFX (PKCS#12)" },
        { "hex with dashes", "a PFX (PKCS#12)" },
        { "hex with spaces", "a PFX (PKCS#12)" },
        { "hex of c", "a PFX (PKCS#12)" },
        { "hex of python", "a PFX (PKCS#12)" },
        { "hex with a name", "a PFX (PKCS#12)" },
        { "hex of pem", "a certificate or key in PEM" },
        { "bytes of powershell", "a PFX (PKCS#12)" },
        { "bytes of node", "a PFX (PKCS#12)" },
        { "bytes of java", "a PFX (PKCS#12)" },
        { "pem without dashes", "a certificate or key in PEM" },
        { "pem without spaces", "a certificate or key in PEM" },
        { "lines of pem", "a private key" },
        { "lines of openssh", "a private key" },
    };

    [Theory]
    [MemberData(nameof(Material))]
    [MemberData(nameof(Wrapped))]
    public async Task It_is_refused_from_every_source_and_nothing_is_sent(string form, string what)
    {
        var secret = Of(form);
        _entra.File(Path, secret);

        var refusal = Assert.Throws<ArgumentException>(() => ClientSecretAuthentication.FromValue(secret)).Message;
        Assert.Contains($"The client secret is {what}", refusal, StringComparison.Ordinal);
        foreach (var authentication in new[]
        {
            ClientSecretAuthentication.FromFile(Path),
            ClientSecretAuthentication.FromCallback(_ => ValueTask.FromResult(secret)),
            ClientSecretAuthentication.FromCallback((_, _) => ValueTask.FromResult(secret), "another package's store"),
        })
        {
            var error = (await _entra.AcquireAsync(authentication)).Error!;
            Assert.Equal(TokenErrorKind.InvalidConfiguration, error.Kind);
            Assert.Contains($"is {what}", error.Message, StringComparison.Ordinal);
            Assert.Contains("so it is not sent", error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(secret[..16], error.Message, StringComparison.Ordinal);
        }

        Assert.Empty(_entra.Server.Requests);
    }

    [Theory]
    [InlineData("pfx")]
    [InlineData("certificate")]
    public async Task A_secret_file_that_is_a_binary_file_of_keys_is_named(string form)
    {
        _entra.Files[Path] = form == "pfx" ? TestCertificate.Pfx(TestCertificate.One) : TestCertificate.One.RawData;

        var error = (await _entra.AcquireAsync(ClientSecretAuthentication.FromFile(Path))).Error!;

        var what = form == "pfx" ? "PFX" : "certificate";
        Assert.Contains($"The client secret file '{Path}' is a {what}", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("abc8Q~TestTestTestTestTestTestTestTestTest")]
    [InlineData("MIIsecret")]
    [InlineData("MIIKcAIB")]
    [InlineData("3082")]
    [InlineData("{\"a\":\"b\"}")]
    [InlineData("eyJhbGciOiJub25lIn0.e30.")]
    [InlineData("-----secret-----")]
    [InlineData("password with spaces and == signs")]
    [InlineData("100% of \\users\\x & %zz 30:82:ff 48,130 BEGIN")]
    [InlineData("MIIKcAIBA is what I begin with")]
    [InlineData("{\"data\":\"c2VjcmV0\",\"dataType\":\"text\"}")]
    public async Task What_only_resembles_it_is_sent(string secret)
    {
        await _entra.Issues().AcquireAsync(ClientSecretAuthentication.FromValue(secret));

        Assert.Single(_entra.Server.Requests);
    }

    /// <summary>Secrets in base64, as Entra made them before: 32 random bytes, of which some begin as a key does.</summary>
    [Fact]
    public void No_random_secret_is_taken_for_it()
    {
        var random = new Random(20260101);
        var bytes = new byte[32];
        for (var round = 0; round < 200_000; round++)
        {
            random.NextBytes(bytes);
            bytes[0] = 0x30;
            Assert.Null(KeyMaterial.In(Convert.ToBase64String(bytes)));
        }
    }

    /// <summary>Long ones, of which each place may look like the beginning of a key.</summary>
    [Fact]
    public void No_long_random_secret_is_taken_for_it()
    {
        var random = new Random(20260102);
        var bytes = new byte[3000];
        for (var round = 0; round < 300; round++)
        {
            random.NextBytes(bytes);
            Assert.Null(KeyMaterial.In(Convert.ToBase64String(bytes)));
            Assert.Null(KeyMaterial.In(Convert.ToBase64String(bytes, Base64FormattingOptions.InsertLineBreaks)));
            Assert.Null(KeyMaterial.In(Base64Url.EncodeToString(bytes)));
            Assert.Null(KeyMaterial.In(Convert.ToHexString(bytes)));
            Assert.Null(KeyMaterial.In(string.Join(' ', bytes)));
            Assert.Null(KeyMaterial.In(bytes));
        }
    }

    [Fact]
    public void A_short_secret_is_judged_as_a_file_that_holds_it()
    {
        // A file is always searched. The parts begin what is searched for, or interrupt it.
        string[] parts =
        [
            "MIIKcQIBAzCCCi0", "MII", "KcQIBAz", "CCCi0", "M", "I", "30", "3", "0", "0x", "8204A3", "0201003082", "02:01:03:30", "-", "_",
            ".", "~", " ", "\n", "\"kty\"", "'", "\"", "kty", "BEGIN", " PRIVATE", "CERTIFICATE", "RSA", "KeyValue", "openssh-", "key-v1",
            "%4D", "%", "\\u004D", "&#77;", "\0", "a", "Zz9", "+", "/", "\u00E9",
        ];
        var random = new Random(1);
        var found = 0;
        for (var round = 0; round < 5_000; round++)
        {
            var secret = string.Concat(random.GetItems(parts, random.Next(1, 9)));
            var material = KeyMaterial.In(Encoding.Latin1.GetBytes(secret));
            found += material is null ? 0 : 1;

            Assert.Equal(material, KeyMaterial.In(secret));
        }

        Assert.InRange(found, 200, 4_000);
    }

    private static string Of(string form) => Wrap(form) ?? Plain(form);

    private static string? Wrap(string form)
    {
        var pfx = TestCertificate.Pfx(TestCertificate.One);
        var text = Convert.ToBase64String(pfx);
        var lines = Convert.ToBase64String(pfx, Base64FormattingOptions.InsertLineBreaks);
        var pem = Plain("pem");
        var hex = Convert.ToHexString(pfx);
        var pairs = BitConverter.ToString(pfx);
        var xml = TestCertificate.KeyOfOne.ToXmlString(includePrivateParameters: true);
        var vm = $$"""{"data":"{{text}}","dataType":"pfx","password":"p"}""";
        var key = TestCertificate.KeyOfOne.ExportPkcs8PrivateKeyPem();
        return form switch
        {
            "vm certificate" => vm,
            "vm certificate in base64" => InBase64(vm, Encoding.UTF8),
            "vm certificate in json" => $"\"{vm.Replace("\"", "\\\"", StringComparison.Ordinal)}\"",
            "vm certificate in json of .NET" => System.Text.Json.JsonSerializer.Serialize(vm),
            "vm certificate in xml" => System.Net.WebUtility.HtmlEncode(vm),
            "pfx in utf-16 in base64" => InBase64(text, Encoding.Unicode),
            "pfx in big-endian utf-16 in base64" => InBase64(text, Encoding.BigEndianUnicode),
            "pfx in utf-32 in base64" => InBase64(text, Encoding.UTF32),
            "pem in utf-16 without a mark in base64" => InBase64(pem, Encoding.Unicode),
            "xml" => xml,
            "xml in base64" => InBase64(xml, Encoding.UTF8),
            "xml in xml" => System.Net.WebUtility.HtmlEncode(xml),
            "array" => $"[\"{text}\"]",
            "data url" => $"data:application/x-pkcs12;base64,{text}",
            "data url of pem" => $"data:application/x-pem-file;base64,{InBase64(pem, Encoding.UTF8)}",
            "base64:" => $"base64:{text}",
            "base64- and pem" => $"base64-{InBase64(pem, Encoding.UTF8)}",
            "name" => $"PFX={text}",
            "name in front of lines" => $"PFX {lines}",
            "name_" => $"pfx_{text}",
            "url" => Uri.EscapeDataString(lines),
            "url twice" => Uri.EscapeDataString(Uri.EscapeDataString(lines)),
            "jwk in json" => Plain("jwk").Replace("\"", "\\\"", StringComparison.Ordinal),
            "jwk of python" => Plain("jwk").Replace('"', '\''),
            "0x" => $"0x{hex}",
            "hex with colons" => pairs.Replace('-', ':'),
            "hex with dashes" => pairs,
            "hex with spaces" => pairs.Replace('-', ' '),
            "hex of c" => $"{{ 0x{pairs.Replace("-", ", 0x", StringComparison.Ordinal)} }}",
            "hex of python" => $"b'\\x{pairs.Replace("-", "\\x", StringComparison.Ordinal)}'",
            "hex with a name" => $"certificate-{hex}",
            "hex of pem" => $"hex:{Convert.ToHexString(Encoding.ASCII.GetBytes(pem))}",
            "bytes of powershell" => string.Join(' ', pfx),
            "bytes of node" => $$"""{"type":"Buffer","data":[{{string.Join(',', pfx)}}]}""",
            "bytes of java" => $"[{string.Join(", ", pfx.Select(value => unchecked((sbyte)value)))}]",
            "pem without dashes" => key.Replace("-----", "", StringComparison.Ordinal),
            "pem without spaces" => key.Replace("-----", "", StringComparison.Ordinal).ReplaceLineEndings("")
                .Replace(" ", "", StringComparison.Ordinal),
            "lines of pem" => string.Join('\n', key.Split('\n')[1..^1]),
            "lines of openssh" => InBase64($"openssh-key-v1\0{new string('\x01', 60)}", Encoding.ASCII),
            _ => null,
        };
    }

    private static string InBase64(string text, Encoding encoding) => Convert.ToBase64String(encoding.GetBytes(text));

    private static string Plain(string form)
    {
        var pfx = TestCertificate.Pfx(TestCertificate.One);
        var pem = TestCertificate.Pem(TestCertificate.One) + TestCertificate.KeyOfOne.ExportPkcs8PrivateKeyPem();
        var lines = Convert.ToBase64String(pfx, Base64FormattingOptions.InsertLineBreaks);
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        const string Jwk = """{"kty":"RSA","n":"AQAB","e":"AQAB","d":"AQAB"}""";
        return form switch
        {
            "pfx" => Convert.ToBase64String(pfx),
            "pfx with password" => Convert.ToBase64String(TestCertificate.Pfx(TestCertificate.One, "password")),
            "pfx in base64url" => Base64Url.EncodeToString(pfx),
            "pfx in lines" => lines,
            "pfx in escaped lines" => lines.Replace("\r\n", @"\n", StringComparison.Ordinal),
            "pfx in quotes" => $"\"{Convert.ToBase64String(pfx)}\"",
            "pfx in base64 twice" => Convert.ToBase64String(Encoding.ASCII.GetBytes(Convert.ToBase64String(pfx))),
            "pfx in hex" => Convert.ToHexString(pfx),
            "pfx cut off" => Convert.ToBase64String(pfx)[..255],
            "pfx without padding" => Convert.ToBase64String([.. pfx, .. new byte[3 - (pfx.Length % 3) + 1]]).TrimEnd('='),
            "pfx of camellia" => Convert.ToBase64String(OpenSslFile.Bytes("camellia.pfx")),
            "pkcs8" => Convert.ToBase64String(TestCertificate.KeyOfOne.ExportPkcs8PrivateKey()),
            "pkcs8 encrypted" => Convert.ToBase64String(TestCertificate.KeyOfOne.ExportEncryptedPkcs8PrivateKey(
                "p", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 10))),
            "pkcs1" => Convert.ToBase64String(TestCertificate.KeyOfOne.ExportRSAPrivateKey()),
            "ec" => Convert.ToBase64String(ec.ExportECPrivateKey()),
            "ec pkcs8" => Convert.ToBase64String(ec.ExportPkcs8PrivateKey()),
            "ed25519" => "MC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f",
            "certificate" => Convert.ToBase64String(TestCertificate.One.RawData),
            "pkcs7" => Convert.ToBase64String(new X509Certificate2Collection(TestCertificate.One).Export(X509ContentType.Pkcs7)!),
            "pem" => pem,
            "pem on one line" => pem.Replace('\n', ' '),
            "pem in base64" => Convert.ToBase64String(Encoding.UTF8.GetBytes(pem)),
            "pem in utf-16 in base64" => Convert.ToBase64String([.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes(pem)]),
            "openssh" => PemEncoding.WriteString("OPENSSH PRIVATE KEY", [1, 2, 3]),
            "jwk" => Jwk,
            "jwk in base64" => Convert.ToBase64String(Encoding.UTF8.GetBytes(Jwk)),
            "java" => Convert.ToBase64String([0xFE, 0xED, 0xFE, 0xED, 0, 0, 0, 2, .. new byte[40]]),
            "capi blob" => Convert.ToBase64String([7, 2, 0, 0, 0, 0xA4, 0, 0, .. "RSA2"u8, 0, 8, 0, 0, 1, 0, 1, 0, .. new byte[100]]),
            "putty" => "PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none\n",
            _ => throw new ArgumentOutOfRangeException(nameof(form)),
        };
    }
}
