namespace WorkloadIdentity;

/// <summary>Why an API rejected a token, where its 401 says so in a way that another token may mend.</summary>
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

    /// <summary>What the next token must satisfy, as a JSON object; null when it need only be another one.</summary>
    public string? Claims { get; }

    /// <summary>
    /// Reads the challenges of <paramref name="response"/> made for <paramref name="scheme"/>; null when none of them asks for another
    /// token. Claims come first: a server that names both wants them met.
    /// </summary>
    /// <param name="response">A 401.</param>
    /// <param name="scheme">The scheme the rejected token was presented with.</param>
    /// <param name="continuousAccess">Whether claims challenges are answered.</param>
    public static TokenRejection? From(HttpResponseMessage response, string scheme, bool continuousAccess)
    {
        TokenRejection? invalid = null;
        foreach (var challenge in AuthenticationChallenge.Of(response))
        {
            if (!challenge.Scheme.Equals(scheme, StringComparison.OrdinalIgnoreCase))
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
