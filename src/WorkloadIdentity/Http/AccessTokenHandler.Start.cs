namespace WorkloadIdentity;

/// <content>What happens before a message is sent.</content>
public sealed partial class AccessTokenHandler
{
    private bool _hasExit;

    /// <summary>
    /// The check that stands at the end of the pipeline, for one with handlers in between. Called once, before the first message.
    /// </summary>
    internal TokenExit CreateExit()
    {
        _hasExit = true;
        return new TokenExit(_origins, _requests.Request.Scope, _logger);
    }

    /// <summary>Warns that handlers of the application stand behind the exit.</summary>
    internal void WarnOfHandlersBehindExit(string client)
    {
        if (_logger is not null)
        {
            Log.HandlersBehindExit(_logger, client);
        }
    }

    /// <summary>The exit is told that an Authorization header on this message is the application's own.</summary>
    private HttpRequestMessage WithoutToken(HttpRequestMessage message)
    {
        if (_hasExit)
        {
            lock (message.Options)
            {
                var issued = new OriginalUri(_origins, message.RequestUri);
                new SentToken(value: null, message.RequestUri, _requests.Request.Scope, issued).PutOn(message);
            }
        }

        return message;
    }

    /// <summary>
    /// Begins a pass: what is sent, and what to ask for it. False when the message goes on as it is, without a token of ours.
    /// </summary>
    /// <remarks>
    /// All that is read and judged here is read from the message that is sent, which nobody else can change. Another pass may be handing
    /// back its options to the caller's message.
    /// </remarks>
    /// <exception cref="TokenAcquisitionException">The token must not be sent with this message.</exception>
    private bool TryBegin(HttpRequestMessage message, out AuthorizedRequest sent)
    {
        sent = default;
        var copy = new MessageCopy(message);
        var copied = copy.Message;
        var isInput = RequestTokenOptions.TryGet(copied, out var input);
        var headers = copied.Headers.NonValidated;
        if (headers.Count > 0 && headers.Contains("Authorization"))
        {
            if ((SentToken.On(copied) is { } outer && outer.IsCarriedBy(copied)) || message.Headers.Authorization is AccessTokenHeader)
            {
                // Of a token handler further out, whose message this is or was copied from. This client's token takes its place.
                copied.Headers.Authorization = null;
                message.Headers.Authorization = null;
            }
            else if (OwnAuthorization.IsOn(copied, input, _requests))
            {
                return false;
            }
        }

        if (isInput && input!.Skip)
        {
            return false;
        }

        var request = _requests.For(copied, input);
        OriginalUri? issued = null;
        if (_origins.IsGated)
        {
            copied.Options.TryGetValue(OriginalUri.Key, out issued);
        }

        var refusal = _origins.Refuse(copied.RequestUri, issued, request.Scope, InnerHandler);
        if (refusal is null && copied.Headers.NonValidated.Count > 0)
        {
            refusal = HostHeader.Refuse(copied, _origins, issued, request.Scope);
        }

        if (refusal is not null)
        {
            throw new TokenAcquisitionException(refusal);
        }

        issued?.NoteSentTo(copied.RequestUri);
        sent = new AuthorizedRequest(copy, request, issued, _hasExit ? issued ?? new OriginalUri(_origins, copied.RequestUri) : null);
        return true;
    }
}
