namespace WorkloadIdentity;

/// <summary>
/// What a message carries from the <see cref="AccessTokenHandler"/> to handlers further in, the <see cref="TokenExit"/> among them: which
/// token it has, and where that may go. Its members are internal, so nothing that prints or serialises a message's options shows them.
/// </summary>
internal sealed class SentToken(string? value, Uri? address, string scope, OriginalUri? issued)
{
    public static readonly HttpRequestOptionsKey<SentToken> Key = new("WorkloadIdentity.SentToken");

    /// <summary>Where the token handler sent it; null when nobody knows.</summary>
    internal Uri? Address { get; } = address;

    internal string Scope { get; } = scope;

    /// <summary>
    /// The address as the application issued it, and where it went since; null when the token handler has no exit.
    /// </summary>
    internal OriginalUri? Issued { get; } = issued;

    public static SentToken? On(HttpRequestMessage message) => message.Options.TryGetValue(Key, out var sent) ? sent : null;

    /// <summary>Whether the message carries this token, however its header is written.</summary>
    public static bool Carries(HttpRequestMessage message, string token) =>
        message.Headers.NonValidated.TryGetValues("Authorization", out var values)
        && values.ToString().Contains(token, StringComparison.Ordinal);

    /// <summary>Whether the message carries the token. False when it went out without a token of ours.</summary>
    public bool IsCarriedBy(HttpRequestMessage message) => value is not null && Carries(message, value);

    public void PutOn(HttpRequestMessage message) => message.Options.Set(Key, this);

    public static void TakeOff(HttpRequestMessage message) => ((IDictionary<string, object?>)message.Options).Remove(Key.Key);
}
