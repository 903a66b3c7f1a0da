using System.Diagnostics.CodeAnalysis;

namespace WorkloadIdentity;

/// <summary>
/// What a message carries for the handler. Immutable, because handlers that copy messages copy their options by reference: a copy changed later must not
/// change the original. Its members are internal, so nothing that prints or serialises a message's options shows them.
/// </summary>
internal sealed record MessageInput
{
    private static readonly HttpRequestOptionsKey<MessageInput> Key = new("WorkloadIdentity.Input");
    private static readonly MessageInput None = new();
    private static readonly OneWay AnyCarried = new();

    internal string? Scope { get; init; }

    internal string? Tenant { get; init; }

    internal string? UserAssertion { get; init; }

    internal bool Skip { get; init; }

    /// <summary>Whether any message of this process was ever given input.</summary>
    public static bool IsAnyCarried => AnyCarried.IsSet;

    /// <remarks>Looking at a message's options makes them, at 104 bytes a message: nobody looks before a first message has been given input.</remarks>
    public static bool TryGet(HttpRequestMessage message, [NotNullWhen(true)] out MessageInput? input)
    {
        input = null;
        return IsAnyCarried && message.Options.TryGetValue(Key, out input);
    }

    public static HttpRequestMessage Change(HttpRequestMessage message, Func<MessageInput, MessageInput> change)
    {
        AnyCarried.Set();
        message.Options.Set(Key, change(TryGet(message, out var input) ? input : None));
        return message;
    }

    /// <summary>Once set, set for good: the only thing that what one message carries changes for others is whether they are looked at.</summary>
    private sealed class OneWay
    {
        private volatile bool _isSet;

        public bool IsSet => _isSet;

        public void Set() => _isSet = true;
    }
}
