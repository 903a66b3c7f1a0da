namespace WorkloadIdentity;

/// <summary>Whether a client may send a token that is bound to a certificate, and whether it may send one that is not.</summary>
internal static class BoundTokenCheck
{
    /// <summary>Why the client must not send the token with this message; null if it may.</summary>
    /// <param name="token">The token.</param>
    /// <param name="binding">What the client asked for.</param>
    /// <param name="address">The address of the message.</param>
    /// <param name="scope">What the token is for.</param>
    /// <param name="pipeline">The handlers after the access token handler.</param>
    public static TokenError? Refuse(AccessToken token, TokenBinding binding, Uri? address, string scope, HttpMessageHandler? pipeline)
    {
        if (token.Binding is not { } certificate)
        {
            return token.IsBound
                ? BoundTokenRefusals.Because(
                    $"'{token.AcquiredBy}' issued a token of the type {token.TokenType} without the certificate that it is bound to, so no "
                        + "connection can present it. A credential or acquirer of your own calls token.BoundTo(certificate).",
                    scope)
                : binding == TokenBinding.Required
                ? BoundTokenRefusals.Because(
                    $"The client sends only tokens that are bound to a certificate, and '{token.AcquiredBy}' issued a {token.TokenType} "
                        + "token. Call BindTokens() on the certificate of its identity. Or set options.Binding = TokenBinding.Preferred, "
                        + "if ordinary tokens may be sent.",
                    scope)
                : null;
        }

        if (BoundTokenRefusals.OfAddress(address, scope) is { } refusal)
        {
            return refusal;
        }

        var last = PrimaryHandler.Of(pipeline);
        return last is MutualTlsHandler
            ? null
            : BoundTokenRefusals.Because(
                $"The token for '{scope}' is bound to the certificate '{certificate.Subject}', and the client's innermost handler "
                    + $"({last?.GetType().Name ?? "none"}) does not present it, so the token was not sent. Let AddAccessToken set the "
                    + "handler up (options.Binding), and remove the call that sets another primary handler. Its settings go into "
                    + "ConfigurePrimaryHttpMessageHandler(() => new MutualTlsHandler(sockets => …)).",
                scope);
    }
}
