namespace WorkloadIdentity;

/// <summary>
/// One challenge of a <c>WWW-Authenticate</c> field (RFC 9110 section 11.6.1): a scheme, and either parameters or one token68.
/// </summary>
/// <remarks>
/// The grammar cannot be split at commas or spaces: both separate challenges, separate parameters and stand inside quoted values.
/// What is ambiguous is settled by looking ahead: a token followed by <c>=</c> and a value is a parameter, any other token opens a
/// challenge.
/// </remarks>
internal sealed class AuthenticationChallenge(string scheme)
{
    /// <summary>The <c>error</c> of a claims challenge.</summary>
    public const string InsufficientClaims = "insufficient_claims";

    /// <summary>A longer line is not a challenge anybody means, and is ignored whole. The largest claims fit, in any form.</summary>
    public const int MaxLineLength = 20 * 1024;

    /// <summary>Further lines of the field are ignored.</summary>
    public const int MaxLines = 16;

    private readonly List<KeyValuePair<string, string>> _parameters = [];

    public string Scheme { get; } = scheme;

    /// <summary>The credentials-like text of schemes such as Negotiate; null for all others.</summary>
    public string? Token68 { get; private set; }

    public IReadOnlyList<KeyValuePair<string, string>> Parameters => _parameters;

    public bool Is(string scheme) => Scheme.Equals(scheme, StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// A parameter's value, unescaped; null when it is absent. Of duplicates, which the grammar forbids, the first counts.
    /// </summary>
    public string? Parameter(string name)
    {
        foreach (var (key, value) in _parameters)
        {
            if (key.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return value;
            }
        }

        return null;
    }

    /// <summary>The challenges of a response, from the raw values: the typed collection drops what it cannot parse.</summary>
    public static IReadOnlyList<AuthenticationChallenge> Of(HttpResponseMessage response) =>
        response.Headers.NonValidated.TryGetValues("WWW-Authenticate", out var lines) ? Parse(lines) : [];

    /// <summary>
    /// The well-formed challenges of all lines, in order. A malformed one is left out and the others are kept: what a server appends must
    /// not hide what it said first. A challenge never reaches over the end of its line.
    /// </summary>
    public static IReadOnlyList<AuthenticationChallenge> Parse(IEnumerable<string> lines)
    {
        var challenges = new List<AuthenticationChallenge>();
        foreach (var line in lines.Take(MaxLines))
        {
            if (line.Length <= MaxLineLength)
            {
                ParseLine(line, challenges);
            }
        }

        return challenges;
    }

    private static void ParseLine(string line, List<AuthenticationChallenge> challenges)
    {
        var reader = new ChallengeReader(line);
        AuthenticationChallenge? current = null;
        while (reader.SkipSeparators())
        {
            if (reader.TryReadParameter(out var name, out var value))
            {
                // Without a challenge to belong to (its own was malformed, or it never had one) a parameter means nothing.
                current?._parameters.Add(new(name, value));
            }
            else if (reader.TryReadToken(out var scheme))
            {
                current = new AuthenticationChallenge(scheme) { Token68 = reader.TryReadToken68() };
                challenges.Add(current);
            }
            else
            {
                // Neither: a quote that never closes, or a stray character. The challenge it stands in cannot be trusted.
                if (current is not null)
                {
                    challenges.Remove(current);
                    current = null;
                }

                reader.SkipToComma();
            }
        }
    }

    public override string ToString() => Scheme;
}
