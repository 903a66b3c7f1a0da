namespace WorkloadIdentity.Tests;

/// <summary>Two folders of packages, byte for byte. A difference is told by the entry of the package that has it.</summary>
internal static class Comparison
{
    public static IEnumerable<string> Of(string one, string other)
    {
        var (names, others) = (Names(one), Names(other));
        if (names.Count == 0)
        {
            yield return $"{one}: no package";
        }

        foreach (var name in names.Union(others).Order(StringComparer.Ordinal))
        {
            if (!names.Contains(name) || !others.Contains(name))
            {
                yield return $"{name}: only in {(names.Contains(name) ? one : other)}";
            }
            else if (Difference(Path.Combine(one, name), Path.Combine(other, name)) is { } difference)
            {
                yield return $"{name}: differs in {difference}";
            }
        }
    }

    private static HashSet<string> Names(string feed) => [.. Feed.Packages(feed).Select(file => Path.GetFileName(file))];

    private static string? Difference(string one, string other)
    {
        if (File.ReadAllBytes(one).AsSpan().SequenceEqual(File.ReadAllBytes(other)))
        {
            return null;
        }

        using var package = new Package(one);
        using var second = new Package(other);
        return string.Join(", ", Entries(package, second).DefaultIfEmpty("the form of the archive"));
    }

    private static IEnumerable<string> Entries(Package one, Package other) =>
        one.Names.Union(other.Names).Order(StringComparer.Ordinal).Where(name =>
            one.Read(name) is not { } content || other.Read(name) is not { } second || !content.AsSpan().SequenceEqual(second));
}
