using System.Net;
using System.Net.Http.Headers;

namespace WorkloadIdentity;

/// <summary>
/// One message in the handler. The handler sends a copy of the caller's message, with the same address, method, content, version, headers
/// and options. The token is set only on the copy, so the caller's message never has it, and a redirect that the transport follows changes
/// only the copy. A copy that was changed is not sent again.
/// </summary>
/// <remarks>The content is shared. The caller disposes it with the caller's message. The copy owns nothing and is not disposed.</remarks>
internal readonly struct AuthorizedRequest
{
    private readonly Uri? _address;
    private readonly HttpMethod _method;
    private readonly HttpContent? _content;
    private readonly IDictionary<string, object?> _callersOptions;
    private readonly KeyValuePair<string, object?>[] _options;

    /// <summary>Copies the caller's message. The copy has no token yet.</summary>
    public AuthorizedRequest(HttpRequestMessage callers)
    {
        _address = callers.RequestUri;
        _method = callers.Method;
        _content = callers.Content;
        Message = new HttpRequestMessage(_method, _address)
        {
            Content = _content,
            Version = callers.Version,
            VersionPolicy = callers.VersionPolicy,
        };

        var headers = callers.Headers;
        if (headers.NonValidated.Count > 0)
        {
            CopyHeaders(headers.NonValidated, Message.Headers);
        }

        // This property is not a header: the ":protocol" of a WebSocket over HTTP/2.
        if (headers.Protocol is { } protocol)
        {
            Message.Headers.Protocol = protocol;
        }

        _callersOptions = callers.Options;
        _options = Read(_callersOptions);
        if (_options.Length > 0)
        {
            IDictionary<string, object?> own = Message.Options;
            foreach (var option in _options)
            {
                own.Add(option);
            }
        }

        Request = null!;
        Token = null!;
    }

    /// <summary>The copy. Until the response arrives, only this pass has it.</summary>
    public HttpRequestMessage Message { get; }

    /// <summary>The token request.</summary>
    public TokenRequest Request { get; init; }

    /// <summary>Records the addresses that responses name; null if there is no <see cref="OriginalUriHandler"/>.</summary>
    public OriginalUri? Places { get; init; }

    /// <summary>Whether a <see cref="TokenExit"/> checks the message again before it leaves.</summary>
    public bool HasExit { get; init; }

    /// <summary>The token of the message.</summary>
    public AccessToken Token { get; private init; }

    /// <summary>The origin it was sent to, for messages.</summary>
    public string Origin => WorkloadIdentity.Origin.TryRead(_address, out var origin) ? origin.ToString() : "";

    /// <summary>Whether sending the copy again would send the caller's message, to the same address and with the same header.</summary>
    public bool CanBeSentAgain =>
        ReferenceEquals(Message.RequestUri, _address) && ReferenceEquals(Message.Headers.Authorization, Token.Header)
        && Message.Method == _method && ReferenceEquals(Message.Content, _content) && ResendableContent.Is(_content);

    /// <summary>The same message with this token and a note of it.</summary>
    public AuthorizedRequest With(AccessToken token)
    {
        Message.Headers.Authorization = token.Header;
        Message.Options.Set(SentToken.Key, new SentToken(token.Value, _address, Request.Scope, HasExit ? Places : null, token.Binding));
        if (token.Binding is not null && _address is not null && KeyVaultHost.Is(_address.IdnHost))
        {
            AnnounceBinding();
        }
        else if (Token is { Binding: not null })
        {
            Message.Headers.Remove(KeyVaultHost.Header);
        }

        return this with { Token = token };
    }

    /// <summary>Tells Key Vault to ask for the certificate, over a version of HTTP that lets it.</summary>
    private void AnnounceBinding()
    {
        Message.Headers.Remove(KeyVaultHost.Header);
        Message.Headers.TryAddWithoutValidation(KeyVaultHost.Header, "true");
        (Message.Version, Message.VersionPolicy) = (HttpVersion.Version11, HttpVersionPolicy.RequestVersionOrLower);
    }

    /// <summary>Finishes the pass, unless the response rejects the token and another token may be accepted.</summary>
    /// <returns>The rejection if the pass is not finished; otherwise null.</returns>
    public TokenRejection? FinishUnlessRejected(HttpResponseMessage response, bool continuousAccess)
    {
        if (response.StatusCode == HttpStatusCode.Unauthorized && IsAnswerToToken(response)
            && TokenRejection.From(response, Token.TokenType, continuousAccess) is { } rejection)
        {
            return rejection;
        }

        Finish(response);
        return null;
    }

    /// <summary>
    /// Finishes the pass: notes the addresses that the response names, and removes the token from the response's message. The caller sees
    /// the final address on that message, and may copy or print it.
    /// </summary>
    public void Finish(HttpResponseMessage response)
    {
        NotePlacesIn(response);
        Message.Headers.Authorization = null;
        if (response.RequestMessage is { } answered && !ReferenceEquals(answered, Message) && SentToken.Carries(answered, Token.Value))
        {
            answered.Headers.Authorization = null;
        }

        End();
    }

    /// <summary>
    /// Ends the pass, with or without a response. Changes that inner handlers made to the options are made on the caller's message too,
    /// because outer handlers read them. Removed options are removed as well: .NET reuses its <c>HttpMetricsEnrichmentContext</c> for
    /// another request once it has removed it. Notes of this library are not copied back, because an inner client wrote them for its own
    /// pass.
    /// </summary>
    public void End()
    {
        IDictionary<string, object?> own = Message.Options;
        own.Remove(SentToken.Key.Key);
        if (own.Count == _options.Length && Array.TrueForAll(_options, option => Has(own, option)))
        {
            return;
        }

        lock (_callersOptions)
        {
            foreach (var option in _options)
            {
                if (!IsNote(option.Key) && !own.ContainsKey(option.Key) && Has(_callersOptions, option))
                {
                    _callersOptions.Remove(option.Key);
                }
            }

            foreach (var option in own)
            {
                if (!IsNote(option.Key)
                    && !Array.Exists(_options, before => before.Key == option.Key && ReferenceEquals(before.Value, option.Value)))
                {
                    _callersOptions[option.Key] = option.Value;
                }
            }
        }
    }

    private void NotePlacesIn(HttpResponseMessage response)
    {
        if (Places is null)
        {
            return;
        }

        if (HasExit && (response.RequestMessage is not { } answered || SentToken.On(answered) is not null))
        {
            // The exit noted the final address. Another address here was chosen by the application's own handlers.
            Places.NoteNamesIn(response, response.RequestMessage?.RequestUri ?? _address!, _address!);
        }
        else
        {
            // There is no exit, or it did not know which message the copy belongs to.
            Places.NotePlacesIn(response, Message, _address!);
        }
    }

    /// <summary>
    /// Whether the response is for this token. Inner handlers may have changed the address, replaced the header, or sent a copy. The
    /// transport removes the token when it follows a redirect, and that response says nothing about the token.
    /// </summary>
    private bool IsAnswerToToken(HttpResponseMessage response) =>
        SentToken.Carries(Message, Token.Value)
        && (response.RequestMessage is not { } answered || ReferenceEquals(answered, Message)
            || (WorkloadIdentity.Origin.TryRead(answered.RequestUri, out var theirs)
                && WorkloadIdentity.Origin.TryRead(Message.RequestUri, out var ours)
                && theirs == ours));

    private static void CopyHeaders(HttpHeadersNonValidated from, HttpRequestHeaders to)
    {
        foreach (var (name, values) in from)
        {
            if (values.Count == 1)
            {
                to.TryAddWithoutValidation(name, values.ToString());
            }
            else
            {
                to.TryAddWithoutValidation(name, values);
            }
        }
    }

    /// <summary>Locks the options, because two passes of one message may run at once.</summary>
    private static KeyValuePair<string, object?>[] Read(IDictionary<string, object?> options)
    {
        if (options.Count == 0)
        {
            return [];
        }

        lock (options)
        {
            var read = new KeyValuePair<string, object?>[options.Count];
            options.CopyTo(read, 0);
            return read;
        }
    }

    private static bool IsNote(string key) => key == OriginalUri.Key.Key || key == SentToken.Key.Key;

    private static bool Has(IDictionary<string, object?> options, KeyValuePair<string, object?> option) =>
        options.TryGetValue(option.Key, out var value) && ReferenceEquals(value, option.Value);
}
