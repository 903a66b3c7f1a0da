using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace WorkloadIdentity.Governance;

/// <summary>
/// Sends up to 20 reads as one request. It saves trips and no units: each item counts towards the limits, and may be throttled alone. See
/// <see href="https://learn.microsoft.com/graph/json-batching">JSON batching</see>.
/// </summary>
internal sealed class GraphBatch(GraphTransport transport)
{
    private const int Largest = 20;

    /// <summary>The first page of each read, in the order of the answers. Further pages are read without a batch.</summary>
    /// <param name="reads">Reads of one version of Graph and one limit group.</param>
    /// <param name="json">How the pages are parsed.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>For each read its index, and its page or its error.</returns>
    public async IAsyncEnumerable<(int Index, GraphPage<T>? Page, GraphError? Error)> ReadAsync<T>(
        IReadOnlyList<GraphRead<T>> reads, GraphJson json, [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : notnull
    {
        var waiting = new Queue<(int Index, int Attempt)>(Enumerable.Range(0, reads.Count).Select(index => (index, 1)));
        while (waiting.Count > 0)
        {
            var sent = new Dictionary<string, (int Index, int Attempt)>();
            while (sent.Count < Largest && waiting.TryDequeue(out var next))
            {
                sent.Add($"{next.Index}", next);
            }

            var call = Call([.. sent.Values.Select(item => item.Index)], reads);
            var answer = await transport.SendAsync(call, transport.Json.Batch, cancellationToken).ConfigureAwait(false);
            var again = new Again();
            foreach (var item in answer.Responses ?? [])
            {
                // An answer with an id that was not sent, or a second one for an id, answers nothing.
                if (item?.Id is null || !sent.Remove(item.Id, out var asked))
                {
                    continue;
                }

                var (page, error) = Read(item, reads[asked.Index], json);
                if (error is { IsTransient: true } && asked.Attempt < transport.MaxAttempts && !transport.IsTooLong(error.RetryAfter))
                {
                    waiting.Enqueue((asked.Index, asked.Attempt + 1));
                    again.Add(asked.Attempt, error.RetryAfter);
                }
                else
                {
                    yield return (asked.Index, page, error);
                }
            }

            foreach (var (index, attempt) in sent.Values)
            {
                if (attempt >= transport.MaxAttempts)
                {
                    yield return (index, null, new GraphError(
                        GraphErrorKind.InvalidResponse, $"Graph answered a batch without an answer for {Name(reads[index])}."));
                    continue;
                }

                waiting.Enqueue((index, attempt + 1));
                again.Add(attempt, null);
            }

            again.Pause(transport, call.Group);
        }
    }

    private GraphCall Call<T>(IReadOnlyList<int> indexes, IReadOnlyList<GraphRead<T>> reads)
    {
        var first = reads[indexes[0]];
        var version = first.Path[..first.Path.IndexOf('/', StringComparison.Ordinal)];
        return new GraphCall(HttpMethod.Post, transport.Links.Address($"{version}/$batch"))
        {
            Group = first.Group,
            Units = indexes.Sum(index => reads[index].Units),
            KeyReads = indexes.Count(index => reads[index].ReadsKeys),
            Body = Body(indexes, reads, version.Length),
        };
    }

    private static byte[] Body<T>(IReadOnlyList<int> indexes, IReadOnlyList<GraphRead<T>> reads, int versionLength)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("requests");
            foreach (var index in indexes)
            {
                writer.WriteStartObject();
                writer.WriteString("id", $"{index}");
                writer.WriteString("method", "GET");
                writer.WriteString("url", reads[index].Path[versionLength..]);
                writer.WriteStartObject("headers");
                foreach (var (name, value) in GraphCall.Headers(reads[index].IsAdvanced))
                {
                    writer.WriteString(name, value);
                }

                writer.WriteEndObject();
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private (GraphPage<T>? Page, GraphError? Error) Read<T>(GraphBatchBody.Item item, GraphRead<T> read, GraphJson json)
    {
        try
        {
            if (item.Status is >= 200 and < 300)
            {
                return (item.Body.Deserialize(read.Page(json)), null);
            }

            var error = item.Body.ValueKind == JsonValueKind.Object ? item.Body.Deserialize(transport.Json.Error) : null;
            return (null, GraphError.Of(Name(read), item.Status, error, null, RetryAfter(item)));
        }
        catch (JsonException)
        {
            return (null, new GraphError(
                GraphErrorKind.InvalidResponse, $"Graph answered {Name(read)} with a body that cannot be read."));
        }
    }

    /// <summary>An item for messages: which object was asked for, without the query.</summary>
    private static string Name<T>(GraphRead<T> read) => $"GET /{read.Path.Split('?')[0]} in a batch";

    private static TimeSpan? RetryAfter(GraphBatchBody.Item item) =>
        item.Headers?.FirstOrDefault(header => header.Key.Equals("Retry-After", StringComparison.OrdinalIgnoreCase)).Value is { } text
        && uint.TryParse(text, out var seconds) ? TimeSpan.FromSeconds(seconds) : null;

    /// <summary>The longest wait that the items of a batch ask for.</summary>
    private sealed class Again
    {
        private int _attempt;
        private TimeSpan? _retryAfter;

        public void Add(int attempt, TimeSpan? retryAfter)
        {
            _attempt = Math.Max(_attempt, attempt);
            _retryAfter = retryAfter > (_retryAfter ?? TimeSpan.Zero) ? retryAfter : _retryAfter;
        }

        public void Pause(GraphTransport transport, LimitGroup group)
        {
            if (_attempt > 0)
            {
                transport.Pause(group, _attempt, _retryAfter);
            }
        }
    }
}
