using System.IO.Compression;

namespace WorkloadIdentity.Tests;

/// <summary>NuGet writes the time of packing into a package. The time of the commit makes two packs of one commit the same bytes.</summary>
internal static class Stamp
{
    public static IEnumerable<string> All(string feed, DateTimeOffset time)
    {
        foreach (var package in Feed.Packages(feed))
        {
            using var stream = new FileStream(package, FileMode.Open, FileAccess.ReadWrite);
            using var archive = new ZipArchive(stream, ZipArchiveMode.Update);
            foreach (var entry in archive.Entries)
            {
                // A zip file has no time zone.
                entry.LastWriteTime = new DateTimeOffset(time.UtcDateTime, TimeSpan.Zero);
            }
        }

        return [];
    }
}
