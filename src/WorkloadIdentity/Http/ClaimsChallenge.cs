using System.Text;

namespace WorkloadIdentity;

/// <summary>
/// Hands claims on: when Entra refuses a web API a token on behalf of its user until that user has satisfied certain claims (Conditional
/// Access), only the caller of the web API can ask its user for them
/// (<see href="https://learn.microsoft.com/entra/identity-platform/claims-challenge">claims challenges</see>).
/// </summary>
/// <remarks>
/// Answer the caller with 401 and this header. For tokens the application asks for itself there is no user to ask, and nothing to hand on.
/// </remarks>
public static class ClaimsChallenge
{
    /// <summary>
    /// The value of a <c>WWW-Authenticate</c> header (RFC 6750 section 3) that passes the claims of <paramref name="error"/> on to the
    /// caller.
    /// </summary>
    /// <param name="error">Of a token that was asked for on behalf of the caller's user.</param>
    /// <returns>The value; null when Entra named no claims, so that a challenge would send the caller in circles.</returns>
    public static string? For(TokenError error)
    {
        ArgumentNullException.ThrowIfNull(error);

        // Base64 has no character that a quoted string would have to escape, whatever the claims hold.
        return error.Claims is { Length: > 0 } claims
            ? $"Bearer realm=\"\", error=\"{TokenRejection.InsufficientClaims}\", claims=\"{Convert.ToBase64String(
                Encoding.UTF8.GetBytes(claims))}\""
            : null;
    }
}
