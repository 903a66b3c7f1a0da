using System.Diagnostics.CodeAnalysis;

namespace WorkloadIdentity;

/// <summary>
/// What a message carries for the handler. Immutable, because handlers that copy messages copy their options by reference: a copy changed
/// later must not change the original. Its members are internal, so nothing that prints or serialises a message's options shows them.
/// </summary>
internal sealed record RequestTokenOptions
{
    private static readonly HttpRequestOptionsKey<RequestTokenOptions> Key = new("WorkloadIdentity.Input");
    private static readonly RequestTokenOptions None = new();

    internal string? Scope { get; init; }

    internal string? Tenant { get; init; }

    internal string? UserAssertion { get; init; }

    internal bool Skip { get; init; }

    public static bool TryGet(HttpRequestMessage message, [NotNullWhen(true)] out RequestTokenOptions? input) =>
        message.Options.TryGetValue(Key, out input);

    public static HttpRequestMessage Change(HttpRequestMessage message, Func<RequestTokenOptions, RequestTokenOptions> change)
    {
        message.Options.Set(Key, change(TryGet(message, out var input) ? input : None));
        return message;
    }
}
