namespace WorkloadIdentity;

/// <summary>
/// The URI a message had when the application sent it, kept on the message by the <see cref="OriginalUriHandler"/>, and the origins that
/// responses have named since. Handlers that copy messages copy their options too, so all copies share one instance.
/// </summary>
/// <param name="owner">Whose rules the address is to be judged by: a message may pass through several clients.</param>
/// <param name="address">The address as issued.</param>
internal sealed class OriginalUri(AllowedOrigins owner, Uri? address)
{
    public static readonly HttpRequestOptionsKey<OriginalUri> Key = new("WorkloadIdentity.OriginalUri");

    private const int MaxNamed = 50;

    // A redirect is followed, and a long-running operation (202) is polled, at these. On any status: a handler further out decides what it
    // follows.
    private static readonly IReadOnlyList<string> PlaceHeaders = ["Location", "Operation-Location", "Azure-AsyncOperation"];

    private Origin[] _named = [];

    public AllowedOrigins Owner { get; } = owner;

    public Uri? Address { get; } = address;

    /// <summary>
    /// Notes each origin that the transport went to for the message, or that the response names, if the message was not sent there.
    /// </summary>
    /// <param name="response">What came back.</param>
    /// <param name="sent">The message as the transport left it: its address is the last that was followed.</param>
    /// <param name="sentTo">Where it was sent.</param>
    public void NotePlacesIn(HttpResponseMessage response, HttpRequestMessage sent, Uri sentTo)
    {
        NotePlace(sent.RequestUri, sentTo);
        NotePlace(response.RequestMessage?.RequestUri, sentTo);
        NoteNamesIn(response, response.RequestMessage?.RequestUri ?? sent.RequestUri ?? sentTo, sentTo);
    }

    /// <summary>Notes each origin that the response names, if it came from elsewhere.</summary>
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
                if (Uri.TryCreate(from, value.Trim(), out var place) && !IsSameOrigin(place, from))
                {
                    NotePlace(place, sentTo);
                }
            }
        }
    }

    /// <summary>An API, not the application, named this origin: the permission of the issued address does not reach there.</summary>
    public void NoteNamed(Origin origin)
    {
        Origin[] known;
        Origin[] more;
        do
        {
            known = Volatile.Read(ref _named);
            if (known.Contains(origin) || known.Length >= MaxNamed)
            {
                return;
            }

            more = [.. known, origin];
        }
        while (Interlocked.CompareExchange(ref _named, more, known) != known);
    }

    /// <summary>
    /// Whether <paramref name="origin"/> is where the application's own handlers may have brought the issued address. After too many names,
    /// none is.
    /// </summary>
    public bool Covers(Origin origin)
    {
        var known = Volatile.Read(ref _named);
        return known.Length < MaxNamed && !known.Contains(origin);
    }

    private void NotePlace(Uri? place, Uri sentTo)
    {
        if (!ReferenceEquals(place, sentTo) && Origin.TryRead(place, out var origin) && !IsSameOrigin(place, sentTo))
        {
            NoteNamed(origin);
        }
    }

    private static bool IsSameOrigin(Uri one, Uri other) =>
        Origin.TryRead(one, out var first) && Origin.TryRead(other, out var second) && first == second;
}
