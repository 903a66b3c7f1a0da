using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace WorkloadIdentity.Tests;

/// <summary>Keys that never come into this process.</summary>
public sealed class RemoteCertificateTests
{
    private readonly EntraFake _entra = new();

    private static X509Certificate2 PublicOne => TestCertificate.WithoutKey();

    [Fact]
    public async Task What_is_signed_elsewhere_is_sent()
    {
        await _entra.Issues()
            .AcquireAsync(ClientCertificateAuthentication.FromSigner(PublicOne, SignWith(TestCertificate.KeyOfOne)).WithChain());

        Assert.Equal(["alg", "typ", "x5t#S256", "x5c"], Sent(0).HeaderNames);
        Assert.True(Sent(0).IsSignedBy(TestCertificate.One, RSASignaturePadding.Pss));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_signer_without_pss_signs_rs256_and_is_not_asked_for_pss_again(bool renewed)
    {
        var asked = new List<RSASignaturePadding>();
        Func<X509Certificate2, ReadOnlyMemory<byte>, RSASignaturePadding, CancellationToken, ValueTask<byte[]>> signer =
            (certificate, hash, padding, cancellationToken) =>
        {
            asked.Add(padding);
            return padding == RSASignaturePadding.Pss
                ? throw new NotSupportedException()
                : SignWith(TestCertificate.KeyOfOne)(certificate, hash, padding, cancellationToken);
        };
        var credential = _entra.Credential(renewed
            ? ClientCertificateAuthentication.FromSigner((_, _) => ValueTask.FromResult(PublicOne), signer)
            : ClientCertificateAuthentication.FromSigner(PublicOne, signer));

        await _entra.Issues().AcquireAsync(credential);
        await _entra.Issues().AcquireAsync(credential);

        Assert.Equal([RSASignaturePadding.Pss, RSASignaturePadding.Pkcs1, RSASignaturePadding.Pkcs1], asked);
        Assert.All([Sent(0), Sent(1)], assertion => Assert.True(assertion.IsSignedBy(TestCertificate.One, RSASignaturePadding.Pkcs1)));
    }

    [Theory]
    [InlineData("throws")]
    [InlineData("cryptographic")]
    [InlineData("signs with the new key")]
    public async Task A_signer_that_fails_after_a_rotation_has_the_new_certificate_asked_for_and_signed_with(string fails)
    {
        var refusals = new List<TokenError?>();
        var authentication = ClientCertificateAuthentication.FromSigner(
            (refusal, _) =>
            {
                refusals.Add(refusal);
                return ValueTask.FromResult(refusal is null ? TestCertificate.One : TestCertificate.Two);
            },
            (certificate, hash, padding, cancellationToken) => certificate.Subject == "CN=two" || fails == "signs with the new key"
                ? SignWith(TestCertificate.KeyOfTwo)(certificate, hash, padding, cancellationToken)
                : throw (fails == "throws" ? new InvalidOperationException("canary: no such key") : new CryptographicException("canary")));

        var result = await _entra.Issues().AcquireAsync(authentication);

        Assert.Equal(TokenVerdict.Issued, result.Verdict);
        Assert.Equal(2, refusals.Count);
        Assert.Null(refusals[0]);
        Assert.Equal(fails != "signs with the new key", refusals[1]!.Exception is not null);
        Assert.True(Sent(0).IsSignedBy(TestCertificate.Two, RSASignaturePadding.Pss));
    }

    [Fact]
    public async Task A_signer_that_fails_with_the_only_certificate_fails_once()
    {
        var (asked, signed) = (0, 0);
        var authentication = ClientCertificateAuthentication.FromSigner(
            (_, _) =>
            {
                asked++;
                return ValueTask.FromResult(TestCertificate.One);
            },
            (_, _, _, _) =>
            {
                signed++;
                throw new InvalidOperationException();
            });

        var error = (await _entra.AcquireAsync(authentication)).Error!;

        Assert.IsType<InvalidOperationException>(error.Exception);
        Assert.Equal((2, 1), (asked, signed));
        Assert.Empty(_entra.Server.Requests);
    }

    [Fact]
    public async Task A_new_version_is_followed_and_asked_for_once_when_the_old_one_is_refused()
    {
        var refusals = new List<TokenError?>();
        var authentication = ClientCertificateAuthentication.FromSigner(
            (refusal, _) =>
            {
                refusals.Add(refusal);
                return ValueTask.FromResult(refusal is null ? TestCertificate.One : TestCertificate.Two);
            },
            (certificate, hash, padding, _) =>
                ValueTask.FromResult((certificate.Subject == "CN=one" ? TestCertificate.KeyOfOne : TestCertificate.KeyOfTwo).SignHash(
                    hash.Span, HashAlgorithmName.SHA256, padding)));

        var result = await _entra.Refuses(700027).Issues().AcquireAsync(authentication);

        Assert.Equal(TokenVerdict.Issued, result.Verdict);
        Assert.Equal([null, 700027], refusals.Select(refusal => refusal?.EntraErrorCodes[0]));
        Assert.True(Sent(1).IsSignedBy(TestCertificate.Two, RSASignaturePadding.Pss));
    }

    [Theory]
    [InlineData("another key")]
    [InlineData("another padding")]
    [InlineData("garbage")]
    [InlineData("null")]
    public async Task What_is_not_a_signature_by_the_key_of_the_certificate_is_not_sent(string what)
    {
        var error =
            (await _entra.AcquireAsync(
                ClientCertificateAuthentication.FromSigner(PublicOne, (_, hash, padding, _) => ValueTask.FromResult(what switch
                {
                    "another key" => TestCertificate.KeyOfTwo.SignHash(hash.Span, HashAlgorithmName.SHA256, padding),
                    "another padding" => TestCertificate.KeyOfOne.SignHash(hash.Span, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
                    "garbage" => [1, 2, 3],
                    _ => null!,
                })))).Error!;

        Assert.Equal(TokenErrorKind.InvalidConfiguration, error.Kind);
        Assert.Contains(
            "did not return a signature by the key of the client certificate 'CN=one'", error.Message, StringComparison.Ordinal);
        Assert.Empty(_entra.Server.Requests);
    }

    [Fact]
    public async Task What_a_signer_throws_is_the_inner_exception()
    {
        var thrown = new HttpRequestException("canary");

        var error = (await _entra.AcquireAsync(ClientCertificateAuthentication.FromSigner(PublicOne, (_, _, _, _) => throw thrown))).Error!;

        Assert.Same(thrown, error.Exception);
        Assert.DoesNotContain("canary", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_no_signature_of_which_entra_takes_is_refused()
    {
        using var ec = TestCertificate.EllipticCurve();
        Assert.Contains(
            "RSA keys only",
            Assert.Throws<ArgumentException>(
                () => ClientCertificateAuthentication.FromSigner(ec, SignWith(TestCertificate.KeyOfOne))).Message,
            StringComparison.Ordinal);

        var late =
            (await _entra.AcquireAsync(
                ClientCertificateAuthentication.FromSigner((_, _) => ValueTask.FromResult(ec), SignWith(TestCertificate.KeyOfOne)))).Error!;
        Assert.Contains("The certificate of a signer has a key of the kind", late.Message, StringComparison.Ordinal);
        var none =
            (await _entra.AcquireAsync(ClientCertificateAuthentication.FromSigner(
                (_, _) => ValueTask.FromResult<X509Certificate2>(null!), SignWith(TestCertificate.KeyOfOne)))).Error!;
        Assert.Contains("returned nothing (null)", none.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Callbacks_are_told_of_a_refusal_so_that_what_they_cached_can_be_renewed()
    {
        await _entra.Refuses(700027).Issues().AcquireAsync(
            ClientCertificateAuthentication.FromCallback(
                (refusal, _) => ValueTask.FromResult(refusal is null ? TestCertificate.One : TestCertificate.Two)));
        await _entra.Refuses(7000222).Issues().AcquireAsync(
            ClientSecretAuthentication.FromCallback(
                (refusal, _) => ValueTask.FromResult(refusal?.EntraErrorCodes is [7000222] ? "new" : "old")));

        Assert.True(Sent(1).IsSignedBy(TestCertificate.Two, RSASignaturePadding.Pss));
        Assert.Equal(["old", "new"], _entra.Server.Requests.Skip(2).Select(request => request.Form["client_secret"]));
    }

    private static Func<X509Certificate2, ReadOnlyMemory<byte>, RSASignaturePadding, CancellationToken, ValueTask<byte[]>> SignWith(
        RSA key) =>
        (_, hash, padding, _) => ValueTask.FromResult(key.SignHash(hash.Span, HashAlgorithmName.SHA256, padding));

    private SentAssertion Sent(int request) => new(_entra.Server.Requests[request].Form["client_assertion"]);
}
