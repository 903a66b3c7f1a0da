namespace WorkloadIdentity;

/// <content>What happens before a message is sent.</content>
public sealed partial class AccessTokenHandler
{
    private bool _hasExit;

    /// <summary>
    /// The check that stands next to the primary handler, for a pipeline with handlers in between. Called once, before the first message.
    /// </summary>
    internal TokenExit CreateExit()
    {
        _hasExit = true;
        return new TokenExit(_origins, _requests.Request.Scope, _logger);
    }

    /// <summary>The exit is told that an Authorization header on this message is the application's own.</summary>
    private HttpRequestMessage WithoutToken(HttpRequestMessage message)
    {
        if (_hasExit)
        {
            lock (message.Options)
            {
                var issued = new OriginalUri(_origins, message.RequestUri);
                new SentToken(header: null, message.RequestUri, _requests.Request.Scope, issued).PutOn(message);
            }
        }

        return message;
    }

    /// <summary>
    /// Begins a pass: what is sent, and what to ask for it. False when the message goes on as it is, without a token of ours.
    /// </summary>
    /// <remarks>
    /// All that is judged here is judged on the message that is sent, which nobody else can change while the token is waited for.
    /// </remarks>
    /// <exception cref="TokenAcquisitionException">The token must not be sent with this message.</exception>
    private bool TryBegin(HttpRequestMessage message, out AuthorizedRequest sent)
    {
        sent = default;
        var isInput = RequestTokenOptions.TryGet(message, out var input);
        var headers = message.Headers;
        if (headers.NonValidated.Count > 0 && headers.NonValidated.Contains("Authorization"))
        {
            if (headers.Authorization is AccessTokenHeader)
            {
                // Of a token handler further out. This client's token takes its place.
                headers.Authorization = null;
            }
            else if (OwnAuthorization.IsOn(message, input, _requests))
            {
                return false;
            }
        }

        if (isInput && input!.Skip)
        {
            return false;
        }

        var request = _requests.For(message, input);
        OriginalUri? issued = null;
        if (_origins.IsGated)
        {
            message.Options.TryGetValue(OriginalUri.Key, out issued);
        }

        sent = new AuthorizedRequest(message, request, issued, _hasExit ? issued ?? new OriginalUri(_origins, message.RequestUri) : null);
        var refusal = _origins.Refuse(sent.Message.RequestUri, issued, request.Scope, InnerHandler);
        if (refusal is null && sent.Message.Headers.NonValidated.Count > 0)
        {
            refusal = HostHeader.Refuse(sent.Message, _origins, issued, request.Scope);
        }

        return refusal is null ? true : throw new TokenAcquisitionException(refusal);
    }
}
