using System.Net;

namespace WorkloadIdentity;

/// <summary>
/// One message on its pass through the handler: the copy that is sent, and what it was when the pass began. The transport changes the copy
/// when it follows a redirect (address, method, content, header), so a copy that no longer equals its beginning is not sent again.
/// </summary>
internal readonly struct AuthorizedRequest
{
    private readonly MessageCopy _copy;
    private readonly Uri? _address;
    private readonly HttpMethod _method;
    private readonly HttpContent? _content;
    private readonly OriginalUri? _issued;
    private readonly OriginalUri? _exit;

    /// <summary>Begins a pass. The copy has no token yet.</summary>
    /// <param name="copy">Of the caller's message.</param>
    /// <param name="request">What its token is asked for with.</param>
    /// <param name="issued">The address as the application issued it, where a gate saw that.</param>
    /// <param name="exit">The same for the check at the exit, where there is one; otherwise null.</param>
    public AuthorizedRequest(MessageCopy copy, TokenRequest request, OriginalUri? issued, OriginalUri? exit)
    {
        _copy = copy;
        _address = Message.RequestUri;
        _method = Message.Method;
        _content = Message.Content;
        Request = request;
        _issued = issued;
        _exit = exit;
        Token = null!;
    }

    private AuthorizedRequest(AuthorizedRequest sent, AccessToken token)
    {
        this = sent;
        Token = token;
        Message.Headers.Authorization = token.Header;
        new SentToken(token.Value, _address, Request.Scope, _exit).PutOn(Message);
    }

    /// <summary>The handler's own message. Nobody outside of this pass has it before the response is in.</summary>
    public HttpRequestMessage Message => _copy.Message;

    public TokenRequest Request { get; }

    /// <summary>The token it carries.</summary>
    public AccessToken Token { get; }

    /// <summary>Where it went, for people.</summary>
    public string Origin => WorkloadIdentity.Origin.TryRead(_address, out var origin) ? origin.ToString() : "";

    /// <summary>Whether sending the copy once more sends what the caller gave.</summary>
    public bool CanBeSentAgain =>
        IsSentHere && Message.Method == _method && ReferenceEquals(Message.Content, _content) && ResendableContent.Is(_content);

    /// <summary>Whether the copy still goes where the caller addressed it, with the very header of this pass.</summary>
    private bool IsSentHere =>
        ReferenceEquals(Message.RequestUri, _address) && ReferenceEquals(Message.Headers.Authorization, Token.Header);

    /// <summary>The same message with this token on it.</summary>
    public AuthorizedRequest With(AccessToken token) => new(this, token);

    /// <summary>Why the API rejected the token, when another token may mend it; otherwise null.</summary>
    /// <remarks>
    /// Handlers further in may have changed the address or written the header anew. The transport takes the token off the message when it
    /// follows a redirect: what answers then has not seen it.
    /// </remarks>
    public TokenRejection? RejectionIn(HttpResponseMessage response, bool continuousAccess) =>
        response.StatusCode == HttpStatusCode.Unauthorized
        && SentToken.Carries(Message, Token.Value)
        && IsFromHere(response.RequestMessage)
            ? TokenRejection.From(response, Token.TokenType, continuousAccess)
            : null;

    /// <summary>
    /// Notes which places the response names, and takes the token off its message: the caller sees the final address there, copies the
    /// message, or prints it.
    /// </summary>
    public HttpResponseMessage Finish(HttpResponseMessage response)
    {
        NotePlacesIn(response);
        Message.Headers.Authorization = null;
        if (response.RequestMessage is { } answered && !ReferenceEquals(answered, Message) && SentToken.Carries(answered, Token.Value))
        {
            answered.Headers.Authorization = null;
        }

        return response;
    }

    /// <summary>Ends the pass, whether there is a response or not.</summary>
    public void End()
    {
        SentToken.TakeOff(Message);
        _copy.HandBackOptions();
    }

    private void NotePlacesIn(HttpResponseMessage response)
    {
        if (_exit is null)
        {
            _issued?.NotePlacesIn(response, Message, _address!);
        }
        else if (response.RequestMessage is { } answered && SentToken.On(answered) is null)
        {
            // The exit could not tell whose copy this was.
            _exit.NotePlacesIn(response, Message, _address!);
        }
        else
        {
            // Where the message really went was noted at the exit: another address here was chosen by the application's own handlers.
            _exit.NoteNamesIn(response, response.RequestMessage?.RequestUri ?? _address!, _address!);
        }
    }

    /// <summary>A handler further in may have sent a copy; what came back must still come from where this was sent.</summary>
    private bool IsFromHere(HttpRequestMessage? answered) =>
        answered is null || ReferenceEquals(answered, Message)
        || (WorkloadIdentity.Origin.TryRead(answered.RequestUri, out var theirs)
            && WorkloadIdentity.Origin.TryRead(Message.RequestUri, out var ours)
            && theirs == ours);
}
