using System.Collections;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace WorkloadIdentity;

/// <summary>
/// Finds out whether content can be sent a second time: content in memory and streams that can be rewound. Nothing is buffered for this
/// purpose.
/// </summary>
internal static class ResendableContent
{
    private const int MaxNesting = 8;

    /// <summary>
    /// Whether sending <paramref name="content"/> again sends the same bytes. For unknown types the answer is no. The caller then gets the
    /// API's response, which is better than half a body or an exception.
    /// </summary>
    public static bool Is(HttpContent? content) => content is null || Is(content, MaxNesting) || IsBuffered(content);

    private static bool Is(HttpContent content, int nesting) => content switch
    {
        // Also strings and forms, whose types derive from it.
        ByteArrayContent or ReadOnlyMemoryContent => true,
        JsonContent json => !IsSequence(json),

        // The type does not show whether its stream can be rewound. Its stream does, and reading CanSeek consumes nothing.
        StreamContent stream => CanSeek(stream),
        MultipartContent parts => nesting > 0 && parts.All(part => Is(part, nesting - 1)),
        _ => false,
    };

    /// <summary>
    /// Whether the application or an outer handler has loaded the content into memory. It is loaded with a limit of zero bytes: content in
    /// memory completes at once, and other content fails on its length before it writes anything.
    /// </summary>
    /// <remarks>Not used for the parts of a multipart content, because reading a length adds a header to the part.</remarks>
    private static bool IsBuffered(HttpContent content) => Ask(content, static content =>
    {
        if (content.Headers.ContentLength is not > 0)
        {
            return false;
        }

        var loading = content.LoadIntoBufferAsync(0);

        // Read, so that the exception counts as observed.
        return loading.Exception is null && loading.IsCompletedSuccessfully;
    });

    private static bool CanSeek(StreamContent content) => Ask(content, static content => content.ReadAsStream().CanSeek);

    /// <summary>Content that was disposed or whose stream was closed cannot be sent.</summary>
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
    /// A sequence that is not a collection may be a query or a reader that yields its elements once. A second send would post the rest, or
    /// nothing.
    /// </summary>
    private static bool IsSequence(JsonContent json) =>
        json.Value is IAsyncEnumerable<object>
        || (json.ObjectType.IsGenericType && json.ObjectType.GetGenericTypeDefinition() == typeof(IAsyncEnumerable<>))
        || json.Value is IEnumerable and not (string or ICollection or IReadOnlyCollection<object> or JsonNode);
}
