namespace WorkloadIdentity;

/// <summary>What one credential answered, and how long it took.</summary>
public sealed class TokenAttempt
{
    /// <summary>Records an attempt.</summary>
    public TokenAttempt(string credential, TokenVerdict verdict, TokenError? error, TimeSpan duration)
    {
        ArgumentNullException.ThrowIfNull(credential);
        Credential = credential;
        Verdict = verdict;
        Error = error;
        Duration = duration;
    }

    /// <summary>The credential's name, outermost first: <c>default chain/managed identity</c>.</summary>
    public string Credential { get; }

    /// <summary>How the attempt ended.</summary>
    public TokenVerdict Verdict { get; }

    /// <summary>What was in the way; null when a token was issued.</summary>
    public TokenError? Error { get; }

    /// <summary>How long the attempt took.</summary>
    public TimeSpan Duration { get; }

    /// <summary><c>name: reason</c>.</summary>
    public override string ToString() => $"{Credential}: {(Error is null ? "issued a token" : Error.Message)}";
}
