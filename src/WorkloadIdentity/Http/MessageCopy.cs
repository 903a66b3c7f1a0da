using System.Net.Http.Headers;

namespace WorkloadIdentity;

/// <summary>
/// The message that one pass hands on in place of the caller's: same address, method, content, version, headers and options. The token is
/// set on the copy, so the caller's message never holds it, and a redirect that the transport follows changes the copy alone.
/// </summary>
/// <remarks>The content is shared. The caller disposes it with the caller's message; the copy owns nothing and is not disposed.</remarks>
internal readonly struct MessageCopy
{
    private readonly IDictionary<string, object?> _callersOptions;
    private readonly KeyValuePair<string, object?>[] _options;

    public MessageCopy(HttpRequestMessage message)
    {
        Message = new HttpRequestMessage(message.Method, message.RequestUri)
        {
            Content = message.Content,
            Version = message.Version,
            VersionPolicy = message.VersionPolicy,
        };

        var headers = message.Headers;
        if (headers.NonValidated.Count > 0)
        {
            CopyHeaders(headers.NonValidated, Message.Headers);
        }

        // Not among the headers: the ":protocol" of a WebSocket over HTTP/2.
        if (headers.Protocol is { } protocol)
        {
            Message.Headers.Protocol = protocol;
        }

        _callersOptions = message.Options;
        _options = Read(_callersOptions);
        if (_options.Length > 0)
        {
            IDictionary<string, object?> own = Message.Options;
            foreach (var option in _options)
            {
                own.Add(option);
            }
        }
    }

    public HttpRequestMessage Message { get; }

    /// <summary>
    /// Makes the changes that handlers further in made to the options on the caller's message too: what they note there, handlers further
    /// out read. What they remove must be gone as well, because .NET uses its <c>HttpMetricsEnrichmentContext</c> for another request once
    /// it has removed it. Our own notes are not handed back: a client further in wrote them for its own pass.
    /// </summary>
    public void HandBackOptions()
    {
        IDictionary<string, object?> own = Message.Options;
        if (own.Count == _options.Length && Array.TrueForAll(_options, option => Has(own, option)))
        {
            return;
        }

        lock (_callersOptions)
        {
            foreach (var option in _options)
            {
                if (!IsNote(option.Key) && !own.ContainsKey(option.Key) && Has(_callersOptions, option))
                {
                    _callersOptions.Remove(option.Key);
                }
            }

            foreach (var option in own)
            {
                if (!IsNote(option.Key)
                    && !Array.Exists(_options, before => before.Key == option.Key && ReferenceEquals(before.Value, option.Value)))
                {
                    _callersOptions[option.Key] = option.Value;
                }
            }
        }
    }

    private static void CopyHeaders(HttpHeadersNonValidated from, HttpRequestHeaders to)
    {
        foreach (var (name, values) in from)
        {
            if (values.Count == 1)
            {
                to.TryAddWithoutValidation(name, values.ToString());
            }
            else
            {
                to.TryAddWithoutValidation(name, values);
            }
        }
    }

    /// <summary>Two passes of one message may run at once, so reading and handing back take turns.</summary>
    private static KeyValuePair<string, object?>[] Read(IDictionary<string, object?> options)
    {
        if (options.Count == 0)
        {
            return [];
        }

        lock (options)
        {
            var read = new KeyValuePair<string, object?>[options.Count];
            options.CopyTo(read, 0);
            return read;
        }
    }

    private static bool IsNote(string key) => key == OriginalUri.Key.Key || key == SentToken.Key.Key;

    private static bool Has(IDictionary<string, object?> options, KeyValuePair<string, object?> option) =>
        options.TryGetValue(option.Key, out var value) && ReferenceEquals(value, option.Value);
}
