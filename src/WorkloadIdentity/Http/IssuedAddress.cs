namespace WorkloadIdentity;

/// <summary>
/// The address a message had when the application issued it, kept on the message by the <see cref="OriginGate"/>; and where redirects tried to take it
/// since. Retrying and hedging handlers copy a message's options, so all copies share one of these.
/// </summary>
/// <param name="owner">Whose rules the address is to be judged by: a message may pass through several clients.</param>
/// <param name="address">The address as issued.</param>
internal sealed class IssuedAddress(AllowedOrigins owner, Uri? address)
{
    public static readonly HttpRequestOptionsKey<IssuedAddress> Key = new("WorkloadIdentity.IssuedAddress");

    private const int MaxRedirects = 50;

    private Origin[] _redirectedTo = [];

    public AllowedOrigins Owner { get; } = owner;

    public Uri? Address { get; } = address;

    /// <summary>An API, not the application, named this origin: the permission of the issued address does not reach there.</summary>
    public void NoteRedirect(Origin target)
    {
        Origin[] known;
        Origin[] more;
        do
        {
            known = Volatile.Read(ref _redirectedTo);
            if (known.Contains(target) || known.Length >= MaxRedirects)
            {
                return;
            }

            more = [.. known, target];
        }
        while (Interlocked.CompareExchange(ref _redirectedTo, more, known) != known);
    }

    /// <summary>Whether <paramref name="origin"/> is where the application's own handlers may have brought the issued address. After too many redirects, none is.</summary>
    public bool Covers(Origin origin)
    {
        var known = Volatile.Read(ref _redirectedTo);
        return known.Length < MaxRedirects && !known.Contains(origin);
    }
}
