using System.Collections.Frozen;
using System.Globalization;

namespace WorkloadIdentity;

/// <summary>
/// What Entra's codes mean and what to do about them, for people. Compiled in from EntraErrors.tsv and read at the first error.
/// No decision is made on this table: those codes stand in <see cref="EntraCode"/>.
/// </summary>
internal static class EntraErrors
{
    private static readonly Lazy<FrozenDictionary<long, EntraError>> Table = new(Read);

    public static IReadOnlyDictionary<long, EntraError> All => Table.Value;

    /// <summary>The first of the codes that is known here.</summary>
    public static EntraError? Find(IEnumerable<long> codes)
    {
        foreach (var code in codes)
        {
            if (Table.Value.TryGetValue(code, out var error))
            {
                return error;
            }
        }

        return null;
    }

    private static FrozenDictionary<long, EntraError> Read()
    {
        using var stream = typeof(EntraErrors).Assembly.GetManifestResourceStream("EntraErrors.tsv")
            ?? throw new InvalidOperationException("EntraErrors.tsv is missing from the assembly.");
        using var reader = new StreamReader(stream);
        reader.ReadLine();
        var errors = new Dictionary<long, EntraError>();
        while (reader.ReadLine() is { } line)
        {
            var columns = line.Split('\t');
            errors.Add(
                long.Parse(columns[0], NumberStyles.None, CultureInfo.InvariantCulture),
                new EntraError(Enum.Parse<TokenErrorCategory>(columns[1]), columns[2], columns[3]));
        }

        return errors.ToFrozenDictionary();
    }
}

/// <summary>One line of the table.</summary>
internal sealed record EntraError(TokenErrorCategory Category, string Meaning, string Remediation);
