using System.Collections;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace WorkloadIdentity;

/// <summary>
/// Tells which content can be sent a second time as it is: what stands in memory and what can be rewound. Nothing is ever buffered to make
/// it so.
/// </summary>
internal static class ResendableContent
{
    private const int MaxNesting = 8;

    /// <summary>
    /// Whether sending <paramref name="content"/> again sends the same bytes. Types that are not known to allow it do not: the caller then
    /// gets the API's answer, which is better than half a body or an exception.
    /// </summary>
    public static bool Is(HttpContent? content) => content is null || Is(content, MaxNesting) || IsBuffered(content);

    private static bool Is(HttpContent content, int nesting) => content switch
    {
        // Strings and forms too: they derive from it.
        ByteArrayContent or ReadOnlyMemoryContent => true,
        JsonContent json => !IsSequence(json),

        // The type itself does not say whether its stream can be rewound; the stream it shows does, and asking consumes nothing.
        StreamContent stream => CanSeek(stream),
        MultipartContent parts => nesting > 0 && parts.All(part => Is(part, nesting - 1)),
        _ => false,
    };

    /// <summary>
    /// Whether the application, or a handler further out, has loaded the content into memory. Asked to fit into no bytes, content that is
    /// in memory is done at once, and any other fails by its length before it writes anything.
    /// </summary>
    /// <remarks>Not for the parts of a multipart content: a length that was asked for is written as a header of the part.</remarks>
    private static bool IsBuffered(HttpContent content) => Ask(content, static content =>
    {
        if (content.Headers.ContentLength is not > 0)
        {
            return false;
        }

        var loading = content.LoadIntoBufferAsync(0);

        // Read, so that the failure counts as observed.
        return loading.Exception is null && loading.IsCompletedSuccessfully;
    });

    private static bool CanSeek(StreamContent content) => Ask(content, static content => content.ReadAsStream().CanSeek);

    /// <summary>Content that cannot answer, because it was disposed or its stream was closed, cannot be sent either.</summary>
    private static bool Ask(HttpContent content, Func<HttpContent, bool> question)
    {
        try
        {
            return question(content);
        }
        catch (Exception exception)
            when (exception is ObjectDisposedException or IOException or NotSupportedException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>
    /// A sequence that is not a collection may be a query or a reader that yields once; a second send would post the rest, or nothing.
    /// </summary>
    private static bool IsSequence(JsonContent json) =>
        json.Value is IAsyncEnumerable<object>
        || (json.ObjectType.IsGenericType && json.ObjectType.GetGenericTypeDefinition() == typeof(IAsyncEnumerable<>))
        || json.Value is IEnumerable and not (string or ICollection or IReadOnlyCollection<object> or JsonNode);
}
