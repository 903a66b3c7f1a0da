namespace WorkloadIdentity;

/// <summary>
/// The note on a message that says which token it carries and where that may go. Handlers further in read it, the <see cref="TokenExit"/>
/// among them. Its members are internal, so nothing that prints or serialises a message's options shows them.
/// </summary>
internal sealed class SentToken(string? value, Uri? address, string scope, OriginalUri? issued)
{
    public static readonly HttpRequestOptionsKey<SentToken> Key = new("WorkloadIdentity.SentToken");

    /// <summary>The address that the token handler sent it to; null when it is not known.</summary>
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
}
