using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Text;
using MongoDB.Bson;
using MongoDB.Bson.IO;
using MongoDB.Bson.Serialization;

namespace ConsumerRecipes;

/// <summary>
/// The login of MongoDB with MONGODB-OIDC over its wire protocol, and <c>ping</c>. It keeps the tokens that clients log in with, and can
/// ask for a new login, as a server does whose token was revoked.
/// </summary>
internal sealed class MongoListener : IAsyncDisposable
{
    private const int Reply = 1;
    private const int Query = 2004;
    private const int Message = 2013;

    private readonly LoopbackServer _server;
    private int _rejections;

    public MongoListener() => _server = new LoopbackServer(ServeAsync);

    public ConcurrentQueue<string> Tokens { get; } = new();

    public string ConnectionString => $"mongodb://127.0.0.1:{_server.Port}/?directConnection=true";

    /// <summary>The next command gets the error ReauthenticationRequired.</summary>
    public void RejectNext() => _rejections = 1;

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task ServeAsync(Stream stream, CancellationToken cancellationToken)
    {
        var header = new byte[16];
        while (true)
        {
            await stream.ReadExactlyAsync(header, cancellationToken);
            var body = new byte[BinaryPrimitives.ReadInt32LittleEndian(header) - header.Length];
            await stream.ReadExactlyAsync(body, cancellationToken);
            var kind = BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(12));
            var answer = Answer(Document(kind, body)).ToBson();
            await stream.WriteAsync(Packet(kind, header.AsSpan(4, 4), answer), cancellationToken);
        }
    }

    /// <summary>The command: behind the flags and the kind of the section, or behind flags, a name and two numbers.</summary>
    private static BsonDocument Document(int kind, byte[] body)
    {
        var start = kind == Query ? Array.IndexOf(body, (byte)0, 4) + 1 + 8 : 5;
        using var reader = new BsonBinaryReader(new MemoryStream(body, start, body.Length - start));
        return BsonSerializer.Deserialize<BsonDocument>(reader);
    }

    private static byte[] Packet(int kind, ReadOnlySpan<byte> request, byte[] document)
    {
        byte[] content = kind == Query
            ? [.. new byte[16], 1, 0, 0, 0, .. document]
            : [.. new byte[5], .. document];
        var packet = new byte[16 + content.Length];
        BinaryPrimitives.WriteInt32LittleEndian(packet, packet.Length);
        request.CopyTo(packet.AsSpan(8));
        BinaryPrimitives.WriteInt32LittleEndian(packet.AsSpan(12), kind == Query ? Reply : Message);
        content.CopyTo(packet, 16);
        return packet;
    }

    private BsonDocument Answer(BsonDocument command)
    {
        switch (command.GetElement(0).Name.ToUpperInvariant())
        {
            case "HELLO" or "ISMASTER":
                var hello = new BsonDocument
                {
                    { "helloOk", true }, { "ismaster", true }, { "isWritablePrimary", true }, { "maxBsonObjectSize", 16777216 },
                    { "maxMessageSizeBytes", 48000000 }, { "maxWriteBatchSize", 100000 }, { "minWireVersion", 0 },
                    { "maxWireVersion", 21 }, { "ok", 1 },
                };
                if (command.TryGetValue("speculativeAuthenticate", out var start))
                {
                    hello.Add("speculativeAuthenticate", LogIn(start.AsBsonDocument));
                }

                return hello;
            case "SASLSTART":
                return LogIn(command);
            case "PING" when Interlocked.Exchange(ref _rejections, 0) != 0:
                return new BsonDocument
                {
                    { "ok", 0 }, { "code", 391 }, { "codeName", "ReauthenticationRequired" }, { "errmsg", "The token was revoked." },
                };
            default:
                return new BsonDocument("ok", 1);
        }
    }

    private BsonDocument LogIn(BsonDocument start)
    {
        Tokens.Enqueue(BsonSerializer.Deserialize<BsonDocument>(start["payload"].AsByteArray)["jwt"].AsString);
        return new BsonDocument { { "conversationId", 1 }, { "done", true }, { "payload", Encoding.UTF8.GetBytes("") }, { "ok", 1 } };
    }
}
