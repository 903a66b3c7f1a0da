using System.Text;

namespace WorkloadIdentity;

/// <summary>
/// No token could be had. The one exception of an acquisition: <see cref="Error"/> says why, <see cref="Attempts"/> what each credential
/// answered.
/// </summary>
/// <remarks>A caller's own cancellation surfaces as <see cref="OperationCanceledException"/> instead.</remarks>
#pragma warning disable CA1032 // The usual constructors would make an exception without the error it exists to carry.
public sealed class TokenAcquisitionException : Exception
#pragma warning restore CA1032
{
    /// <summary>An acquisition that ended in <paramref name="error"/>.</summary>
    public TokenAcquisitionException(TokenError error, IReadOnlyList<TokenAttempt>? attempts = null)
        : base(Describe(error, attempts ?? []), error.Exception)
    {
        Error = error;
        Attempts = attempts ?? [];
        HelpLink = error.HelpLink?.OriginalString;
    }

    /// <summary>Why there is no token.</summary>
    public TokenError Error { get; }

    /// <summary>What each credential answered, in the order they were asked.</summary>
    public IReadOnlyList<TokenAttempt> Attempts { get; }

    private static string Describe(TokenError error, IReadOnlyList<TokenAttempt> attempts)
    {
        ArgumentNullException.ThrowIfNull(error);
        var text = new StringBuilder(error.Message);
        if (attempts.Count > 1 && !error.ListsAttempts)
        {
            AppendAttempts(text, error, attempts);
        }

        AppendFact(text, "Scope", error.Scope);
        AppendFact(text, "Tenant", error.TenantId);
        AppendFact(text, "Client", error.ClientId);
        AppendFact(text, "Correlation id", error.CorrelationId);
        AppendFact(text, "Trace id", error.TraceId);
        AppendFact(text, "Help", error.Help);
        return text.ToString();
    }

    /// <summary>What the others said. The error itself is told above, and one that takes many lines leaves no room for theirs.</summary>
    private static void AppendAttempts(StringBuilder text, TokenError error, IReadOnlyList<TokenAttempt> attempts)
    {
        if (error.Message.Contains('\n', StringComparison.Ordinal))
        {
            text.Append("\nAsked: ").AppendJoin(
                ", ", attempts.Select(attempt => $"{attempt.Credential} ({attempt.Verdict.ToString().ToLowerInvariant()})"));
            return;
        }

        foreach (var attempt in attempts)
        {
            var isThis = attempt.Error?.Message == error.Message;
            text.Append("\n  ").Append(isThis ? $"{attempt.Credential}: failed, see above" : attempt.ToString());
        }
    }

    /// <summary>A fact that the message holds already is not told twice.</summary>
    private static void AppendFact(StringBuilder text, string name, string? value)
    {
        if (value is not null && !text.ToString().Contains(value, StringComparison.OrdinalIgnoreCase))
        {
            text.Append('\n').Append(name).Append(": ").Append(value);
        }
    }
}
