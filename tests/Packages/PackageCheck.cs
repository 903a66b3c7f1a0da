using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.Json.Nodes;

namespace WorkloadIdentity.Tests;

/// <summary>What each package has.</summary>
internal static class PackageCheck
{
    private const int MaxBytes = 4 * 1024 * 1024;

    // The runtimes for which the main package has compiled code.
    private static readonly string[] Runtimes = ["linux-arm64", "linux-x64", "osx-arm64", "win-x64"];

    // A package of the build that reaches nobody who uses a package has no say here.
    private static readonly HashSet<string> Licences =
        new(["MIT", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "PostgreSQL", "Microsoft"], StringComparer.OrdinalIgnoreCase);

    /// <summary>Licences that a package states in a file or by an address, read by a person.</summary>
    private static readonly Dictionary<string, string> Read = new(StringComparer.Ordinal)
    {
        ["Fractions 7.3.0"] = "BSD-2-Clause",
        ["System.Security.Cryptography.ProtectedData 4.5.0"] = "MIT",

        // Its terms allow to distribute it as a part of a program. Microsoft.Data.SqlClient brings it for Windows.
        ["Microsoft.Data.SqlClient.SNI.runtime 6.0.2"] = "Microsoft",
    };

    public static IEnumerable<string> All(string feed, string? commit)
    {
        var packages = Feed.Packages(feed).Where(file => file.EndsWith(".nupkg", StringComparison.Ordinal)).ToList();
        return packages.Count == 0 ? [$"{feed}: no package"] : packages.SelectMany(package => Of(package, commit));
    }

    private static IEnumerable<string> Of(string file, string? commit)
    {
        var (name, beside) = (Path.GetFileName(file), Path.ChangeExtension(file, ".snupkg"));
        if (!File.Exists(beside))
        {
            return [$"{name}: no package of symbols beside it"];
        }

        using var package = new Package(file);
        using var symbols = new Package(beside);
        return
        [
            .. Description(package, commit).Concat(Bom(package)).Concat(Symbols(package, symbols))
                .Concat(Compiled(package, new FileInfo(file).Length)).Concat(Paths(package))
                .Concat(Paths(symbols)).Select(problem => $"{name}: {problem}"),
        ];
    }

    private static IEnumerable<string> Description(Package package, string? commit)
    {
        var metadata = package.Description.Root!.Elements().Single(element => element.Name.LocalName == "metadata");
        string? Text(string name) => metadata.Elements().FirstOrDefault(element => element.Name.LocalName == name)?.Value;
        var repository = metadata.Elements().FirstOrDefault(element => element.Name.LocalName == "repository");
        if (Text("license") != "MIT")
        {
            yield return "the licence is not MIT";
        }

        foreach (var field in new[] { "description", "authors", "copyright", "tags", "readme", "icon" })
        {
            if (string.IsNullOrWhiteSpace(Text(field)))
            {
                yield return $"no {field}";
            }
        }

        foreach (var needed in new[] { "README.md", "icon.png" })
        {
            if (package.Read(needed) is not { Length: > 0 })
            {
                yield return $"no file {needed}";
            }
        }

        var packed = (string?)repository?.Attribute("commit");
        if (packed is not { Length: 40 } || (commit is not null && packed != commit))
        {
            yield return $"packed from commit {packed ?? "(none)"}, not from {commit ?? "one"}";
        }

        if (repository?.Attribute("branch") is not null)
        {
            yield return "names a branch, which differs between two clones of one commit";
        }

        if (repository?.Attribute("url") is { } url && !url.Value.StartsWith("https://", StringComparison.Ordinal))
        {
            yield return $"the address of the repository is no https address: {url.Value}";
        }
    }

