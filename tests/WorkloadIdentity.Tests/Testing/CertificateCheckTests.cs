using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using WorkloadIdentity.Testing;
using static WorkloadIdentity.Tests.EmulatorCalls;

namespace WorkloadIdentity.Tests;

/// <summary>Trust in a subject's name and an authority (SN+I), by the chain in <c>x5c</c>.</summary>
public sealed class CertificateCheckTests(EmulatorFixture fixture) : IClassFixture<EmulatorFixture>
{
    private const string Name = "orders.contoso.example";

    private readonly EntraEmulator _entra = fixture.Fresh();
    private readonly FakeClock _clock = fixture.Clock;
    private int _keys;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_certificate_nobody_registered_is_taken_when_a_trusted_authority_issued_it_to_a_trusted_name(bool isArray)
    {
        using var authority = Authority("CN=authority");
        using var leaf = Leaf(authority, $"CN={Name}");
        var app = _entra.AddApplication().AddTrustedSubject(Name, authority);

        var reply = await _entra.PostAsync(app.Asserting(Assertion(app, leaf, Chain(isArray, leaf))));

        Assert.Equal(200, reply.Status);
        Assert.Equal("2", Claims(reply.Token).GetProperty("azpacr").GetString());
        Assert.Equal(ClientAuthenticationMethod.Certificate, _entra.Journal.TokenRequests[^1].ClientAuthentication);
    }

    [Fact]
    public async Task Authorities_in_between_come_along()
    {
        using var root = Authority("CN=root");
        using var issuing = Leaf(root, "CN=issuing", isAuthority: true);
        using var leaf = Leaf(issuing, "CN=anything", alternative: Name);
        var app = _entra.AddApplication().AddTrustedSubject(Name, root);

        Assert.Equal(200, (await _entra.PostAsync(app.Asserting(Assertion(app, leaf, Chain(true, leaf, issuing))))).Status);
        Assert.Equal(50012, (await _entra.PostAsync(app.Asserting(Assertion(app, leaf, Chain(true, leaf))))).Code);
    }

    [Fact]
    public async Task A_name_another_authority_vouches_for_is_refused()
    {
        using var authority = Authority("CN=authority");
        using var impostor = Authority("CN=authority");
        using var leaf = Leaf(impostor, $"CN={Name}");
        using var selfMade = Certificate();
        var app = _entra.AddApplication().AddTrustedSubject(Name, authority);

        Assert.Equal(50012, (await _entra.PostAsync(app.Asserting(Assertion(app, leaf, Chain(true, leaf))))).Code);
        Assert.Equal(50012, (await _entra.PostAsync(app.Asserting(Assertion(app, leaf, Chain(true, leaf, authority))))).Code);
        Assert.Equal(50012, (await _entra.PostAsync(app.Asserting(Assertion(app, leaf, Chain(true, leaf, impostor))))).Code);
        Assert.Equal(700030, (await _entra.PostAsync(app.Asserting(Assertion(app, selfMade, Chain(true, selfMade))))).Code);
    }

    [Fact]
    public async Task A_leaf_cannot_vouch_for_another()
    {
        using var authority = Authority("CN=authority");
        using var leaf = Leaf(authority, "CN=no authority");
        using var forged = Leaf(leaf, $"CN={Name}");
        var app = _entra.AddApplication().AddTrustedSubject(Name, authority);

        Assert.Equal(50012, (await _entra.PostAsync(app.Asserting(Assertion(app, forged, Chain(true, forged, leaf))))).Code);
    }

