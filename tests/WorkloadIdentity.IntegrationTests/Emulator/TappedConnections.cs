using System.Net;
using System.Net.Sockets;
using System.Text;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.IntegrationTests;

/// <summary>
/// Connections that clients open to Entra's hosts, led to an emulator: what they write after TLS is kept as it is, and reaches the emulator
/// under its own name. Nothing leaves the machine.
/// </summary>
internal sealed class TappedConnections(EntraEmulator entra)
{
    private readonly List<MemoryStream> _written = [];

    /// <summary>The requests, each with its first line and the fields of its form.</summary>
    public IReadOnlyList<TappedRequest> Requests
    {
        get
        {
            lock (_written)
            {
                return [.. _written.Select(stream => TappedRequest.Of(Encoding.Latin1.GetString(stream.ToArray())))];
            }
        }
    }

    /// <summary>Leads the connections of a handler here. It uses no proxy, and trusts the emulator's certificate under any name.</summary>
    public void Tap(SocketsHttpHandler handler)
    {
        handler.UseProxy = false;
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, chain, _) =>
            certificate!.Issuer == entra.CertificateAuthority.Subject && chain is not null;
        handler.ConnectCallback = async (_, cancellationToken) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(IPAddress.Loopback, entra.SecureAddress.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        };
        handler.PlaintextStreamFilter = (connection, _) =>
        {
            var copy = new MemoryStream();
            lock (_written)
            {
                _written.Add(copy);
            }

            var host = connection.InitialRequestMessage.RequestUri!.Authority;
            return ValueTask.FromResult<Stream>(new Tee(connection.PlaintextStream, copy, host, entra.SecureAddress.Authority));
        };
    }

    private sealed class Tee(Stream inner, MemoryStream copy, string host, string here) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Flush() => inner.Flush();

        public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            inner.ReadAsync(buffer, cancellationToken);

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count)
        {
            copy.Write(buffer, offset, count);
            inner.Write(Renamed(buffer.AsSpan(offset, count)));
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            copy.Write(buffer.Span);
            return inner.WriteAsync(Renamed(buffer.Span), cancellationToken);
        }

        private byte[] Renamed(ReadOnlySpan<byte> written) => Encoding.Latin1.GetBytes(
            Encoding.Latin1.GetString(written).Replace($"Host: {host}\r\n", $"Host: {here}\r\n", StringComparison.Ordinal));

        protected override void Dispose(bool disposing)
        {
            inner.Dispose();
            base.Dispose(disposing);
        }
    }
}

/// <summary>A request as text.</summary>
internal sealed record TappedRequest(string Line, IReadOnlyDictionary<string, string> Headers, IReadOnlyDictionary<string, string> Form)
{
    public static TappedRequest Of(string text)
    {
        var parts = text.Split("\r\n\r\n", 2);
        var head = parts[0].Split("\r\n");
        return new TappedRequest(
            head[0],
            head.Skip(1).Select(line => line.Split(": ", 2))
                .ToDictionary(line => line[0], line => line[1], StringComparer.OrdinalIgnoreCase),
            (parts.ElementAtOrDefault(1) ?? "").Split('&', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=', 2))
                .ToDictionary(pair => WebUtility.UrlDecode(pair[0]), pair => WebUtility.UrlDecode(pair[1])));
    }
}
