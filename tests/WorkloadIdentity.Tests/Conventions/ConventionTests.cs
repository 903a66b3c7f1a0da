using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;

namespace WorkloadIdentity.Tests;

/// <summary>The laws of the codebase that a compiler does not know.</summary>
public sealed partial class ConventionTests
{
    private static readonly IReadOnlyList<Type> Types = [.. Repository.Shipped
        .SelectMany(assembly => assembly.GetTypes())
        .Where(type =>
            !type.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false) && !type.FullName!.Contains('<', StringComparison.Ordinal)
                && !Repository.IsGenerated(type))
        .Where(type =>
            type.Namespace?.StartsWith("WorkloadIdentity", StringComparison.Ordinal) == true
                || type.Namespace == "Microsoft.Extensions.DependencyInjection")];

    [Fact]
    public void Every_package_is_held_to_the_conventions_but_the_one_for_Aspire() =>
        Assert.Equal(
            Directory.EnumerateDirectories(Path.Combine(Repository.Root, "src")).Select(Path.GetFileName)
                .Where(name => name != "WorkloadIdentity.Aspire.Hosting").Order(StringComparer.Ordinal),
            Repository.Shipped.Select(assembly => assembly.GetName().Name).Order(StringComparer.Ordinal));

    [Fact]
    public void Classes_are_sealed_static_or_abstract() =>
        Holds(Types.Where(type => type.IsClass), type => type.IsSealed || type.IsAbstract);

    [Fact]
    public void Methods_that_return_tasks_end_in_Async_and_take_the_cancellation_token_last() =>
        Holds(
            from type in Types
            where !typeof(Delegate).IsAssignableFrom(type)
            from method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
            where IsTask(method.ReturnType) && !method.IsDefined(typeof(CompilerGeneratedAttribute)) && !method.IsSpecialName
            select method,
            method => method.Name.EndsWith("Async", StringComparison.Ordinal)
                && method.GetParameters().ToList().FindIndex(parameter => parameter.ParameterType == typeof(CancellationToken)) is var index
                && (index < 0 || index == method.GetParameters().Length - 1));

    [Fact]
    public void Public_methods_that_return_tasks_can_be_cancelled() =>
        Holds(
            from type in Types
            where type.IsPublic && !typeof(Delegate).IsAssignableFrom(type) && type.Assembly == typeof(TokenRequest).Assembly
            from method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
            where IsTask(method.ReturnType) && method.Name != "DisposeAsync"
            select method,
            method => method.GetParameters() is [.., var last] && last.ParameterType == typeof(CancellationToken));

    [Fact]
    public void The_public_api_names_only_types_of_the_platform_of_Microsoft_Extensions_and_of_our_own() =>
        Holds(
            from type in Types.Where(type => type.IsPublic && type.Assembly == typeof(TokenRequest).Assembly)
            from named in PublicApi.TypesNamedBy(type)
            select (type, named),
            pair => pair.named.Assembly.GetName().Name is { } name
                && (name.StartsWith("System", StringComparison.Ordinal)
                    || name.StartsWith("Microsoft.Extensions.", StringComparison.Ordinal)
                    || name.StartsWith("WorkloadIdentity", StringComparison.Ordinal)));

    [Fact]
    public void One_namespace_per_assembly_but_for_the_extensions_of_others() =>
        Holds(
            Types,
            type =>
                type.Namespace == type.Assembly.GetName().Name
                    || type.Namespace!.StartsWith("Microsoft.Extensions.", StringComparison.Ordinal));

    [Fact]
    public void Names_use_the_words_of_the_field() =>
        Holds(
            Types,
            type =>
                !Array.Exists(
                    ["Provider", "Manager", "Helper", "Util", "Retriever", "Service", "Context"],
                    word => type.Name.Replace("ServicePrincipal", "", StringComparison.Ordinal).Contains(word, StringComparison.Ordinal)
            && type.Name != nameof(EntityFrameworkCore.DbContextOptionsBuilderExtensions)
            && !type.Name.StartsWith("WorkloadIdentityServiceCollection", StringComparison.Ordinal)
            && !type.Name.StartsWith("ServiceFabric", StringComparison.Ordinal)
            && !type.Name.StartsWith("AppService", StringComparison.Ordinal))
            && !type.Name.StartsWith("Base", StringComparison.Ordinal));

    [Fact]
    public void A_public_type_lives_in_a_file_of_its_name()
    {
        var files = Repository.SourceFiles("src").Select(Path.GetFileNameWithoutExtension).ToHashSet();
        Holds(Types.Where(type => type.IsPublic), type => files.Contains(type.Name.Split('`')[0]));
    }

    [Fact]
    public void Event_ids_are_unique_over_all_packages_and_documented()
    {
        var documented = Regex.Matches(Repository.Read("docs/telemetry.md"), @"^\| (\d{3}) \| (\w+) \| (\w+) \|", RegexOptions.Multiline)
            .Select(row => (int.Parse(row.Groups[1].Value, CultureInfo.InvariantCulture), row.Groups[2].Value, row.Groups[3].Value));
        var logged = from type in Types
                     from method in type.GetMethods(
                         BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
                     let message = method.GetCustomAttribute<LoggerMessageAttribute>()
                     where message is not null
                     orderby message.EventId
                     select (message.EventId, message.Level.ToString(), method.Name);

        // A list, so that an id that two messages share is found too.
        Assert.Equal(documented, logged);
    }

    [Fact]
    public void Every_package_has_its_messages_in_one_file() =>
        Holds(
            Repository.SourceFiles("src").Where(file => Repository.Read(file).Contains("[LoggerMessage(", StringComparison.Ordinal)),
            file => Path.GetFileName(file) == "Log.cs");

    [Fact]
    public void Only_the_environment_reads_the_environment() =>
        Assert.Equal(
            ["src/WorkloadIdentity/Platform/WorkloadEnvironment.cs"],
            Repository.SourceFiles("src/WorkloadIdentity").Where(file => Repository.Read(file) is var text
                && (text.Contains("Environment.GetEnvironmentVariable", StringComparison.Ordinal)
                    || text.Contains("new FileStream", StringComparison.Ordinal) || text.Contains("File.Open", StringComparison.Ordinal)
                    || text.Contains("File.Read", StringComparison.Ordinal))));

    [Fact]
    public void Only_one_file_touches_the_jwt_library_and_one_touches_polly()
    {
        Assert.Equal(
            1,
            Repository.SourceFiles("src/WorkloadIdentity")
                .Count(file => Repository.Read(file).Contains("using Microsoft.IdentityModel", StringComparison.Ordinal)));
        Assert.Equal(
            ["src/WorkloadIdentity/Platform/TransientRetry.cs"],
            Repository.SourceFiles("src/WorkloadIdentity")
                .Where(file => Repository.Read(file).Contains("using Polly", StringComparison.Ordinal)));
    }

    [Fact]
    public void Every_error_leads_to_an_anchor_that_exists()
    {
        var anchors =
            Repository.Read("docs/errors.md").Split('\n')
                .Where(line => line.StartsWith("## ", StringComparison.Ordinal) || line.StartsWith("### ", StringComparison.Ordinal))
            .Select(line => line.TrimStart('#', ' ').TrimEnd()).ToHashSet();
        var needed = Enum.GetValues<TokenErrorKind>().Select(kind => new TokenError(kind, "x"))
            .Concat(Enum.GetValues<TokenErrorCategory>()
            .Select(category => new TokenError(TokenErrorKind.Refused, "x") { Category = category }))
            .Select(error => error.Help.Split(' ')[^1])
            .Concat(typeof(HelpAnchors).GetFields().Select(field => (string)field.GetRawConstantValue()!));

        Holds(needed, anchors.Contains);
    }

    [Fact]
    public void Every_test_the_security_page_relies_on_exists()
    {
        var named =
            System.Text.RegularExpressions.Regex.Matches(Repository.Read("docs/SECURITY.md"), "`([A-Za-z]+Tests)`")
                .Select(match => match.Groups[1].Value).Distinct().ToList();
        var tests = Repository.SourceFiles("tests").Select(Path.GetFileNameWithoutExtension).ToHashSet();

        Assert.NotEmpty(named);
        Holds(named, tests.Contains);
    }

    private static bool IsTask(Type type) =>
        typeof(Task).IsAssignableFrom(type) || type == typeof(ValueTask)
            || (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ValueTask<>));

    private static void Holds<T>(IEnumerable<T> all, Func<T, bool> law)
    {
        var breakers = all.Where(each => !law(each)).ToList();
        Assert.True(breakers.Count == 0, string.Join('\n', breakers));
    }
}
