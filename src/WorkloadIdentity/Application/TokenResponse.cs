namespace WorkloadIdentity;

/// <summary>
/// Reads a response of the token endpoint: a token (RFC 6749 section 5.1), an error (section 5.2), or neither. <see cref="Backchannel"/>
/// limits its size. Every member is checked before it is used.
/// </summary>
internal static class TokenResponse
{
    /// <summary>The longest lifetime of a token from Entra: tokens with continuous access live up to 28 hours.</summary>
    public static readonly TimeSpan MaxLifetime = TimeSpan.FromHours(48);

    /// <param name="answer">The response.</param>
    /// <param name="exchange">The request: the token that was asked for and the application.</param>
    /// <param name="form">The form that was sent. Its secrets must not appear in a message.</param>
    /// <param name="authentication">The name of the client authentication.</param>
    public static TokenResult Read(BackchannelAnswer answer, TokenExchange exchange, TokenRequestForm form, string authentication)
    {
        if (answer.Error is { } unanswered)
        {
            return TokenResult.Failed(
                unanswered.About(exchange.Request.Scope, exchange.ClientId, exchange.TenantId, exchange.CorrelationId));
        }

        if (!answer.IsSuccess || answer.Said is not { HasError: false } said)
        {
            return TokenResult.Failed(TokenRefusal.Read(answer, exchange, form, authentication));
        }

        var origin = new TokenOrigin(
            AcquiredBy: null,
            exchange.Authority.Name,
            exchange.ClientId,
            form.Certificate?.NotAfter,
            form.AsksForBoundToken ? form.Binding : null);
        return Token(said, answer.SentOn, origin) switch
        {
            ({ } token, _) => TokenResult.Issued(token),
            (_, var problem) => TokenResult.Failed(
                new TokenError(
                    TokenErrorKind.InvalidResponse,
                    $"{exchange.Authority} answered {answer.Status} for application {exchange.ClientId} in tenant "
                        + $"{exchange.TenantId}, but {problem}. Entra does not respond like this: check which server is at this address.")
                {
                    StatusCode = answer.Status,
                }.About(exchange.Request.Scope, exchange.ClientId, exchange.TenantId, exchange.CorrelationId)),
        };
    }

    private static (AccessToken? Token, string? Problem) Token(TokenAnswer response, DateTimeOffset sentOn, TokenOrigin origin)
    {
        if (response.AccessToken is not { } value)
        {
            return (null, "the response has no access_token");
        }

        if (!Guard.IsBearerToken(value))
        {
            return (null, "the access_token is empty, or holds a character that no Bearer token has (RFC 6750)");
        }

        var tokenType = origin.Binding is null ? "Bearer" : BoundTokens.TokenType;
        if (!string.Equals(response.TokenType, tokenType, StringComparison.OrdinalIgnoreCase))
        {
            return (null, $"the token_type is not {tokenType}");
        }

        if (Seconds(response.ExpiresIn) is not { } lifetime)
        {
            return (null, "the expires_in is missing or not a number of seconds");
        }

        if (lifetime <= 0)
        {
            return (null, "the token has already expired (expires_in is not more than zero)");
        }

        if (lifetime > MaxLifetime.TotalSeconds)
        {
            return (null, $"the expires_in is more than {MaxLifetime.TotalHours:0} hours, longer than any token of Entra");
        }

        var expiresOn = sentOn.AddSeconds(lifetime);
        if (origin.Binding is { } certificate && certificate.NotAfter < expiresOn)
        {
            expiresOn = certificate.NotAfter;
        }

        return (new AccessToken(value, expiresOn, RefreshOn(Seconds(response.RefreshIn), sentOn, expiresOn), origin), null);
    }

    /// <summary>The refresh time is a hint. One that is not before the expiry is ignored.</summary>
    private static DateTimeOffset? RefreshOn(double? seconds, DateTimeOffset sentOn, DateTimeOffset expiresOn) =>
        seconds > 0 && seconds < (expiresOn - sentOn).TotalSeconds ? sentOn.AddSeconds(seconds.Value) : null;

    private static double? Seconds(TokenAnswer.StatedTime time) => time.Seconds is { } seconds ? Math.Floor(seconds) : null;
}
