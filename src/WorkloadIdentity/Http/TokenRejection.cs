namespace WorkloadIdentity;

/// <summary>The reason why an API rejected a token with 401, if another token may be accepted.</summary>
internal sealed class TokenRejection
{
    public const string InvalidToken = "invalid_token";
    public const string InsufficientClaims = AuthenticationChallenge.InsufficientClaims;

    private TokenRejection(string reason, string? claims)
    {
        Reason = reason;
        Claims = claims;
    }

    /// <summary>The challenge's <c>error</c>: one of the two constants, never the server's own text.</summary>
    public string Reason { get; }

    /// <summary>The claims that the next token must satisfy, as a JSON object; null if any other token will do.</summary>
    public string? Claims { get; }

    /// <summary>APIs challenge the sender of a bound token with either scheme: its own, or that of ordinary tokens.</summary>
    private static bool IsForBoundToken(string challenge, string scheme) =>
        scheme == BoundTokens.TokenType && challenge.Equals("Bearer", StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// Reads the challenges of <paramref name="response"/> for <paramref name="scheme"/>; null if none of them asks for another token.
    /// Claims come first, because a server that names both requires them.
    /// </summary>
    /// <param name="response">A 401.</param>
    /// <param name="scheme">The scheme of the rejected token.</param>
    /// <param name="continuousAccess">Whether claims challenges are answered.</param>
    public static TokenRejection? From(HttpResponseMessage response, string scheme, bool continuousAccess)
    {
        TokenRejection? invalid = null;
        foreach (var challenge in AuthenticationChallenge.Of(response))
        {
            if (!challenge.Scheme.Equals(scheme, StringComparison.OrdinalIgnoreCase) && !IsForBoundToken(challenge.Scheme, scheme))
            {
                continue;
            }

            if (continuousAccess && challenge.Error == InsufficientClaims && ChallengeClaims.TryRead(challenge.Claims, out var claims))
            {
                return new TokenRejection(InsufficientClaims, claims);
            }

            if (challenge.Error == InvalidToken)
            {
                invalid ??= new TokenRejection(InvalidToken, claims: null);
            }
        }

        return invalid;
    }
}
