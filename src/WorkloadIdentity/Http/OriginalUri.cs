namespace WorkloadIdentity;

/// <summary>
/// The URI that a message had when the application sent it, kept on the message by the <see cref="OriginalUriHandler"/>, and the origins
/// that the message was sent to since. Handlers that copy messages copy their options, so all copies share one instance.
/// </summary>
/// <param name="owner">The rules that apply to the URI. A message may pass through several clients.</param>
/// <param name="address">The original URI.</param>
internal sealed class OriginalUri(AllowedOrigins owner, Uri? address)
{
    public static readonly HttpRequestOptionsKey<OriginalUri> Key = new("WorkloadIdentity.OriginalUri");

    // The most origins that are remembered. Further ones are not covered once a response has named another origin.
    private const int MaxSentTo = 50;

    // Clients follow a redirect and poll a long-running operation (202) at these addresses. They are read for every status, because an
    // outer handler decides which it follows.
    private static readonly IReadOnlyList<string> PlaceHeaders = ["Location", "Operation-Location", "Azure-AsyncOperation"];

    private Origin[] _sentTo = [];
    private volatile bool _hasNamedOther;

    public AllowedOrigins Owner { get; } = owner;

    public Uri? Address { get; } = address;

    /// <summary>
    /// Notes that the message is sent there with a token. The rules, or the application's own handlers, chose the address.
    /// </summary>
    public void NoteSentTo(Uri? address)
    {
        if (!Origin.TryRead(address, out var origin))
        {
            return;
        }

        Origin[] known;
        Origin[] more;
        do
        {
            known = Volatile.Read(ref _sentTo);
            if (known.Contains(origin) || known.Length >= MaxSentTo)
            {
                return;
            }

            more = [.. known, origin];
        }
        while (Interlocked.CompareExchange(ref _sentTo, more, known) != known);
    }

    /// <summary>Notes whether the transport followed a redirect to another origin, or the response names one.</summary>
    /// <param name="response">The response.</param>
    /// <param name="sent">The message after sending. Its address is the last one that was followed.</param>
    /// <param name="sentTo">The origin it was sent to.</param>
    public void NotePlacesIn(HttpResponseMessage response, HttpRequestMessage sent, Uri sentTo)
    {
        NotePlace(sent.RequestUri, sentTo);
        NotePlace(response.RequestMessage?.RequestUri, sentTo);
        NoteNamesIn(response, response.RequestMessage?.RequestUri ?? sent.RequestUri ?? sentTo, sentTo);
    }

    /// <summary>Notes whether the response names another origin. An address that cannot be read counts as another origin.</summary>
    /// <param name="response">The response.</param>
    /// <param name="from">The address it came from.</param>
    /// <param name="sentTo">The origin that the message was sent to.</param>
    public void NoteNamesIn(HttpResponseMessage response, Uri from, Uri sentTo)
    {
        foreach (var header in PlaceHeaders)
        {
            if (!response.Headers.NonValidated.TryGetValues(header, out var values))
            {
                continue;
            }

            foreach (var value in values)
            {
                // Resolved against the address as text, because Uri reads "//host/path" alone as a file.
                if (!Uri.TryCreate(from, value.Trim(), out var place))
                {
                    _hasNamedOther = true;
                }
                else if (!IsSameOrigin(place, from))
                {
                    NotePlace(place, sentTo);
                }
            }
        }
    }

    /// <summary>
    /// Whether the application's own handlers may have changed the original URI to <paramref name="origin"/>. Once an API has named another
    /// origin, this cannot be known: the API may have named a service that service discovery turns into any address. From then on, only
    /// origins that the message was sent to before are covered.
    /// </summary>
    public bool Covers(Origin origin) => !_hasNamedOther || Volatile.Read(ref _sentTo).Contains(origin);

    private void NotePlace(Uri? place, Uri sentTo)
    {
        if (place is not null && !ReferenceEquals(place, sentTo) && !IsSameOrigin(place, sentTo) && !IsSameOrigin(place, Address))
        {
            _hasNamedOther = true;
        }
    }

    private static bool IsSameOrigin(Uri? one, Uri? other) =>
        Origin.TryRead(one, out var first) && Origin.TryRead(other, out var second) && first == second;
}
