using System.Globalization;
using System.Text.RegularExpressions;

namespace Benchmarks;

/// <summary>
/// Two runs of a benchmark as one text: a figure is printed as a range if the larger value exceeds the smaller one by more than 20 %.
/// </summary>
internal static partial class Repetition
{
    private const double Tolerated = 1.2;

    /// <summary>Merges two texts of the same form, such as the rows of a table.</summary>
    public static string Merge(string first, string second) =>
        string.Join('|', first.Split('|').Zip(second.Split('|'), MergeCell));

    /// <summary>A cell of which more than the numbers differs is printed in both forms.</summary>
    private static string MergeCell(string first, string second)
    {
        if (Number().Replace(first, "#") != Number().Replace(second, "#"))
        {
            return $" {first.Trim()} or {second.Trim()} ";
        }

        var repeated = Number().Matches(second);
        var next = 0;
        return Number().Replace(first, number => Range(number.Value, repeated[next++].Value));
    }

    private static string Range(string first, string second)
    {
        var (one, other) = (Value(first), Value(second));
        var (small, large) = (Math.Min(Math.Abs(one), Math.Abs(other)), Math.Max(Math.Abs(one), Math.Abs(other)));
        return Math.Sign(one) == Math.Sign(other) && large <= Tolerated * small ? first
            : one < other ? $"{first} to {second}"
            : $"{second} to {first}";
    }

    private static double Value(string number) => double.Parse(number, NumberStyles.Number, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"(?<![\w.,-])-?\d+(?:,\d{3})*(?:\.\d+)?(?!\w)")]
    private static partial Regex Number();
}
