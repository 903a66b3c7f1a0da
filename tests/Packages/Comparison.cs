using System.IO.Compression;

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
            else if (!Bytes(one, name).AsSpan().SequenceEqual(Bytes(other, name)))
            {
                var entries = Entries(Bytes(one, name), Bytes(other, name)).DefaultIfEmpty("the form");
                yield return $"{name}: differs in {string.Join(", ", entries)}";
            }
        }
    }

    private static HashSet<string> Names(string feed) => [.. Feed.Packages(feed).Select(file => Path.GetFileName(file))];

    private static byte[] Bytes(string feed, string name) => File.ReadAllBytes(Path.Combine(feed, name));

    private static IEnumerable<string> Entries(byte[] one, byte[] other)
    {
        var (entries, others) = (Contents(one), Contents(other));
        return entries.Keys.Union(others.Keys).Order(StringComparer.Ordinal).Where(name =>
            !entries.TryGetValue(name, out var content) || !others.TryGetValue(name, out var second)
            || !content.AsSpan().SequenceEqual(second));
    }

    private static Dictionary<string, byte[]> Contents(byte[] package)
    {
        using var archive = new ZipArchive(new MemoryStream(package));
        return archive.Entries.ToDictionary(entry => entry.FullName, Read, StringComparer.Ordinal);
    }

    private static byte[] Read(ZipArchiveEntry entry)
    {
        using var content = new MemoryStream();
        using var stream = entry.Open();
        stream.CopyTo(content);
        return content.ToArray();
    }
}
