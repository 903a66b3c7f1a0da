using Microsoft.Extensions.Logging;

namespace WorkloadIdentity;

/// <summary>
/// Stands next to the primary handler, and checks where a message with a token really goes: handlers between the
/// <see cref="AccessTokenHandler"/> and here may have changed its address or its Host header, or sent a copy. What is not allowed is
/// refused. Another host over https, which only the application's own handlers can have chosen, is warned of. What a response named is
/// refused like anywhere else.
/// </summary>
/// <param name="origins">The rules of the client, for a copy that lost the note of whose it is.</param>
/// <param name="scope">What the client's tokens are for, unless a message asks otherwise.</param>
/// <param name="logger">Where the warning goes; null for nowhere.</param>
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

    /// <summary>Where the places that the response names are noted; null when the message carries no token of ours.</summary>
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
            // A handler made a copy and left the options out. The header counts as ours then, and nobody speaks for its address.
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
        "A handler inside of the access token changed where the request goes. Call AddAccessToken after what adds that handler. "
        + refusal.Message)
    {
        Scope = refusal.Scope,
        HelpAnchor = refusal.HelpAnchor,
    };
}
