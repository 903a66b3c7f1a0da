using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Text;

namespace ConsumerRecipes;

/// <summary>
/// A broker of Kafka as far as the login of a client: it tells its versions, logs in with OAUTHBEARER (KIP-255, RFC 7628), ends sessions
/// that do not log in again in time (KIP-368), and names itself as the only broker of a cluster without topics.
/// </summary>
internal sealed class KafkaListener : IAsyncDisposable
{
    private const short Metadata = 3;
    private const short SaslHandshake = 17;
    private const short ApiVersions = 18;
    private const short SaslAuthenticate = 36;
    private const short UnsupportedVersion = 35;
    private const short SaslAuthenticationFailed = 58;

    // The versions without tagged fields.
    private static readonly IReadOnlyList<(short Api, short Lowest, short Highest)> Versions =
        [(Metadata, 1, 1), (SaslHandshake, 1, 1), (ApiVersions, 0, 0), (SaslAuthenticate, 1, 1)];

    private readonly Func<string, TimeSpan?> _accept;
    private readonly LoopbackServer _server;
    private int _connections;

    /// <param name="accept">How long a token may be used from now on; null refuses it.</param>
    public KafkaListener(Func<string, TimeSpan?> accept)
    {
        _accept = accept;
        _server = new LoopbackServer(ServeAsync);
    }

    /// <summary>The tokens that were accepted, each with the number of its connection.</summary>
    public ConcurrentQueue<(int Connection, string Token)> Logins { get; } = new();

    public ConcurrentQueue<string> Refused { get; } = new();

    /// <summary>The connections whose session ended before the client logged in again.</summary>
    public ConcurrentQueue<int> Ended { get; } = new();

    public string Address => $"127.0.0.1:{_server.Port}";

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task ServeAsync(Stream stream, CancellationToken cancellationToken)
    {
        var session = new Session(Interlocked.Increment(ref _connections));
        var length = new byte[4];
        while (true)
        {
            await stream.ReadExactlyAsync(length, cancellationToken);
            var request = new byte[BinaryPrimitives.ReadInt32BigEndian(length)];
            await stream.ReadExactlyAsync(request, cancellationToken);
            if (Answer(request, session) is not { } answer)
            {
                return;
            }

            await stream.WriteAsync((byte[])[.. Int32(4 + answer.Length), .. request.AsSpan(4, 4), .. answer], cancellationToken);
        }
    }

    /// <summary>The body of the response; null ends the connection.</summary>
    private byte[]? Answer(byte[] request, Session session)
    {
        var (api, version) = (BinaryPrimitives.ReadInt16BigEndian(request), BinaryPrimitives.ReadInt16BigEndian(request.AsSpan(2)));
        var body = request.AsSpan(10 + Math.Max((short)0, BinaryPrimitives.ReadInt16BigEndian(request.AsSpan(8))));
        if (api is not (ApiVersions or SaslHandshake or SaslAuthenticate) && session.EndsOn <= TimeProvider.System.GetUtcNow())
        {
            Ended.Enqueue(session.Connection);
            return null;
        }

        return api switch
        {
            ApiVersions =>
                [.. Int16(version == 0 ? (short)0 : UnsupportedVersion), .. Int32(Versions.Count), .. Versions.SelectMany(Range)],
            SaslHandshake => [.. Int16(0), .. Int32(1), .. Text("OAUTHBEARER")],
            SaslAuthenticate => LogIn(body[4..], session),

            // Of this cluster: its one broker, its controller, and no topic.
            Metadata => [.. Int32(1), .. Int32(1), .. Text("127.0.0.1"), .. Int32(_server.Port), .. Int16(-1), .. Int32(1), .. Int32(0)],
            _ => null,
        };
    }

    private byte[] LogIn(ReadOnlySpan<byte> message, Session session)
    {
        // The second message of a client whose token was refused (RFC 7628 section 3.2.3).
        if (message is [1])
        {
            return [.. Int16(SaslAuthenticationFailed), .. Text("The token was refused."), .. Int32(0), .. Int64(0)];
        }

        var parts = Encoding.UTF8.GetString(message).Split('\u0001');
        var token = Array.Find(parts, part => part.StartsWith("auth=Bearer ", StringComparison.Ordinal))!["auth=Bearer ".Length..];
        if (_accept(token) is not { } lifetime)
        {
            Refused.Enqueue(token);
            byte[] error = [.. """{"status":"invalid_token"}"""u8];
            return [.. Int16(0), .. Int16(-1), .. Int32(error.Length), .. error, .. Int64(0)];
        }

        session.EndsOn = TimeProvider.System.GetUtcNow() + lifetime;
        Logins.Enqueue((session.Connection, token));
        return [.. Int16(0), .. Int16(-1), .. Int32(0), .. Int64((long)lifetime.TotalMilliseconds)];
    }

    private static byte[] Range((short Api, short Lowest, short Highest) version) =>
        [.. Int16(version.Api), .. Int16(version.Lowest), .. Int16(version.Highest)];

    private static byte[] Text(string text) => [.. Int16((short)text.Length), .. Encoding.UTF8.GetBytes(text)];

    private static byte[] Int16(short value) => [(byte)(value >> 8), (byte)value];

    private static byte[] Int32(int value) => [.. Int16((short)(value >> 16)), .. Int16((short)value)];

    private static byte[] Int64(long value) => [.. Int32((int)(value >> 32)), .. Int32((int)value)];

    private sealed class Session(int connection)
    {
        public int Connection => connection;

        /// <summary>A connection that has not logged in has ended.</summary>
        public DateTimeOffset EndsOn { get; set; }
    }
}