    /// <summary>The bill of materials: what is in the package or comes with it, each with a licence that may be passed on.</summary>
    private static IEnumerable<string> Bom(Package package)
    {
        if (package.Read("sbom/bom.json") is not { } bytes)
        {
            yield return "no sbom/bom.json";
            yield break;
        }

        var bom = JsonNode.Parse(bytes)!;
        if ((string?)bom["bomFormat"] != "CycloneDX" || (string?)bom["metadata"]?["component"]?["name"] != package.Id
            || (string?)bom["metadata"]?["component"]?["version"] != package.Version)
        {
            yield return "sbom/bom.json is not about this package";
        }

        foreach (var component in bom["components"]?.AsArray() ?? [])
        {
            var (name, version) = ((string?)component!["name"], (string?)component["version"]);
            if ((string?)component["scope"] == "excluded" || name?.StartsWith("WorkloadIdentity", StringComparison.Ordinal) == true)
            {
                continue;
            }

            var licences = (component["licenses"]?.AsArray() ?? []).Select(licence =>
                (string?)licence!["license"]?["id"] ?? (string?)licence["expression"] ?? (string?)licence["license"]?["name"]).ToList();
            if (Read.TryGetValue($"{name} {version}", out var read))
            {
                licences = [read];
            }

            if (licences.Count == 0 || licences.Exists(licence => licence is null || !Licences.Contains(licence)))
            {
                yield return $"{name} {version} has the licence {string.Join(", ", licences.DefaultIfEmpty("(none)"))}";
            }
        }
    }

    /// <summary>
    /// The main package has its assembly once more for some runtimes, with compiled code. It is the same assembly, so its symbols are too.
    /// </summary>
    private static IEnumerable<string> Compiled(Package package, long bytes)
    {
        var compiled = package.Names.Where(name => name.StartsWith("runtimes/", StringComparison.Ordinal)).ToList();
        if (package.Id != "WorkloadIdentity")
        {
            if (compiled.Count > 0)
            {
                yield return $"has files of a runtime: {string.Join(", ", compiled)}";
            }

            yield break;
        }

        if (bytes > MaxBytes)
        {
            yield return $"has {bytes:N0} bytes, more than {MaxBytes:N0}";
        }

        var plain = package.Names.Single(name => name.StartsWith("lib/", StringComparison.Ordinal)
            && name.EndsWith("/WorkloadIdentity.dll", StringComparison.Ordinal));
        if (!compiled.Order(StringComparer.Ordinal).SequenceEqual(Runtimes.Select(runtime => $"runtimes/{runtime}/{plain}")))
        {
            yield return $"has compiled code for other runtimes than {string.Join(", ", Runtimes)}: {string.Join(", ", compiled)}";
        }

        var (module, hasCode) = Module(package, plain);
        if (hasCode)
        {
            yield return $"{plain} has compiled code, and must run everywhere";
        }

        foreach (var name in compiled.Where(name => Module(package, name) != (module, true)))
        {
            yield return $"{name} is not {plain} with compiled code";
        }
    }

    /// <summary>The id of an assembly's content, and whether it has compiled code.</summary>
    private static (Guid Module, bool HasCode) Module(Package package, string name)
    {
        using var file = new PEReader(new MemoryStream(package.Read(name)!));
        var reader = file.GetMetadataReader();
        return (
            reader.GetGuid(reader.GetModuleDefinition().Mvid), file.PEHeaders.CorHeader!.ManagedNativeHeaderDirectory.Size > 0);
    }

    /// <summary>Every assembly of this repository has symbols in the package beside it, and they say where the sources are.</summary>
    private static IEnumerable<string> Symbols(Package package, Package symbols)
    {
        foreach (var assembly in package.Names.Where(name => Path.GetFileName(name).StartsWith("WorkloadIdentity", StringComparison.Ordinal)
            && name.EndsWith(".dll", StringComparison.Ordinal) && !name.StartsWith("runtimes/", StringComparison.Ordinal)))
        {
            if (symbols.Read(Path.ChangeExtension(assembly, ".pdb")) is not { } pdb)
            {
                yield return $"no symbols of {assembly}";
                continue;
            }

            using var provider = MetadataReaderProvider.FromPortablePdbStream(new MemoryStream(pdb));
            var reader = provider.GetMetadataReader();
            var local = reader.Documents.Select(document => reader.GetString(reader.GetDocument(document).Name))
                .FirstOrDefault(path => !path.StartsWith("/_", StringComparison.Ordinal));
            if (local is not null)
            {
                yield return $"{assembly} was compiled from {local}";
            }
        }
    }

    private static IEnumerable<string> Paths(Package package)
    {
        // Where it was built: no file may say so.
        var folders = new[] { Repository.Root, Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) };
        return from name in package.Names
               let content = System.Text.Encoding.Latin1.GetString(package.Read(name)!)
               from folder in folders
               where folder.Length > 4 && content.Contains(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal)
               select $"{name} has a path of this machine ({folder})";
    }
}
