using Microsoft.Extensions.Logging;

namespace WorkloadIdentity;

/// <summary>
/// The last handler before the primary handler. It checks the final address of a message with a token, because handlers between the
/// <see cref="AccessTokenHandler"/> and this one may have changed its address or Host header, or sent a copy. An address that is not
/// allowed is refused. Another https host, which only the application's own handlers can have chosen, causes a warning. An address that a
/// response named is refused.
/// </summary>
/// <param name="origins">The rules of the client, for a copy without a note.</param>
/// <param name="scope">The default scope of the client's tokens.</param>
/// <param name="logger">The logger of the warning; null logs nothing.</param>
internal sealed class TokenExit(AllowedOrigins origins, string scope, ILogger? logger) : DelegatingHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return Check(request) is { } sent ? SendAsync(request, sent, cancellationToken) : base.SendAsync(request, cancellationToken);
        }
        catch (TokenAcquisitionException exception)
        {
            return Task.FromException<HttpResponseMessage>(exception);
        }
    }

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var sent = Check(request);
        var address = request.RequestUri!;
        var response = base.Send(request, cancellationToken);
        sent?.NotePlacesIn(response, request, address);
        return response;
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, OriginalUri sent, CancellationToken cancellationToken)
    {
        var address = request.RequestUri!;
        var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        sent.NotePlacesIn(response, request, address);
        return response;
    }

    /// <summary>
    /// Checks the message. Returns the object that records the addresses of the response; null if the message has no token of this client.
    /// </summary>
    /// <exception cref="TokenAcquisitionException">The token must not be sent there.</exception>
    private OriginalUri? Check(HttpRequestMessage request)
    {
        if (!request.Headers.NonValidated.Contains("Authorization"))
        {
            return null;
        }

        var sent = SentToken.On(request);
        if (sent?.Issued is null)
        {
            // A handler made a copy without the options. Its header counts as this client's, and its original URI is not known.
            sent = new SentToken(value: null, address: null, scope, new OriginalUri(origins, address: null));
        }
        else if (!sent.IsCarriedBy(request))
        {
            return null;
        }

        var issued = sent.Issued!;
        if (Refuse(request, sent, issued) is { } refusal)
        {
            throw new TokenAcquisitionException(refusal);
        }

        issued.NoteSentTo(request.RequestUri);
        return issued;
    }

    private TokenError? Refuse(HttpRequestMessage request, SentToken sent, OriginalUri issued)
    {
        var rules = issued.Owner;
        var address = request.RequestUri;
        var isJudged = Origin.TryRead(address, out var origin) && address.UserInfo.Length == 0
            && Origin.TryRead(sent.Address, out var judged) && judged == origin;
        if (!isJudged && rules.Refuse(address, issued: null, sent.Scope, InnerHandler) is { } refusal)
        {
            var isOfTheApplication = sent.Address is not null && issued.Covers(origin);
            if (!isOfTheApplication || !origin.IsHttps || address!.UserInfo.Length > 0)
            {
                return Moved(refusal);
            }

            if (logger is not null && rules.IsFirstWarningOf(origin))
            {
                Log.ForeignHost(logger, origin.ToString());
            }
        }

        return HostHeader.Refuse(request, rules, issued, sent.Scope) is { } host ? Moved(host) : null;
    }

    private static TokenError Moved(TokenError refusal) => new(
        refusal.Kind,
        "A handler that runs after the access token handler changed the address of the request. Call AddAccessToken after the "
        + "call that adds that handler. " + refusal.Message)
    {
        Scope = refusal.Scope,
        HelpAnchor = refusal.HelpAnchor,
    };
}
