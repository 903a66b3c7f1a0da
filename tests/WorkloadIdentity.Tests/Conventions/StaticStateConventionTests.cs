using System.Buffers;
using System.CodeDom.Compiler;
using System.Collections;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Reflection;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace WorkloadIdentity.Tests;

/// <summary>Static state that can change is shared by everything in a process, so there is none but what is listed here.</summary>
public sealed class StaticStateConventionTests
{
    /// <summary>The fields that hold something that can change, each with the reason.</summary>
    private static readonly FrozenDictionary<string, string> Exceptions = new Dictionary<string, string>
    {
        ["WorkloadIdentity.Backchannel.LazyEntra"] = "The client for Entra: all credentials share its connections.",
        ["WorkloadIdentity.Backchannel.LazyLocal"] = "The client for this machine's metadata hosts.",
        ["WorkloadIdentity.ImdsHost.FiveAtATime"] = "IMDS limits requests per machine, so all credentials of a process take turns.",
        ["WorkloadIdentity.Blocking.Blocked"] = "The thread pool is one for the process, and so is the count of its blocked threads.",
        ["WorkloadIdentity.SqlClient.SqlTokenCallback.Known"] =
            "Connections of one pool need one callback. It forgets an acquirer with the acquirer.",
        ["WorkloadIdentity.Testing.RsaKeyPool.OfProcess"] = "A key takes long to make, so an emulator uses that of one which has ended.",
        ["WorkloadIdentity.Telemetry.Activities"] = "Listeners of an ActivitySource attach for the process.",
    }.ToFrozenDictionary();

    // Types of the platform whose values cannot change. For the generic ones the elements are judged too.
    private static readonly FrozenSet<Type> Immutable = FrozenSet.Create(
        typeof(string), typeof(decimal), typeof(Guid), typeof(DateTime), typeof(DateTimeOffset), typeof(TimeSpan), typeof(Uri),
        typeof(Version), typeof(HttpMethod), typeof(JsonEncodedText), typeof(CompositeFormat), typeof(StringComparer), typeof(TextEncoder));

    [Fact]
    public void Nothing_static_can_change()
    {
        var found = StaticFields().Select(field => (Name: Name(field), Change: Change(field))).Where(field => field.Change is not null)
            .ToDictionary(field => field.Name, field => field.Change);
        var unlisted = found.Where(field => !Exceptions.ContainsKey(field.Key)).Select(field => $"{field.Key}: {field.Value}");
        var unfounded = Exceptions.Keys.Except(found.Keys).Select(name => $"{name}: is listed, and cannot change or is gone");

        var problems = string.Join('\n', unlisted.Concat(unfounded).Order(StringComparer.Ordinal));
        Assert.True(problems.Length == 0, problems);
    }

    /// <summary>The fields we wrote, those behind static properties included; not those of generated loggers and JSON readers.</summary>
    private static IEnumerable<FieldInfo> StaticFields() =>
        from assembly in Repository.Shipped
        from type in assembly.GetTypes()
        where IsOurs(type) && !Repository.IsGenerated(type)
        where !type.FullName!.Contains('<', StringComparison.Ordinal) && !type.ContainsGenericParameters
            && !typeof(JsonSerializerContext).IsAssignableFrom(type)
        from field in type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
        where !field.IsLiteral && !field.IsDefined(typeof(GeneratedCodeAttribute))
        select field;

    private static string Name(FieldInfo field) =>
        field.DeclaringType!.FullName + "." + Property(field.Name);

    /// <summary>The property that a field stands behind, or the field.</summary>
    private static string Property(string field) =>
        field.StartsWith('<') ? field[1..field.IndexOf('>', StringComparison.Ordinal)] : field;

    /// <summary>What about a field can change, or null.</summary>
    private static string? Change(FieldInfo field) => field.IsInitOnly ? Change(field.GetValue(null), []) : "is not readonly";

    /// <summary>Judges what a field holds, not what it is declared as: an array behind a read-only interface can change.</summary>
    private static string? Change(object? value, HashSet<object> seen)
    {
        if (value is null || value.GetType() is { IsPrimitive: true } or { IsEnum: true } || value is Type or Encoding or Regex
            || Immutable.Any(type => type.IsInstanceOfType(value)) || !seen.Add(value))
        {
            return null;
        }

        var type = value.GetType();
        return value switch
        {
            Array { Length: 0 } or JsonSerializerOptions { IsReadOnly: true } or JsonSerializerContext => null,
            Lazy<FrozenDictionary<long, EntraError>> table => Change(table.Value, seen),
            Delegate step => step.GetInvocationList().Select(each => ChangeOfFields(each.Target, seen)).FirstOrDefault(x => x is not null),
            IEnumerable elements when IsFixedCollection(type) =>
                elements.Cast<object?>().Select(element => Change(element, seen)).FirstOrDefault(x => x is not null),
            _ when DerivesFrom(type, typeof(SearchValues<>)) => null,
            _ when type.IsValueType || IsOurs(type) => ChangeOfFields(value, seen),
            _ => $"holds {type.Name}, which can change",
        };
    }

    private static string? ChangeOfFields(object? value, HashSet<object> seen) => value is null
        ? null
        : (from field in Fields(value)
           let change = IsSetOnce(field, value.GetType()) ? Change(field.GetValue(value), seen) : "can be set"
           where change is not null
           select $"{Property(field.Name)} {change}").FirstOrDefault();

    /// <summary>
    /// Also what a primary constructor or a lambda captured: the compiler does not mark it, and nobody sets it from outside.
    /// </summary>
    private static bool IsSetOnce(FieldInfo field, Type type) =>
        field.IsInitOnly || type.IsValueType || type.Name.StartsWith("<>c", StringComparison.Ordinal)
            || field.Name.EndsWith(">P", StringComparison.Ordinal);

    private static bool IsOurs(Type type) =>
        type.Namespace?.StartsWith("WorkloadIdentity", StringComparison.Ordinal) == true
            || type.Namespace == "Microsoft.Extensions.DependencyInjection";

    private static bool IsFixedCollection(Type type) =>
        DerivesFrom(type, typeof(FrozenSet<>)) || DerivesFrom(type, typeof(FrozenDictionary<,>))
            || type.Namespace == typeof(ImmutableArray).Namespace
            || type.Name.StartsWith("<>z__ReadOnly", StringComparison.Ordinal)
            || (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(KeyValuePair<,>));

    private static bool DerivesFrom(Type? type, Type generic) =>
        type is not null && ((type.IsGenericType && type.GetGenericTypeDefinition() == generic) || DerivesFrom(type.BaseType, generic));

    private static FieldInfo[] Fields(object value)
    {
        var fields = new List<FieldInfo>();
        for (var type = value.GetType(); type is not null; type = type.BaseType)
        {
            fields.AddRange(type.GetFields(
                BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly));
        }

        return [.. fields];
    }
}
