namespace WorkloadIdentity;

/// <summary>The errors for a token that is bound to a certificate and must not be sent.</summary>
internal static class BoundTokenRefusals
{
    /// <summary>Why no bound token goes to this address; null if one may.</summary>
    public static TokenError? OfAddress(Uri? address, string scope) => Origin.TryRead(address, out var origin) && origin.IsHttps
        ? null
        : Because(
            $"A token that is bound to a certificate is not sent to {(address is null ? "no address" : $"{origin}")}, because only a "
                + "connection with TLS can present the certificate. Use https.",
            scope);

    public static TokenError Because(string message, string? scope) =>
        new(TokenErrorKind.NotAllowed, message) { Scope = scope, HelpAnchor = HelpAnchors.BoundTokens };
}
