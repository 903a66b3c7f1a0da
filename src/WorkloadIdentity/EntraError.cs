using System.Collections.Frozen;
using System.Globalization;

namespace WorkloadIdentity;

/// <summary>
/// What one of Entra's error codes (AADSTS) means, and what to do about it, for people. Entra may change codes at any time: use it to
/// explain, not to decide. The page docs/errors.md lists every code that is known here.
/// </summary>
public sealed class EntraError
{
    // Compiled in from EntraErrors.tsv and read at the first error.
    private static readonly Lazy<FrozenDictionary<long, EntraError>> Table = new(Read);

    private EntraError(long code, TokenErrorCategory category, string meaning, string check, string fix)
    {
        Code = code;
        Category = category;
        Meaning = meaning;
        Check = check;
        Fix = fix;
    }

    /// <summary>The code: 7000215 for AADSTS7000215.</summary>
    public long Code { get; }

    /// <summary>What Entra refused for: <see cref="TokenError.Category"/> of an error with this code.</summary>
    public TokenErrorCategory Category { get; }

    /// <summary>What the code means for a workload: one sentence.</summary>
    public string Meaning { get; }

    /// <summary>What to check first: a question or a sentence.</summary>
    public string Check { get; }

    /// <summary>
    /// The command, portal page or setting that helps. In a command, <c>&lt;client id&gt;</c> and the like stand for your own values.
    /// </summary>
    public string Fix { get; }

    /// <summary>The code as Entra writes it: AADSTS7000215.</summary>
    internal string Name => $"AADSTS{Code}";

    /// <summary><see cref="Fix"/> with the application's own id in its command.</summary>
    internal string For(string? clientId) => clientId is null ? Fix : Fix.Replace("<client id>", clientId, StringComparison.Ordinal);

    /// <summary>The first of the codes that is known here.</summary>
    /// <param name="codes">Most specific first, as in <see cref="TokenError.EntraErrorCodes"/>.</param>
    /// <returns>Null when none is known.</returns>
    public static EntraError? Find(params IEnumerable<long> codes)
    {
        ArgumentNullException.ThrowIfNull(codes);
        foreach (var code in codes)
        {
            if (Table.Value.TryGetValue(code, out var error))
            {
                return error;
            }
        }

        return null;
    }

    /// <summary>Code and meaning.</summary>
    public override string ToString() => $"{Name}: {Meaning}";

    /// <summary>Every code that is known here.</summary>
    internal static IReadOnlyDictionary<long, EntraError> All => Table.Value;

    private static FrozenDictionary<long, EntraError> Read()
    {
        using var stream = typeof(EntraError).Assembly.GetManifestResourceStream("EntraErrors.tsv")
            ?? throw new InvalidOperationException("EntraErrors.tsv is missing from the assembly.");
        using var reader = new StreamReader(stream);
        reader.ReadLine();
        var errors = new Dictionary<long, EntraError>();
        while (reader.ReadLine() is { } line)
        {
            var columns = line.Split('\t');
            var code = long.Parse(columns[0], NumberStyles.None, CultureInfo.InvariantCulture);
            errors.Add(
                code,
                new EntraError(code, Enum.Parse<TokenErrorCategory>(columns[1]), columns[2], columns[3], columns[4]));
        }

        return errors.ToFrozenDictionary();
    }
}
