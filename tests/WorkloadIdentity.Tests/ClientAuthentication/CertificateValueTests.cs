using System.Security.Cryptography;

namespace WorkloadIdentity.Tests;

public sealed class CertificateValueTests
{
    private const string Password = "password-canary";

    private readonly EntraFake _entra = new();

    public static TheoryData<string, string?> Forms =>
        new() { { "base64", null }, { "base64", Password }, { "lines", null }, { "pem", null }, { "base64 of pem", null } };

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Text_of_every_form_signs(string form, string? password)
    {
        var pem = TestCertificate.Pem(TestCertificate.One) + TestCertificate.KeyOfOne.ExportPkcs8PrivateKeyPem();
        var pfx = TestCertificate.Pfx(TestCertificate.One, password);
        var value = form switch
        {
            "base64" => Convert.ToBase64String(pfx),
            "lines" => Convert.ToBase64String(pfx, Base64FormattingOptions.InsertLineBreaks) + "\n",
            "pem" => pem,
            _ => Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(pem)),
        };

        await _entra.Issues().AcquireAsync(ClientCertificateAuthentication.FromValue(value, password));

        Assert.True(
            new SentAssertion(_entra.Server.Requests[0].Form["client_assertion"]).IsSignedBy(TestCertificate.One, RSASignaturePadding.Pss));
    }

    public static TheoryData<string, string> Bad => new()
    {
        { "", "is empty" },
        { "canary!", "neither PEM nor base64" },
        { "Y2FuYXJ5", "cannot be read as PFX" },
        { Convert.ToBase64String(TestCertificate.Pfx(TestCertificate.One, Password)), "protected by a password, and none was given" },
        { TestCertificate.Pem(TestCertificate.One), "without its private key" },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public void Text_that_cannot_be_used_is_refused_at_once_and_not_printed(string value, string reason)
    {
        var message = Assert.Throws<ArgumentException>(() => ClientCertificateAuthentication.FromValue(value)).Message;

        Assert.Contains(reason, message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Text_that_changes_is_read_anew_and_once_more_after_a_refusal()
    {
        var value = Convert.ToBase64String(TestCertificate.Pfx(TestCertificate.One));
        _entra.Server.Answer(_ =>
        {
            value = Convert.ToBase64String(TestCertificate.Pfx(TestCertificate.Two));
            return FakeServer.Response(System.Net.HttpStatusCode.Unauthorized, EntraFake.Error(700027));
        });

        var result = await _entra.Issues().AcquireAsync(ClientCertificateAuthentication.FromValue("a text", () => value, () => null));

        Assert.Equal(TokenVerdict.Issued, result.Verdict);
        Assert.True(
            new SentAssertion(_entra.Server.Requests[1].Form["client_assertion"]).IsSignedBy(TestCertificate.Two, RSASignaturePadding.Pss));
    }
}
