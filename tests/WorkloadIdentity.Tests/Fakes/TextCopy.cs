namespace WorkloadIdentity.Tests;

/// <summary>
/// Copies a message as the retry, hedging and redirect handlers of several libraries do: headers as text, options by reference.
/// </summary>
internal static class TextCopy
{
    public static HttpRequestMessage Of(HttpRequestMessage message, Uri? address = null)
    {
        var copy = new HttpRequestMessage(message.Method, address ?? message.RequestUri)
        {
            Content = message.Content,
            Version = message.Version,
            VersionPolicy = message.VersionPolicy,
        };
        foreach (var header in message.Headers)
        {
            copy.Headers.TryAddWithoutValidation(header.Key, header.Value);
        }

        foreach (var option in message.Options)
        {
            ((IDictionary<string, object?>)copy.Options).Add(option);
        }

        return copy;
    }
}
