using System.Diagnostics.CodeAnalysis;

namespace WorkloadIdentity;

/// <summary>
/// The choice of a token that a message carries for the handler. Immutable, because handlers that copy messages copy options by reference,
/// and changing a copy must not change the original. Its members are internal, so that nothing that prints or serialises options shows
/// them.
/// </summary>
internal sealed record RequestTokenOptions
{
    private static readonly HttpRequestOptionsKey<RequestTokenOptions> Key = new("WorkloadIdentity.Input");
    private static readonly RequestTokenOptions None = new();

    internal string? Scope { get; init; }

    internal string? Tenant { get; init; }

    internal CheckedUserAssertion? User { get; init; }

    internal AgentUser? AgentUser { get; init; }

    internal bool Skip { get; init; }

    public static bool TryGet(HttpRequestMessage message, [NotNullWhen(true)] out RequestTokenOptions? input) =>
        message.Options.TryGetValue(Key, out input);

    /// <summary>The current choice of the message, to be changed with a <c>with</c> expression.</summary>
    public static RequestTokenOptions Of(HttpRequestMessage message) => TryGet(message, out var input) ? input : None;

    /// <returns><paramref name="message"/>.</returns>
    public HttpRequestMessage PutOn(HttpRequestMessage message)
    {
        message.Options.Set(Key, this);
        return message;
    }
}
