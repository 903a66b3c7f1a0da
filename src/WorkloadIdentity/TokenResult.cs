namespace WorkloadIdentity;

/// <summary>A credential's verdict on one request. Immutable.</summary>
public sealed class TokenResult
{
    private TokenResult(TokenVerdict verdict, AccessToken? token, TokenError? error, IReadOnlyList<TokenAttempt> attempts)
    {
        Verdict = verdict;
        Token = token;
        Error = error;
        Attempts = attempts;
    }

    /// <summary>How the attempt ended.</summary>
    public TokenVerdict Verdict { get; }

    /// <summary>The token, when <see cref="Verdict"/> is <see cref="TokenVerdict.Issued"/>; otherwise null.</summary>
    public AccessToken? Token { get; }

    /// <summary>What was in the way, unless <see cref="Verdict"/> is <see cref="TokenVerdict.Issued"/>.</summary>
    public TokenError? Error { get; }

    /// <summary>Every attempt that was made, in order; filled in by <see cref="Credential.AcquireAsync"/>.</summary>
    public IReadOnlyList<TokenAttempt> Attempts { get; }

    /// <summary>A token was issued.</summary>
    public static TokenResult Issued(AccessToken token)
    {
        ArgumentNullException.ThrowIfNull(token);
        return new TokenResult(TokenVerdict.Issued, token, error: null, attempts: []);
    }

    /// <summary>What the credential needs is not here.</summary>
    public static TokenResult Unavailable(TokenError error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return new TokenResult(TokenVerdict.Unavailable, token: null, error, attempts: []);
    }

    /// <summary>The credential is here and could not get a token.</summary>
    public static TokenResult Failed(TokenError error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return new TokenResult(TokenVerdict.Failed, token: null, error, attempts: []);
    }

    /// <summary>The same verdict with the attempts that led to it.</summary>
    internal TokenResult After(IReadOnlyList<TokenAttempt> attempts) => new(Verdict, Token, Error, attempts);

    /// <summary>
    /// The same verdict as given by <paramref name="credential"/>: its name goes in front of every attempt and of the token's origin.
    /// </summary>
    /// <param name="credential">The name.</param>
    /// <param name="duration">How long it took.</param>
    /// <param name="last">The origin of this credential's last token.</param>
    internal TokenResult From(string credential, TimeSpan duration, ref TokenOrigin? last)
    {
        IReadOnlyList<TokenAttempt> attempts = Attempts.Count == 0
            ? [new TokenAttempt(credential, Verdict, Error, duration)]
            : [.. Attempts.Select(
                attempt => new TokenAttempt($"{credential}/{attempt.Credential}", attempt.Verdict, attempt.Error, attempt.Duration))];
        return new TokenResult(Verdict, Token?.From(credential, ref last), Error, attempts);
    }

    /// <summary>The verdict and what it says; never a token's value.</summary>
    public override string ToString() => Verdict == TokenVerdict.Issued ? $"Issued: {Token}" : $"{Verdict}: {Error}";
}
