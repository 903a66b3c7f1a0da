using System.Diagnostics;
using System.Runtime.Serialization;
using System.Text.Json.Serialization;

namespace WorkloadIdentity;

/// <summary>An assertion source's verdict. Immutable; never prints the assertion.</summary>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class AssertionResult
{
    private AssertionResult(TokenVerdict verdict, string? assertion, TokenError? error)
    {
        Verdict = verdict;
        Assertion = assertion;
        Error = error;
    }

    /// <summary>How it ended.</summary>
    public TokenVerdict Verdict { get; }

    /// <summary>The assertion, when <see cref="Verdict"/> is <see cref="TokenVerdict.Issued"/>. A secret.</summary>
    [JsonIgnore]
    [IgnoreDataMember]
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public string? Assertion { get; }

    /// <summary>What was in the way, unless <see cref="Verdict"/> is <see cref="TokenVerdict.Issued"/>.</summary>
    public TokenError? Error { get; }

    /// <summary>Here it is.</summary>
    /// <param name="jwt">The assertion as its issuer signed it (RFC 7519).</param>
    /// <exception cref="ArgumentException">
    /// <paramref name="jwt"/> is empty, or something stands around it: <c>Bearer </c>, quotes, white space, JSON.
    /// </exception>
    public static AssertionResult Issued(string jwt)
    {
        ArgumentNullException.ThrowIfNull(jwt);
        return JwtForm.Wrapping(jwt) is { } stray
            ? throw new ArgumentException($"An assertion {stray}. Expected one JWT and nothing else.", nameof(jwt))
            : new AssertionResult(TokenVerdict.Issued, jwt, error: null);
    }

    /// <summary>What the source needs is not here: another credential may be tried.</summary>
    public static AssertionResult Unavailable(TokenError error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return new AssertionResult(TokenVerdict.Unavailable, assertion: null, error);
    }

    /// <summary>The source is here and could not give an assertion.</summary>
    public static AssertionResult Failed(TokenError error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return new AssertionResult(TokenVerdict.Failed, assertion: null, error);
    }

    /// <summary>The verdict and what was in the way; never the assertion.</summary>
    public override string ToString() => Verdict == TokenVerdict.Issued ? "Issued: an assertion (hidden)" : $"{Verdict}: {Error}";
}
