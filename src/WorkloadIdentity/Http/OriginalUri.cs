namespace WorkloadIdentity;

/// <summary>
/// The URI a message had when the application sent it, kept on the message by the <see cref="OriginalUriHandler"/>, and where the message
/// was sent since. Handlers that copy messages copy their options too, so all copies share one instance.
/// </summary>
/// <param name="owner">Whose rules the address is to be judged by: a message may pass through several clients.</param>
/// <param name="address">The address as issued.</param>
internal sealed class OriginalUri(AllowedOrigins owner, Uri? address)
{
    public static readonly HttpRequestOptionsKey<OriginalUri> Key = new("WorkloadIdentity.OriginalUri");

    // Of more origins than this, the others are not remembered, and so not covered once a response has named another one.
    private const int MaxSentTo = 50;

    // A redirect is followed, and a long-running operation (202) is polled, at these. On any status: a handler further out decides what it
    // follows.
    private static readonly IReadOnlyList<string> PlaceHeaders = ["Location", "Operation-Location", "Azure-AsyncOperation"];

    private Origin[] _sentTo = [];
    private volatile bool _hasNamedOther;

    public AllowedOrigins Owner { get; } = owner;

    public Uri? Address { get; } = address;

    /// <summary>Notes that the message is sent there with a token: the rules, or the application's own handlers, have chosen it.</summary>
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

    /// <summary>Notes whether the transport went to another origin for the message, or the response names one.</summary>
    /// <param name="response">What came back.</param>
    /// <param name="sent">The message as the transport left it: its address is the last that was followed.</param>
    /// <param name="sentTo">Where it was sent.</param>
    public void NotePlacesIn(HttpResponseMessage response, HttpRequestMessage sent, Uri sentTo)
    {
        NotePlace(sent.RequestUri, sentTo);
        NotePlace(response.RequestMessage?.RequestUri, sentTo);
        NoteNamesIn(response, response.RequestMessage?.RequestUri ?? sent.RequestUri ?? sentTo, sentTo);
    }

    /// <summary>Notes whether the response names another origin. A place that cannot be read counts as one.</summary>
    /// <param name="response">What came back.</param>
    /// <param name="from">Where it came from.</param>
    /// <param name="sentTo">Where the message was sent.</param>
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
                // Read against the address, as text: "//host/path" alone is a file to Uri.
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
    /// Whether <paramref name="origin"/> is where the application's own handlers may have brought the issued address. Once an API has named
    /// another origin, nobody can tell: it may have named a service that service discovery turns into any address. From then on, only
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
