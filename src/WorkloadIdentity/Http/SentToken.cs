namespace WorkloadIdentity;

/// <summary>
/// The note on a message with its token and the rules for that token. Inner handlers such as the <see cref="TokenExit"/> read it. Its
/// members are internal, so that nothing that prints or serialises options shows them.
/// </summary>
internal sealed class SentToken(string? value, Uri? address, string scope, OriginalUri? issued, BoundCertificate? certificate = null)
{
    public static readonly HttpRequestOptionsKey<SentToken> Key = new("WorkloadIdentity.SentToken");

    /// <summary>The address that the token handler sent it to; null when it is not known.</summary>
    internal Uri? Address { get; } = address;

    internal string Scope { get; } = scope;

    /// <summary>The original URI and the origins since; null if the pipeline has no exit.</summary>
    internal OriginalUri? Issued { get; } = issued;

    /// <summary>The certificate that the token is bound to; null for an ordinary token.</summary>
    internal BoundCertificate? Certificate { get; } = certificate;

    public static SentToken? On(HttpRequestMessage message) => message.Options.TryGetValue(Key, out var sent) ? sent : null;

    /// <summary>Whether the message has this token, in any spelling of its header.</summary>
    public static bool Carries(HttpRequestMessage message, string token) =>
        message.Headers.NonValidated.TryGetValues("Authorization", out var values)
        && values.ToString().Contains(token, StringComparison.Ordinal);

    /// <summary>Whether the message has the token. False if it was sent without a token of this client.</summary>
    public bool IsCarriedBy(HttpRequestMessage message) => value is not null && Carries(message, value);
}
