using System.IO.Compression;
using System.Xml.Linq;

namespace WorkloadIdentity.Tests;

/// <summary>A package that is opened to read.</summary>
internal sealed class Package(string file) : IDisposable
{
    private readonly ZipArchive _archive = ZipFile.OpenRead(file);

    public IEnumerable<string> Names => _archive.Entries.Select(entry => entry.FullName);

    public XDocument Description =>
        XDocument.Load(new MemoryStream(Read(Names.Single(name => name.EndsWith(".nuspec", StringComparison.Ordinal)))!));

    public string Id => Metadata("id");

    public string Version => Metadata("version");

    public byte[]? Read(string name)
    {
        if (_archive.GetEntry(name) is not { } entry)
        {
            return null;
        }

        using var content = new MemoryStream();
        using var stream = entry.Open();
        stream.CopyTo(content);
        return content.ToArray();
    }

    public void Dispose() => _archive.Dispose();

    private string Metadata(string name) => Description.Descendants().First(element => element.Name.LocalName == name).Value;
}