    [Fact]
    public async Task The_key_the_thumbprint_and_the_dates_must_be_the_leafs()
    {
        using var authority = Authority("CN=authority");
        using var leaf = Leaf(authority, $"CN={Name}");
        using var ended = Leaf(authority, $"CN={Name}", until: _clock.Now.AddDays(-1));
        using var other = Certificate();
        var app = _entra.AddApplication().AddTrustedSubject(Name, authority);

        // Signed by somebody who has seen the certificate, and holds another key.
        Assert.Equal(700027, (await _entra.PostAsync(app.Asserting(Assertion(app, other, Chain(true, leaf), thumbprintOf: leaf)))).Code);
        Assert.Equal(50027, (await _entra.PostAsync(app.Asserting(Assertion(app, leaf, Chain(true, leaf), thumbprintOf: other)))).Code);
        Assert.Equal(1000502, (await _entra.PostAsync(app.Asserting(Assertion(app, ended, Chain(true, ended))))).Code);
        foreach (var malformed in new JsonNode[] { new JsonArray("not base64!"), new JsonArray("AAAA"), new JsonArray(), 7 })
        {
            Assert.Equal(50027, (await _entra.PostAsync(app.Asserting(Assertion(app, leaf, malformed)))).Code);
        }
    }

    [Fact]
    public async Task Trust_ends_when_it_is_removed()
    {
        using var authority = Authority("CN=authority");
        using var leaf = Leaf(authority, $"CN={Name}");
        var app = _entra.AddApplication().AddTrustedSubject(Name, authority);
        app.RemoveTrustedSubject(Name.ToUpperInvariant());

        Assert.Equal(700027, (await _entra.PostAsync(app.Asserting(Assertion(app, leaf, Chain(true, leaf))))).Code);
        Assert.Throws<ArgumentException>(() => app.RemoveTrustedSubject(Name));
    }

    [Fact]
    public async Task A_registered_certificate_may_send_its_chain_and_no_thumbprint()
    {
        using var certificate = Certificate();
        var app = _entra.AddApplication().AddCertificate(certificate);
        var assertion = ClientAssertion(certificate, app, _entra.Tenant.TokenEndpoint, _clock.Now, change: (header, _) =>
        {
            header.Remove("x5t#S256");
            header["x5c"] = Chain(true, certificate);
        });

        Assert.Equal(200, (await _entra.PostAsync(app.Asserting(assertion))).Status);
    }

    private string Assertion(EmulatedApplication app, X509Certificate2 signer, JsonNode chain, X509Certificate2? thumbprintOf = null) =>
        ClientAssertion(signer, app, _entra.Tenant.TokenEndpoint, _clock.Now, change: (header, _) =>
        {
            header["x5c"] = chain;
            if (thumbprintOf is not null)
            {
                header["x5t#S256"] = System.Buffers.Text.Base64Url.EncodeToString(thumbprintOf.GetCertHash(HashAlgorithmName.SHA256));
            }
        });

    private static JsonNode Chain(bool isArray, params X509Certificate2[] certificates)
    {
        var texts = certificates.Select(certificate => (JsonNode)Convert.ToBase64String(certificate.RawData)).ToArray();
        return isArray ? new JsonArray(texts) : texts[0];
    }

    /// <summary>Another one each time within a test.</summary>
    private RSA NextKey() => TestCertificate.Key($"checked {_keys++}");

    private X509Certificate2 Authority(string name)
    {
        using var key = NextKey();
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(
            certificateAuthority: true, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        return request.CreateSelfSigned(_clock.Now.AddYears(-2), _clock.Now.AddYears(2));
    }

    private X509Certificate2 Leaf(
        X509Certificate2 authority, string name, string? alternative = null, bool isAuthority = false, DateTimeOffset? until = null)
    {
        using var key = NextKey();
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(
            new X509BasicConstraintsExtension(isAuthority, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        if (alternative is not null)
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName(alternative);
            request.CertificateExtensions.Add(names.Build());
        }

        // Not through Create(issuer): that refuses an issuer that is no authority, which is what one of these tests is about.
        using var issuerKey = authority.GetRSAPrivateKey()!;
        using var issued = request.Create(
            authority.SubjectName, X509SignatureGenerator.CreateForRSA(issuerKey, RSASignaturePadding.Pkcs1), _clock.Now.AddYears(-1),
            until ?? _clock.Now.AddYears(1), RandomNumberGenerator.GetBytes(8));
        return issued.CopyWithPrivateKey(key);
    }
}
