namespace WorkloadIdentity;

/// <summary>
/// Judges an answer of the token endpoint: a token (RFC 6749 section 5.1), a refusal (section 5.2), or neither. Answers are bounded by
/// <see cref="Backchannel"/>. Nothing in them is believed that is not checked here.
/// </summary>
internal static class TokenResponse
{
    /// <summary>Entra's longest-lived tokens are those of continuous access: up to 28 hours.</summary>
    public static readonly TimeSpan MaxLifetime = TimeSpan.FromHours(48);

    /// <param name="answer">What arrived.</param>
    /// <param name="exchange">What was asked for, and by whom.</param>
    /// <param name="form">What was sent, for what must not be repeated in a message.</param>
    /// <param name="authentication">What the application proved itself with, in words.</param>
    /// <param name="sentOn">When the attempt began: lifetimes count from here, so that a slow answer never makes a token look
    /// younger.</param>
    public static TokenResult Read(
        BackchannelAnswer answer, TokenExchange exchange, TokenRequestForm form, string authentication, DateTimeOffset sentOn)
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

        var origin = new TokenOrigin(AcquiredBy: null, exchange.Authority.Name, exchange.ClientId, form.Certificate?.NotAfter);
        return Token(said, sentOn, origin) switch
        {
            ({ } token, _) => TokenResult.Issued(token),
            (_, var problem) => TokenResult.Failed(
                new TokenError(
                    TokenErrorKind.InvalidResponse,
                    $"{exchange.Authority} answered {answer.Status} for application {exchange.ClientId} in tenant "
                        + $"{exchange.TenantId}, but {problem}. Check what answers at this address: Entra does not.")
                {
                    StatusCode = answer.Status,
                }.About(exchange.Request.Scope, exchange.ClientId, exchange.TenantId, exchange.CorrelationId)),
        };
    }

    private static (AccessToken? Token, string Problem) Token(TokenAnswer response, DateTimeOffset sentOn, TokenOrigin origin)
    {
        if (response.AccessToken is not { } value)
        {
            return (null, "without an access_token");
        }

        if (!Guard.IsBearerToken(value))
        {
            return (null, "the access_token is empty, or holds a character that no Bearer token has (RFC 6750)");
        }

        if (!string.Equals(response.TokenType, "Bearer", StringComparison.OrdinalIgnoreCase))
        {
            return (null, "the token_type is not Bearer");
        }

        if (Seconds(response.ExpiresIn) is not { } lifetime)
        {
            return (null, "without an expires_in that is a number of seconds");
        }

        if (lifetime <= 0)
        {
            return (null, "the token has expired already (expires_in is not above zero)");
        }

        if (lifetime > MaxLifetime.TotalSeconds)
        {
            return (null, $"the token would live for more than {MaxLifetime.TotalHours:0} hours (expires_in), which none of Entra's does");
        }

        // A hint: one that makes no sense is no hint.
        var refresh = Seconds(response.RefreshIn);
        return (new AccessToken(
            value, sentOn.AddSeconds(lifetime), refresh > 0 && refresh < lifetime ? sentOn.AddSeconds(refresh.Value) : null, origin), "");
    }

    private static double? Seconds(TokenAnswer.StatedTime time) => time.Seconds is { } seconds ? Math.Floor(seconds) : null;
}
