using System.Globalization;
using System.Text;

namespace WorkloadIdentity;

/// <summary>
/// What a credential has to say about one request: what it looked for, what it found or lacks, how long that took, and for a chain the same
/// of every member. It holds no token and no secret, and may be logged. Made by <see cref="Credential.ExplainAsync"/>. Immutable.
/// </summary>
public sealed class CredentialReport
{
    internal CredentialReport(string credential, string? looksFor, TokenResult result, TimeSpan duration)
    {
        Credential = credential;
        LooksFor = looksFor;
        Verdict = result.Verdict;
        Error = result.Error;
        ExpiresOn = result.Token?.ExpiresOn;
        Duration = duration;
        Found = result.Error?.Message ?? Describe(result.Token!);
    }

    /// <summary>Of a chain: its verdict is that of the member that answers.</summary>
    internal CredentialReport(string chain, CredentialReport? answer, TokenError nobody, TimeSpan duration)
    {
        Credential = chain;
        Verdict = answer?.Verdict ?? TokenVerdict.Unavailable;
        Error = answer is null ? nobody : answer.Error;
        ExpiresOn = answer?.ExpiresOn;
        Duration = duration;
        Found = answer?.Found ?? nobody.Message;
    }

    private CredentialReport(CredentialReport other)
    {
        Credential = other.Credential;
        LooksFor = other.LooksFor;
        Verdict = other.Verdict;
        Error = other.Error;
        ExpiresOn = other.ExpiresOn;
        Duration = other.Duration;
        Found = other.Found;
        Members = other.Members;
        Assertion = other.Assertion;
    }

    /// <summary>The credential's name.</summary>
    public string Credential { get; }

    /// <summary>What it looks for: a variable, a file, a host; and for whom. Null where the credential does not say.</summary>
    public string? LooksFor { get; }

    /// <summary>How the attempt ended.</summary>
    public TokenVerdict Verdict { get; }

    /// <summary>What there was: who issued a token to whom, or what stood in the way and what to do about it.</summary>
    public string Found { get; }

    /// <summary>What stood in the way, as data, with the page that explains it; null when a token was issued.</summary>
    public TokenError? Error { get; }

    /// <summary>When the token that was issued expires; it is not kept. Null when none was issued.</summary>
    public DateTimeOffset? ExpiresOn { get; }

    /// <summary>How long the attempt took.</summary>
    public TimeSpan Duration { get; }

    /// <summary>Whether the chain it is a member of has become this credential, for the life of the program.</summary>
    public bool IsPinned { get; private init; }

    /// <summary>Whether its verdict is the one the chain it is a member of gives.</summary>
    public bool IsAnswer { get; private init; }

    /// <summary>The reports of a chain's members, in the order they are asked; empty for other credentials.</summary>
    public IReadOnlyList<CredentialReport> Members { get; internal init; } = [];

    /// <summary>What the assertion says that was shown to Entra; null where there was none.</summary>
    internal UnverifiedJwt? Assertion { get; init; }

    internal CredentialReport AsMember(bool isPinned, bool isAnswer) => new(this) { IsPinned = isPinned, IsAnswer = isAnswer };

    /// <summary>The report as lines of text, a member below its chain.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        Write(text, indent: "");
        return text.ToString();
    }

    private static string Describe(AccessToken token) => string.Create(
        CultureInfo.InvariantCulture,
        $"a token{(token.Issuer is null ? "" : $", issued by {token.Issuer}")}{(token.ClientId is null
            ? ""
            : $" for client {token.ClientId}")}, which expires {token.ExpiresOn.UtcDateTime:u}");

    private void Write(StringBuilder text, string indent)
    {
        var role = IsPinned ? ", pinned" : IsAnswer ? ", answers" : "";
        text.Append(
            CultureInfo.InvariantCulture,
            $"{indent}{Credential}: {Verdict.ToString().ToLowerInvariant()} in {Duration.TotalMilliseconds:0} ms{role}\n");
        if (LooksFor is not null)
        {
            text.Append(CultureInfo.InvariantCulture, $"{indent}  looks for: {LooksFor}\n");
        }

        // Of a chain that has no answer the members say it better, each for itself.
        if (Members.Count == 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"{indent}  found: {Found.ReplaceLineEndings($"\n{indent}    ")}\n");
            if (Error is not null)
            {
                text.Append(CultureInfo.InvariantCulture, $"{indent}  help: {Error.Help}\n");
            }
        }

        foreach (var member in Members)
        {
            member.Write(text, indent + "  ");
        }
    }
}
