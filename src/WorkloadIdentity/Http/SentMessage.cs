using System.Net;

namespace WorkloadIdentity;

/// <summary>
/// A message as it was first sent. The transport changes the message itself when it follows a redirect (address, method, content, header), so what is to be
/// sent again is compared with this.
/// </summary>
internal readonly struct SentMessage
{
    private readonly Uri _address;
    private readonly HttpMethod _method;
    private readonly HttpContent? _content;

    /// <summary>Puts the token on the message and remembers the message as it is now.</summary>
    public SentMessage(HttpRequestMessage message, TokenRequest request, AccessToken token)
    {
        Message = message;
        _address = message.RequestUri!;
        _method = message.Method;
        _content = message.Content;
        Request = request;
        Token = token;
        message.Headers.Authorization = token.Header;
    }

    public HttpRequestMessage Message { get; }

    public TokenRequest Request { get; }

    public AccessToken Token { get; }

    /// <summary>Where it went, for people.</summary>
    public string Origin => WorkloadIdentity.Origin.TryRead(_address, out var origin) ? origin.ToString() : "";

    /// <summary>The same message with another token.</summary>
    public SentMessage Again(AccessToken token) => new(Message, Request, token);

    /// <summary>Keeps in mind where an API redirected to: the application did not name that origin, so nothing the application was allowed reaches there.</summary>
    /// <remarks>Runs after failures too: a redirect may lead to a host that does not answer, and an outer retry starts from there.</remarks>
    public void NoteRedirect()
    {
        if (!ReferenceEquals(Message.RequestUri, _address))
        {
            NoteRedirect(Message.RequestUri);
        }
    }

    /// <summary>Why the API rejected the token, when sending the same message once more with another token is right; otherwise null.</summary>
    public TokenRejection? RejectionIn(HttpResponseMessage response, bool continuousAccess)
    {
        if ((int)response.StatusCode is >= 300 and < 400 && response.Headers.Location is { } location)
        {
            // Nobody below followed it; a redirecting handler further out may. The text is read again, against the address: "//host/path" is a file to Uri.
            NoteRedirect(Uri.TryCreate(_address, location.OriginalString, out var target) ? target : null);
            return null;
        }

        return response.StatusCode == HttpStatusCode.Unauthorized && IsUnchanged(response) && TokenRejection.From(response, Token.TokenType, continuousAccess) is { } rejection
            && ResendableContent.Is(_content)
            ? rejection
            : null;
    }

    private bool IsUnchanged(HttpResponseMessage response) =>
        ReferenceEquals(Message.RequestUri, _address)
        && Message.Method == _method
        && ReferenceEquals(Message.Content, _content)
        && ReferenceEquals(Message.Headers.Authorization, Token.Header)
        && (response.RequestMessage is null || ReferenceEquals(response.RequestMessage, Message) || IsSameOrigin(response.RequestMessage.RequestUri));

    /// <summary>A handler further in may have sent a copy; what came back must still come from where this was sent.</summary>
    private bool IsSameOrigin(Uri? answered) =>
        WorkloadIdentity.Origin.TryRead(answered, out var theirs) && WorkloadIdentity.Origin.TryRead(_address, out var ours) && theirs == ours;

    private void NoteRedirect(Uri? target)
    {
        if (WorkloadIdentity.Origin.TryRead(target, out var origin)
            && !(WorkloadIdentity.Origin.TryRead(_address, out var own) && own == origin)
            && Message.Options.TryGetValue(IssuedAddress.Key, out var issued))
        {
            issued.NoteRedirect(origin);
        }
    }
}
