using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace WorkloadIdentity.IntegrationTests;

/// <summary>An assembly of a package that is read and not run: it would bring ASP.NET Core and newer versions of what is tested.</summary>
internal sealed class PackageAssembly
{
    private readonly MetadataReader _metadata;

    private PackageAssembly(string package, string version, string name)
    {
        Version = version;
        var root =
            typeof(PackageAssembly).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
                .Single(attribute => attribute.Key == "PackageRoot").Value!;
        _metadata = new PEReader(File.OpenRead(Path.Combine(root, package, version, "lib/net10.0", $"{name}.dll"))).GetMetadataReader();
    }

    public static PackageAssembly Abstractions { get; } =
        new("microsoft.identity.abstractions", "12.7.0", "Microsoft.Identity.Abstractions");

    public static PackageAssembly IdentityWeb { get; } =
        new("microsoft.identity.web.tokenacquisition", "4.18.0", "Microsoft.Identity.Web.TokenAcquisition");

    public string Version { get; }

    /// <summary>The public properties that a type declares and that configuration can set.</summary>
    public IReadOnlyList<string> Settings(string type) =>
    [
        .. TypeOf(type).GetProperties().Select(_metadata.GetPropertyDefinition)
            .Where(property => !property.GetAccessors().Setter.IsNil && IsPublic(property.GetAccessors().Setter))
            .Select(property => _metadata.GetString(property.Name)),
    ];

    /// <summary>The names of an enumeration.</summary>
    public IReadOnlyList<string> Values(string type) =>
    [
        .. TypeOf(type).GetFields().Select(_metadata.GetFieldDefinition)
            .Where(field => field.Attributes.HasFlag(FieldAttributes.Literal))
            .Select(field => _metadata.GetString(field.Name)),
    ];

    private TypeDefinition TypeOf(string name) =>
        _metadata.TypeDefinitions.Select(_metadata.GetTypeDefinition).Single(type => _metadata.GetString(type.Name) == name);

    private bool IsPublic(MethodDefinitionHandle method) =>
        _metadata.GetMethodDefinition(method).Attributes.HasFlag(MethodAttributes.Public);
}
