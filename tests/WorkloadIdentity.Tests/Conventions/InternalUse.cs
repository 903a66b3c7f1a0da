using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace WorkloadIdentity.Tests;

/// <summary>Reads from a package's compiled code which internal members of the main package it uses.</summary>
internal static class InternalUse
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    /// <summary>
    /// The internal types and members, as <c>Type</c> and <c>Type.Member</c>. A property counts once. Constants are not seen, because the
    /// compiler copies them.
    /// </summary>
    public static IReadOnlyList<string> Of(Assembly package)
    {
        var main = typeof(TokenRequest).Assembly;
        using var file = new PEReader(File.OpenRead(package.Location));
        var metadata = file.GetMetadataReader();
        var found = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var handle in metadata.TypeReferences)
        {
            if (TypeOf(metadata, handle, main) is { IsVisible: false } type)
            {
                found.Add(type.Name);
            }
        }

        foreach (var handle in metadata.MemberReferences)
        {
            var reference = metadata.GetMemberReference(handle);
            if (DeclaringType(metadata, reference, main) is not { } type)
            {
                continue;
            }

            // Overloads are told apart by the number of their parameters.
            var name = metadata.GetString(reference.Name);
            var count = ParameterCount(metadata, reference);
            var members = type.GetMember(name, Declared)
                .Where(member => member is not MethodBase method || method.GetParameters().Length == count)
                .ToList();
            if (!type.IsVisible || (members.Count > 0 && !members.Exists(IsPublic)))
            {
                found.Add($"{type.Name}.{PlainName(name)}");
            }
        }

        return [.. found];
    }

    private static Type? DeclaringType(MetadataReader metadata, MemberReference reference, Assembly main) => reference.Parent.Kind switch
    {
        HandleKind.TypeReference => TypeOf(metadata, (TypeReferenceHandle)reference.Parent, main),
        _ => null,
    };

    private static Type? TypeOf(MetadataReader metadata, TypeReferenceHandle handle, Assembly main)
    {
        var reference = metadata.GetTypeReference(handle);
        if (reference.ResolutionScope.Kind == HandleKind.TypeReference)
        {
            return TypeOf(metadata, (TypeReferenceHandle)reference.ResolutionScope, main)?
                .GetNestedType(metadata.GetString(reference.Name), BindingFlags.Public | BindingFlags.NonPublic);
        }

        return reference.ResolutionScope.Kind == HandleKind.AssemblyReference
            && metadata.GetString(metadata.GetAssemblyReference((AssemblyReferenceHandle)reference.ResolutionScope).Name)
                == main.GetName().Name
                ? main.GetType($"{metadata.GetString(reference.Namespace)}.{metadata.GetString(reference.Name)}")
                : null;
    }

    private static int? ParameterCount(MetadataReader metadata, MemberReference reference)
    {
        if (reference.GetKind() != MemberReferenceKind.Method)
        {
            return null;
        }

        var signature = metadata.GetBlobReader(reference.Signature);
        if (signature.ReadSignatureHeader().IsGeneric)
        {
            signature.ReadCompressedInteger();
        }

        return signature.ReadCompressedInteger();
    }

    private static bool IsPublic(MemberInfo member) => member switch
    {
        MethodBase method => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly,
        FieldInfo field => field.IsPublic || field.IsFamily,
        _ => true,
    };

    private static string PlainName(string name) =>
        name == ".ctor" ? "new" : name.StartsWith("get_", StringComparison.Ordinal) || name.StartsWith("set_", StringComparison.Ordinal)
            ? name[4..]
            : name;
}
