namespace WorkloadIdentity;

/// <summary>
/// What a message carries from the <see cref="AccessTokenHandler"/> to the <see cref="TokenExit"/>: which token, and where it may go. Its
/// members are internal, so
/// nothing that prints or serialises a message's options shows them.
/// </summary>
internal sealed class SentToken(string? header, Uri? address, string scope, OriginalUri issued)
{
    private static readonly HttpRequestOptionsKey<SentToken> Key = new("WorkloadIdentity.SentToken");

    /// <summary>The Authorization header's text; null when the message goes without a token of ours.</summary>
    internal string? Header { get; } = header;

    /// <summary>Where the token handler sent it.</summary>
    internal Uri? Address { get; } = address;

    internal string Scope { get; } = scope;

    /// <summary>The address as the application issued it, and the places that responses have named since.</summary>
    internal OriginalUri Issued { get; } = issued;

    public static SentToken? On(HttpRequestMessage message) => message.Options.TryGetValue(Key, out var sent) ? sent : null;

    public void PutOn(HttpRequestMessage message) => message.Options.Set(Key, this);

    public static void TakeOff(HttpRequestMessage message) => ((IDictionary<string, object?>)message.Options).Remove(Key.Key);
}
