namespace WorkloadIdentity;

/// <summary>
/// The <c>claims</c> of a token request: the capability to answer challenges, and the claims of a challenge. See
/// <see href="https://learn.microsoft.com/entra/identity-platform/claims-challenge">claims challenges</see>.
/// </summary>
internal static class ClaimsRequest
{
    /// <summary>The limit on a challenge. A challenge is a few hundred bytes, and it comes from a server that may not be trusted.</summary>
    public const int MaxLength = 16 * 1024;

    /// <summary>The value of the form field without a challenge; null leaves the field out.</summary>
    public static string? Declared(bool continuousAccess) => continuousAccess ? AccessTokenClaims.Capability : null;

    /// <summary>The value of the form field (null leaves it out), or the error why the challenge cannot be sent.</summary>
    /// <param name="continuousAccess">Whether to declare <c>cp1</c>.</param>
    /// <param name="challenge">
    /// The claims of an API's challenge. Only its <c>access_token</c> member is sent, with our capability in it.
    /// </param>
    public static (string? Claims, TokenError? Error) For(bool continuousAccess, string? challenge)
    {
        if (challenge is null)
        {
            return (Declared(continuousAccess), null);
        }

        if (challenge.Length > MaxLength)
        {
            return (null, Refused($"are longer than {MaxLength / 1024} KiB"));
        }

        var (claims, problem) = AccessTokenClaims.Rewrite(challenge, declareCapability: continuousAccess);
        return claims is null ? (null, Refused(problem!)) : (claims, null);
    }

    private static TokenError Refused(string problem) =>
        new(
            TokenErrorKind.InvalidConfiguration,
            $"The claims of the challenge {problem}, so no token was requested. Pass them as the API sent them, decoded from base64.")
        {
            HelpAnchor = HelpAnchors.ClaimsChallenge,
        };
}
