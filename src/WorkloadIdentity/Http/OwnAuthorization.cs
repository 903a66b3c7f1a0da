namespace WorkloadIdentity;

/// <summary>Handles a message that has an Authorization header which this library did not set.</summary>
internal static class OwnAuthorization
{
    private const string Fix =
        "Remove the header. If it comes from header propagation, exclude Authorization from the headers propagated to this client. "
        + "If the header is meant, call SkipAccessToken() on the message.";

    /// <summary>
    /// Whether the message has credentials of the application's own, and so gets no token. An empty header has none, so the token replaces
    /// it. The header of an outer token handler, which sent this message or the one it was copied from, is removed: this client's token
    /// replaces it.
    /// </summary>
    /// <param name="callers">The caller's message.</param>
    /// <param name="message">The copy that is sent. It has an Authorization header.</param>
    /// <param name="input">The choice that the message carries.</param>
    /// <param name="requests">The client's choice of token requests.</param>
    /// <exception cref="TokenAcquisitionException">The requested token would be ignored, or the header has no token.</exception>
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
                "The message has an Authorization header 'Bearer' without a token. "
                + "Remove the header to send a token of this client, or add the intended token to it.",
                requests);
        }

        if (input is not null)
        {
            throw Refused(
                "The message asks for a token (OnBehalfOf, ForTenant or WithScope) and also has an Authorization header of the "
                + "application's own. That header would be sent instead. " + Fix,
                requests);
        }

        if (requests.AreChosenByMessage)
        {
            throw Refused(
                "This client chooses the token by the message (RequireTenant or Select), and this message has an Authorization header of "
                + "the application's own. That header would be sent instead. " + Fix,
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
