namespace WorkloadIdentity.Schedules.Model;

/// <summary>What the credential of a history answers: a token, or a failure.</summary>
internal sealed record Answer(AccessToken? Token, TokenErrorKind Kind = default, TimeSpan? RetryAfter = null)
{
    public bool IsTransient => Kind is TokenErrorKind.Unreachable or TokenErrorKind.Throttled or TokenErrorKind.InvalidResponse;

    public bool IsLocal => Kind == TokenErrorKind.NotConfigured;

    public TokenResult ToResult() => Token is not null ? TokenResult.Issued(Token)
        : Kind == TokenErrorKind.NotConfigured ? TokenResult.Unavailable(ToError())
        : TokenResult.Failed(ToError());

    private TokenError ToError() => new(Kind, "it failed") { RetryAfter = RetryAfter };
}
