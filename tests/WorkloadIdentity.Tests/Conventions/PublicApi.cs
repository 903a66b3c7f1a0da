using System.Reflection;
using System.Text;

namespace WorkloadIdentity.Tests;

/// <summary>An assembly's public API as text, one member a line, in an order that does not move.</summary>
internal static class PublicApi
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static string Of(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (var type in assembly.GetExportedTypes().Where(IsWritten).OrderBy(type => type.FullName, StringComparer.Ordinal))
        {
            text.Append(Kind(type)).Append(' ').Append(type.FullName).AppendLine(Bases(type));
            foreach (var line in Members(type).Order(StringComparer.Ordinal))
            {
                text.Append("  ").AppendLine(line);
            }
        }

        return text.ToString().ReplaceLineEndings("\n");
    }

    /// <summary>Whether it has a name that C# can write. The compiler adds others to a class with an extension block.</summary>
    private static bool IsWritten(Type type) => !type.FullName!.Contains('<', StringComparison.Ordinal);

    /// <summary>Every type a member of the public API names.</summary>
    public static IEnumerable<Type> TypesNamedBy(Type type) =>
        type.GetMembers(Declared).SelectMany(member => member switch
        {
            MethodInfo method when IsVisible(method) =>
                method.GetParameters().Select(parameter => parameter.ParameterType).Append(method.ReturnType),
            ConstructorInfo constructor when IsVisible(constructor) =>
                constructor.GetParameters().Select(parameter => parameter.ParameterType),
            FieldInfo { IsPublic: true } field => [field.FieldType],
            _ => [],
        }).Concat(type.GetInterfaces()).Append(type.BaseType ?? typeof(object)).SelectMany(Unwrap).Distinct();

    private static IEnumerable<Type> Unwrap(Type type) =>
        type.HasElementType ? Unwrap(type.GetElementType()!)
        : type.IsGenericType ? type.GetGenericArguments().SelectMany(Unwrap).Append(type.GetGenericTypeDefinition())
        : type.IsGenericParameter ? []
        : [type];

    private static IEnumerable<string> Members(Type type)
    {
        if (type.IsEnum)
        {
            return Enum.GetNames(type).Select(name => $"{name} = {Convert.ToInt64(Enum.Parse(type, name), null)}");
        }

        var accessors = type.GetProperties(Declared).SelectMany(property => property.GetAccessors(nonPublic: true)).ToHashSet();
        return type.GetProperties(Declared).Where(property => property.GetAccessors(nonPublic: true).Any(IsVisible)).Select(Property)
            .Concat(type.GetMethods(Declared).Where(method => IsVisible(method) && !accessors.Contains(method)).Select(Method))
            .Concat(type.GetConstructors(Declared).Where(IsVisible).Select(constructor => $"new({Parameters(constructor)})"))
            .Concat(type.GetFields(Declared).Where(field => field.IsPublic).Select(field => $"const {Name(field.FieldType)} {field.Name}"));
    }

    private static string Property(PropertyInfo property)
    {
        var setter = property.SetMethod is not { } set || !IsVisible(set) ? ""
            : set.ReturnParameter.GetRequiredCustomModifiers().Length > 0 ? " init;" : " set;";
        return $"{Modifiers(property.GetMethod!)}{Name(property.PropertyType)} {property.Name} {{ get;{setter} }}";
    }

    private static string Method(MethodInfo method) => $"{Modifiers(method)}{Name(method.ReturnType)} {method.Name}({Parameters(method)})";

    private static string Modifiers(MethodBase method) =>
        (method.IsFamily ? "protected " : "") + (method.IsStatic ? "static " : "")
        + (method.DeclaringType!.IsInterface
            ? ""
            : method.IsAbstract ? "abstract " : method.IsVirtual && !method.IsFinal && !method.DeclaringType!.IsSealed ? "virtual " : "");

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(parameter =>
        $"{Name(parameter.ParameterType)} {parameter.Name}{(parameter.HasDefaultValue
            ? $" = {parameter.DefaultValue ?? "default"}"
            : "")}"));

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static string Kind(Type type) =>
        type.IsEnum ? "enum" : type.IsInterface ? "interface" : type.IsValueType ? "struct"
        : type.IsAbstract && type.IsSealed ? "static class" : type.IsAbstract ? "abstract class" : type.IsSealed ? "sealed class" : "class";

    private static string Bases(Type type)
    {
        if (type.IsEnum)
        {
            return "";
        }

        var bases = type.GetInterfaces().Select(Name).Order(StringComparer.Ordinal)
            .Prepend(type.BaseType is { } parent && parent != typeof(object) ? Name(parent) : "").Where(name => name.Length > 0).ToList();
        return bases.Count == 0 ? "" : $" : {string.Join(", ", bases)}";
    }

    private static string Name(Type type) =>
        type.IsByRef ? $"ref {Name(type.GetElementType()!)}"
        : type.IsArray ? $"{Name(type.GetElementType()!)}[]"
        : Nullable.GetUnderlyingType(type) is { } value ? $"{Name(value)}?"
        : type.IsGenericType
        ? $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>"
        : type.Name;
}
