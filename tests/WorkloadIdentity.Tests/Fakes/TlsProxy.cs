using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace WorkloadIdentity.Tests;

/// <summary>
/// A cluster's proxy: TLS on a loopback port, with a certificate of one of its authorities; each request is answered as a test says.
/// </summary>
internal sealed class TlsProxy : IAsyncDisposable
{
    public const string Name = "proxy.cluster.example";

    private readonly ConcurrentQueue<string> _names = new();
    private readonly LoopbackServer _server;

    public TlsProxy(X509Certificate2 certificate, Func<ReceivedRequest, (int Status, string Body)> answer)
    {
        Certificate = certificate;
        _server = new LoopbackServer(
            received =>
            {
                var (status, body) = answer(Read(received));
                return new(status, ("Content-Type", "application/json")) { Body = body };
            },
            name =>
            {
                _names.Enqueue(name ?? "");
                return Certificate;
            });
    }

    public Uri Address => _server.Address;

    /// <summary>What it shows; a later connection sees what is set here then.</summary>
    public X509Certificate2 Certificate { get; set; }

    public IReadOnlyList<ReceivedRequest> Requests => [.. _server.Requests.Select(Read)];

    /// <summary>The names it was asked for in the TLS handshake (SNI), one a connection.</summary>
    public IReadOnlyList<string> Names => [.. _names];

    public static X509Certificate2 Authority(string name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(
            new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        return request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(30));
    }

    public static X509Certificate2 Issue(X509Certificate2 authority, string name = Name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        using var certificate =
            request.Create(
                authority,
                TimeProvider.System.GetUtcNow().AddHours(-1),
                TimeProvider.System.GetUtcNow().AddDays(1),
                RandomNumberGenerator.GetBytes(8));
        using var withKey = certificate.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pfx), null);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private ReceivedRequest Read(LoopbackServer.Received received) =>
        new(new HttpMethod(received.Method), new Uri(Address, received.Path), received.Headers, received.Body);
}
