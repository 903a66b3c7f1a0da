using System.Net;
using System.Reflection;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace WorkloadIdentity.IntegrationTests;

/// <summary>
/// Azurite's blob service over https with OAuth on: it takes tokens of Entra for storage, whose signature alone it does not check.
/// </summary>
public sealed class Azurite : IAsyncLifetime
{
    private const string Ready = "successfully listens on ";

    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);

    private readonly X509Certificate2 _certificate = NewCertificate();
    private NodeProcess? _process;
    private Uri? _account;

    /// <summary>The blob endpoint of Azurite's well-known account; ends in a slash.</summary>
    public Uri Account => _account ?? throw new InvalidOperationException("Azurite was not started.");

    public async Task InitializeAsync()
    {
        if (Node.SkipReason is not null)
        {
            return;
        }

        var node = Node.Executable
            ?? throw new InvalidOperationException(
                "Node.js is not on the PATH. With CI=true the integration tests are not skipped: install Node.js 20 or later.");
        var folder =
            typeof(Azurite).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == "AzuriteFolder").Value!;
        await NodePackages.InstallAsync(folder);

        using var key = _certificate.GetRSAPrivateKey()!;
        using var certificateFile = new TemporaryFile(_certificate.ExportCertificatePem());
        using var keyFile = new TemporaryFile(key.ExportPkcs8PrivateKeyPem());
        using var patience = new CancellationTokenSource(StartLimit, TimeProvider.System);
        _process = NodeProcess.Start(
            node, folder, "blob.js", "--oauth", "basic", "--cert", certificateFile.Path, "--key", keyFile.Path,
            "--blobPort", "0", "--inMemoryPersistence", "--disableTelemetry", "--silent");
        var line = await _process.ReadLineAsync(each => each.Contains(Ready, StringComparison.Ordinal), patience.Token);
        _account = new Uri(new Uri(line[(line.IndexOf(Ready, StringComparison.Ordinal) + Ready.Length)..].Trim()), "/devstoreaccount1/");
    }

    public async Task DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        _certificate.Dispose();
    }

    /// <summary>A connection that trusts this server's certificate and no other.</summary>
    public SocketsHttpHandler Connect() => new()
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        SslOptions =
        {
            RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                certificate is not null
                    && CryptographicOperations.FixedTimeEquals(certificate.GetRawCertData(), _certificate.RawDataMemory.Span),
        },
    };

    private static X509Certificate2 NewCertificate()
    {
        using var key = RSA.Create(2048);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        var request =
            new CertificateRequest(
                "CN=azurite", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            { CertificateExtensions = { names.Build() } };
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddHours(-1), now.AddDays(1));
    }
}
