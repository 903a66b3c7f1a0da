namespace WorkloadIdentity;

/// <summary>
/// One challenge of a <c>WWW-Authenticate</c> field (RFC 9110 section 11.6.1): a scheme, and either parameters or one token68.
/// </summary>
/// <remarks>
/// The grammar cannot be split at commas or spaces: both separate challenges, separate parameters and stand inside quoted values.
/// What is ambiguous is settled by looking ahead: a token followed by <c>=</c> and a value is a parameter, any other token opens a
/// challenge.
/// </remarks>
internal sealed class AuthenticationChallenge
{
    /// <summary>The <c>error</c> of a claims challenge.</summary>
    public const string InsufficientClaims = "insufficient_claims";

    /// <summary>A longer line is not a challenge anybody means, and is ignored whole. The largest claims fit, in any form.</summary>
    public const int MaxLineLength = 20 * 1024;

    /// <summary>Further lines of the field are ignored.</summary>
    public const int MaxLines = 16;

    private AuthenticationChallenge(string scheme, string? token68, IReadOnlyList<KeyValuePair<string, string>> parameters)
    {
        Scheme = scheme;
        Token68 = token68;
        Parameters = parameters;
    }

    public string Scheme { get; }

    /// <summary>The credentials-like text of schemes such as Negotiate; null for all others.</summary>
    public string? Token68 { get; }

    public IReadOnlyList<KeyValuePair<string, string>> Parameters { get; }

    /// <summary>Why the server rejects the request (RFC 6750 section 3); null when it does not say.</summary>
    public string? Error => Parameter("error");

    /// <summary>The claims that the server demands, as it encodes them; null when there are none.</summary>
    public string? Claims => Parameter("claims");

    public bool Is(string scheme) => Scheme.Equals(scheme, StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// A parameter's value, unescaped; null when it is absent. Of duplicates, which the grammar forbids, the first counts.
    /// </summary>
    public string? Parameter(string name)
    {
        foreach (var (key, value) in Parameters)
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
                challenges.AddRange(new ChallengeReader(line).ReadAll().Select(
                    read => new AuthenticationChallenge(read.Scheme, read.Token68, read.Parameters)));
            }
        }

        return challenges;
    }

    public override string ToString() => Scheme;
}
