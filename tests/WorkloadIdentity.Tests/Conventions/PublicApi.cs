using System.Reflection;

namespace WorkloadIdentity.Tests;

/// <summary>What the public API consists of. Its text is held by an analyzer: <c>PublicAPI.Unshipped.txt</c> beside each package.</summary>
internal static class PublicApi
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

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

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;
}
