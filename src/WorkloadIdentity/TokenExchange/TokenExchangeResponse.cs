using System.Globalization;
using System.Text;

namespace WorkloadIdentity;

/// <summary>
/// Reads the response to a token exchange: a token (RFC 8693 section 2.2.1), an error (section 2.2.2), or neither. From the server, only
/// <c>error</c>, the cleaned description and the status enter a message.
/// </summary>
/// <param name="server">The server's name in messages.</param>
/// <param name="scope">What was asked for.</param>
/// <param name="subjectToken">The token that was exchanged.</param>
/// <param name="requestedType">The type of token that was asked for; null if the server chooses.</param>
/// <param name="secrets">What must not appear in a message.</param>
internal sealed class TokenExchangeResponse(
    string server, string scope, string subjectToken, string? requestedType, IReadOnlyList<string> secrets)
{
    // A server of one's own may issue tokens that live longer than Entra's. Beyond this it is a mistake.
    private static readonly TimeSpan MaxLifetime = TimeSpan.FromDays(31);

    /// <summary>Whether another token might be accepted. RFC 8693 says <c>invalid_request</c>; servers say the others too.</summary>
    public static bool MayBeAboutSubject(TokenError error) =>
        error.Kind == TokenErrorKind.Refused && error.OAuthError is "invalid_request" or "invalid_grant" or "invalid_token";

    public TokenResult Read(BackchannelAnswer answer)
    {
        if (answer.Error is { } unanswered)
        {
            return TokenResult.Failed(
                new TokenError(unanswered, unanswered.Message)
                {
                    Scope = scope,
                    HelpAnchor = unanswered.HelpAnchor ?? HelpAnchors.TokenExchange,
                    IsTransient = unanswered.IsTransient,
                });
        }

        if (!answer.IsSuccess || answer.Said is not { HasError: false } said)
        {
            return TokenResult.Failed(Refusal(answer));
        }

        var (token, problem) = Token(said, answer.SentOn);
        return token is not null
            ? TokenResult.Issued(token)
            : TokenResult.Failed(new TokenError(
                TokenErrorKind.InvalidResponse,
                $"{server} answered {answer.Status.ToString(CultureInfo.InvariantCulture)} to a token exchange for '{scope}', but "
                    + $"{problem}. Check the address, and how the server is set up.")
            {
                StatusCode = answer.Status,
                Scope = scope,
                HelpAnchor = HelpAnchors.TokenExchange,
            });
    }

    private (AccessToken? Token, string? Problem) Token(TokenAnswer said, DateTimeOffset sentOn)
    {
        if (said.AccessToken is not { } value || !Guard.IsBearerToken(value))
        {
            return (null, "the response has no access_token that can be sent as a Bearer token (RFC 6750)");
        }

        if (!string.Equals(said.TokenType, "Bearer", StringComparison.OrdinalIgnoreCase))
        {
            return (null, said.TokenType == "N_A"
                ? "the token_type is N_A: the server issued a token that no API accepts. Ask for an access token (RequestedTokenType)"
                : "the token_type is not Bearer");
        }

        if (said.IssuedTokenType is { } type && !IsWanted(type))
        {
            return (null, requestedType is null
                ? "the issued_token_type is neither an access token nor a JWT"
                : "the issued_token_type is not the type that was asked for");
        }

        // expires_in is only recommended. Without it, the token's own end counts.
        var expiresOn = said.ExpiresIn.Seconds is { } seconds
            ? sentOn.AddSeconds(Math.Clamp(Math.Floor(seconds), -1, TimeSpan.FromDays(3650).TotalSeconds))
            : UnverifiedJwt.TryRead(value)?.ExpiresOn;
        return expiresOn is not { } end ? (null, "the response does not say when the token expires (expires_in)")
            : end <= sentOn ? (null, "the token has already expired")
            : end > sentOn + MaxLifetime ? (null, $"the token lives longer than {MaxLifetime.TotalDays:0} days")
            : (new AccessToken(value, end), null);
    }

    private bool IsWanted(string issued) => requestedType is not null
        ? issued == requestedType
        : issued is TokenExchangeCredentialOptions.AccessTokenType or TokenExchangeCredentialOptions.JwtType;

    private TokenError Refusal(BackchannelAnswer answer)
    {
        var said = answer.Said;
        var error = UntrustedText.Word(said?.Error, secrets);
        var description = UntrustedText.Description(said?.ErrorDescription, secrets);
        var isThrottled = answer.Status == 429;
        var kind = isThrottled ? TokenErrorKind.Throttled
            : said is not { HasError: true } ? TokenErrorKind.InvalidResponse
            : TokenErrorKind.Refused;
        var text = new StringBuilder($"{server} ").Append(kind switch
        {
            TokenErrorKind.Throttled => "is throttling requests and did not exchange",
            TokenErrorKind.InvalidResponse => "returned a response that is not a token response when asked to exchange",
            _ => "refused to exchange",
        });
        text.Append(CultureInfo.InvariantCulture, $" a token for one for '{scope}' (HTTP {answer.Status}");
        text.Append(error is null ? ")" : $", {error})").Append(description is null ? ". " : $": {description.TrimEnd('.')}. ");

        // For whoever sets the server up.
        text.Append(CultureInfo.InvariantCulture, $"The token that was exchanged has {TokenError.DescribeJwt(subjectToken)}. ");
        text.Append(kind == TokenErrorKind.InvalidResponse
            ? "Check the address of the token endpoint."
            : "Check that the server trusts this issuer, accepts this audience, and lets this subject have that token.");
        return new TokenError(kind, text.ToString())
        {
            OAuthError = error,
            StatusCode = answer.Status,
            RetryAfter = answer.RetryAfter,
            Scope = scope,
            HelpAnchor = HelpAnchors.TokenExchange,
            IsTransient = isThrottled || answer.Status is 408 or >= 500 || error == OAuthError.TemporarilyUnavailable,
        };
    }
}
