using System.Collections;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace WorkloadIdentity;

/// <summary>Tells which content can be sent a second time as it is. Nothing is ever buffered to make it so.</summary>
internal static class ResendableContent
{
    private const int MaxNesting = 8;

    /// <summary>
    /// Whether sending <paramref name="content"/> again sends the same bytes. Types that are not known to allow it do not: the caller then
    /// gets the API's answer, which is better than half a body or an exception.
    /// </summary>
    public static bool Is(HttpContent? content) => Is(content, MaxNesting);

    private static bool Is(HttpContent? content, int nesting) => content switch
    {
        null => true,

        // Strings and forms too: they derive from it.
        ByteArrayContent or ReadOnlyMemoryContent => true,
        JsonContent json => !IsSequence(json),

        // The type itself does not say whether its stream can be rewound; the stream it shows does, and asking consumes nothing.
        // Types derived from these two may do anything.
        StreamContent stream when stream.GetType() == typeof(StreamContent) => CanSeek(stream),
        MultipartContent parts when parts.GetType() == typeof(MultipartContent) || parts.GetType() == typeof(MultipartFormDataContent) =>
            nesting > 0 && parts.All(part => Is(part, nesting - 1)),
        _ => false,
    };

    private static bool CanSeek(StreamContent content)
    {
        try
        {
            return content.ReadAsStream().CanSeek;
        }
        catch (Exception exception) when (exception is ObjectDisposedException or IOException or NotSupportedException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>A sequence that is not a collection may be a query or a reader that yields once; a second send would post the rest, or nothing.</summary>
    private static bool IsSequence(JsonContent json) =>
        json.Value is IAsyncEnumerable<object>
        || (json.ObjectType.IsGenericType && json.ObjectType.GetGenericTypeDefinition() == typeof(IAsyncEnumerable<>))
        || json.Value is IEnumerable and not (string or ICollection or IReadOnlyCollection<object> or JsonNode);
}
