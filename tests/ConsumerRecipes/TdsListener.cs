using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace ConsumerRecipes;

/// <summary>
/// The login of SQL Server (MS-TDS 2.2, TDS 8 over TLS) and nothing more: it keeps the tokens that clients log in with, accepts them or
/// refuses them. It answers no query.
/// </summary>
internal sealed class TdsListener : IAsyncDisposable
{
    private const byte Tabular = 0x04;
    private const byte PreLogin = 0x12;
    private const byte Login7 = 0x10;
    private const byte FederatedToken = 0x08;

    private readonly X509Certificate2 _certificate;
    private readonly string _certificateFile = Path.GetTempFileName();
    private readonly LoopbackServer _server;

    public TdsListener()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        _certificate = X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pfx), password: null);
        File.WriteAllBytes(_certificateFile, certificate.Export(X509ContentType.Cert));
        _server = new LoopbackServer(ServeAsync);
    }

    /// <summary>The tokens of all logins.</summary>
    public ConcurrentQueue<string> Tokens { get; } = new();

    public bool Refuses { get; set; }

    public string ConnectionString =>
        $"Server=127.0.0.1,{_server.Port};Database=orders;Encrypt=Strict;"
            + $"ServerCertificate={_certificateFile};Connect Timeout=60;ConnectRetryCount=0";

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _certificate.Dispose();
        File.Delete(_certificateFile);
    }

    private async Task ServeAsync(Stream connection, CancellationToken cancellationToken)
    {
        await using var tls = new SslStream(connection, leaveInnerStreamOpen: true);
        await tls.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions
            {
                ServerCertificate = _certificate,
                ApplicationProtocols = [new SslApplicationProtocol("tds/8.0")],
            },
            cancellationToken);
        await LogInAsync(tls, cancellationToken);
        await tls.CopyToAsync(Stream.Null, cancellationToken);
    }

    private async Task LogInAsync(Stream stream, CancellationToken cancellationToken)
    {
        Expect(PreLogin, (await ReadAsync(stream, cancellationToken)).Type);

        // Options of 5 bytes each (version, encryption, federated authentication required), their end, then their values.
        await WriteAsync(stream, [0, 0, 16, 0, 6, 1, 0, 22, 0, 1, 6, 0, 23, 0, 1, 0xFF, 16, 0, 0, 0, 0, 0, 0, 1], cancellationToken);
        Expect(Login7, (await ReadAsync(stream, cancellationToken)).Type);
        await WriteAsync(stream, FederationInformation(), cancellationToken);
        var (type, message) = await ReadAsync(stream, cancellationToken);
        Expect(FederatedToken, type);
        var length = BinaryPrimitives.ReadInt32LittleEndian(message.AsSpan(4));
        Tokens.Enqueue(Encoding.Unicode.GetString(message, 8, length));
        var refused = Error(18456, "Login failed for user '<token-identified principal>'.");
        await WriteAsync(stream, Refuses ? [.. refused, .. Done(2)] : Accepted(), cancellationToken);
    }

    private static void Expect(byte expected, byte type)
    {
        if (type != expected)
        {
            throw new IOException($"A message of type {type} came where {expected} was expected.");
        }
    }

    /// <summary>FEDAUTHINFO (2.2.7.12): who issues tokens, and what for.</summary>
    private static byte[] FederationInformation()
    {
        var authority = Encoding.Unicode.GetBytes("https://login.microsoftonline.com/common");
        var resource = Encoding.Unicode.GetBytes("https://database.windows.net/");
        const int Names = 4 + (2 * 9);
        return
        [
            0xEE, .. Int32(Names + authority.Length + resource.Length), .. Int32(2),
            1, .. Int32(authority.Length), .. Int32(Names),
            2, .. Int32(resource.Length), .. Int32(Names + authority.Length),
            .. authority, .. resource,
        ];
    }

    /// <summary>LOGINACK (2.2.7.14), the acknowledged federated authentication (2.2.7.11) and DONE (2.2.7.6).</summary>
    private static byte[] Accepted()
    {
        var program = Encoding.Unicode.GetBytes("Microsoft SQL Server");
        return
        [
            0xAD, .. Int16(1 + 4 + 1 + program.Length + 4), 1, 0x74, 0, 0, 4, (byte)(program.Length / 2), .. program, 16, 0, 0, 0,
            0xAE, 2, 0, 0, 0, 0, 0xFF,
            .. Done(0),
        ];
    }

    private static byte[] Error(int number, string text)
    {
        var message = Encoding.Unicode.GetBytes(text);
        byte[] content = [.. Int32(number), 1, 14, .. Int16(text.Length), .. message, 0, 0, .. Int32(1)];
        return [0xAA, .. Int16(content.Length), .. content];
    }

    private static byte[] Done(int status) => [0xFD, .. Int16(status), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    private static byte[] Int16(int value) => [(byte)value, (byte)(value >> 8)];

    private static byte[] Int32(int value) => [.. Int16(value), .. Int16(value >> 16)];

    /// <summary>One message: packets with a header of 8 bytes, up to the one that says it is the last.</summary>
    private static async Task<(byte Type, byte[] Content)> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var content = new MemoryStream();
        var header = new byte[8];
        do
        {
            await stream.ReadExactlyAsync(header, cancellationToken);
            var packet = new byte[BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(2)) - header.Length];
            await stream.ReadExactlyAsync(packet, cancellationToken);
            content.Write(packet);
        }
        while ((header[1] & 1) == 0);
        return (header[0], content.ToArray());
    }

    private static async Task WriteAsync(Stream stream, byte[] content, CancellationToken cancellationToken)
    {
        var length = content.Length + 8;
        await stream.WriteAsync((byte[])[Tabular, 1, (byte)(length >> 8), (byte)length, 0, 0, 1, 0, .. content], cancellationToken);
        await stream.FlushAsync(cancellationToken);
    }
}
