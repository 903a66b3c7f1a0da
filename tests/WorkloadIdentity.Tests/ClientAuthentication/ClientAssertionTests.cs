using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace WorkloadIdentity.Tests;

/// <summary>What others published about signatures and thumbprints.</summary>
public sealed class ClientAssertionTests
{
    [Fact]
    public void The_example_of_rfc_7515_appendix_a2_is_signed_as_published()
    {
        using var example = JsonDocument.Parse(File.ReadAllBytes(Vectors.Rfc7515AppendixA2));
        byte[] Part(string name) => Base64Url.DecodeFromChars(example.RootElement.GetProperty("key").GetProperty(name).GetString());
        using var key = RSA.Create(new RSAParameters
        {
            Modulus = Part("n"),
            Exponent = Part("e"),
            D = Part("d"),
            P = Part("p"),
            Q = Part("q"),
            DP = Part("dp"),
            DQ = Part("dq"),
            InverseQ = Part("qi"),
        });

        var signature = ClientAssertion.Signature(key, ClientAssertion.Rs256, example.RootElement.GetProperty("input").GetString()!);

        Assert.Equal(example.RootElement.GetProperty("signature").GetString(), signature);
    }

    [Fact]
    public void The_certificate_of_rfc_8705_appendix_a_has_the_thumbprint_published_there()
    {
        const string Published =
            "MIIBBjCBrAIBAjAKBggqhkjOPQQDAjAPMQ0wCwYDVQQDDARtdGxzMB4XDTE4MTAxODEyMzcwOVoXDTIyMDUwMjEyMzcwOVowDzEN"
                + "MAsGA1UEAwwEbXRsczBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABNcnyxwqV6hY8QnhxxzFQ03C7HKW9OylMbnQZjjJ/Au08/co"
                + "ZwxS7LfA4vOLS9WuneIXhbGGWvsDSb0tH6IxLm8wCgYIKoZIzj0EAwIDSQAwRgIhAP0RC1E+vwJD/D1AGHGzuri+hlV/PpQEKTWU"
                + "VeORWz83AiEA5x2eXZOVbUlJSGQgjwD5vaUaKlLR50Q2DmFfQj1L+SY=";
        using var certificate = X509CertificateLoader.LoadCertificate(Convert.FromBase64String(Published));

        Assert.Equal(
            "A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0",
            Base64Url.EncodeToString(new SigningCertificate(certificate, () => null).Sha256));
    }
}
