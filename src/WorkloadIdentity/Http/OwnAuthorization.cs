namespace WorkloadIdentity;

/// <summary>What it means that a message comes with an Authorization header that this library did not set.</summary>
internal static class OwnAuthorization
{
    private const string Fix =
        "Remove the header: if it comes from header propagation, leave Authorization out of the headers propagated to this client. "
        + "If the header is meant, call SkipAccessToken() on the message.";

    /// <summary>
    /// Whether the message presents credentials of the application's own, and so gets no token. An empty header presents none: the token
    /// replaces it. The header of a token handler further out, whose message this is or was copied from, is taken off: this client's token
    /// takes its place.
    /// </summary>
    /// <param name="callers">The caller's message.</param>
    /// <param name="message">The copy of it that is sent. It has an Authorization header.</param>
    /// <param name="input">What the message asks for.</param>
    /// <param name="requests">How this client chooses its token requests.</param>
    /// <exception cref="TokenAcquisitionException">What was asked for would be ignored, or the header holds no token.</exception>
    public static bool IsOn(
        HttpRequestMessage callers, HttpRequestMessage message, RequestTokenOptions? input, TokenRequestSelector requests)
    {
        if ((SentToken.On(message) is { } outer && outer.IsCarriedBy(message)) || callers.Headers.Authorization is AccessTokenHeader)
        {
            message.Headers.Authorization = null;
            callers.Headers.Authorization = null;
            return false;
        }

        if (input is { Skip: true })
        {
            return true;
        }

        var values = message.Headers.NonValidated["Authorization"];
        if (values.All(string.IsNullOrWhiteSpace))
        {
            return false;
        }

        if (values.All(value => value.Trim().Equals("Bearer", StringComparison.OrdinalIgnoreCase)))
        {
            throw Refused(
                "The message has an Authorization header that says 'Bearer' and holds no token. "
                + "Remove the header to send a token of this client, or put the token that is meant into it.",
                requests);
        }

        if (input is not null)
        {
            throw Refused(
                "The message asks for a token (OnBehalfOf, ForTenant or WithScope) and has an Authorization header of the application's "
                + "own, which would be sent instead. " + Fix,
                requests);
        }

        if (requests.AreChosenByMessage)
        {
            throw Refused(
                "This client chooses the token by the message (RequireTenant or Select), and this message has an Authorization header of "
                + "the application's own, which would be sent instead. " + Fix,
                requests);
        }

        return true;
    }

    private static TokenAcquisitionException Refused(string message, TokenRequestSelector requests) =>
        new(new TokenError(TokenErrorKind.NotAllowed, message)
        {
            Scope = requests.Request.Scope,
            HelpAnchor = HelpAnchors.AuthorizationHeader,
        });
}
