using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace WorkloadIdentity.Tests;

/// <summary>
/// The tests are a map of the code: what <c>src/WorkloadIdentity/Http/Origin.cs</c> does is told by <c>Http/OriginTests.cs</c> here. A file
/// without behaviour of its own needs no tests: an enum, an interface, options, a record of values.
/// </summary>
public sealed class TestNameConventionTests
{
    private const string Tests = "tests/WorkloadIdentity.Tests";

    // The emulator and the tool are tested as they are used: over HTTP and on the command line. The package for Aspire is tested where
    // Aspire is: tests/Aspire.Tests. The packages for clients of others are tested where those clients are: tests/ConsumerRecipes.
    private static readonly HashSet<string> TestedAsUsed =
    [
        "WorkloadIdentity.Testing", "WorkloadIdentity.Tool", "WorkloadIdentity.Aspire.Hosting", "WorkloadIdentity.EntityFrameworkCore",
        "WorkloadIdentity.Grpc", "WorkloadIdentity.SignalR", "WorkloadIdentity.SqlClient", "WorkloadIdentity.StackExchangeRedis",
        "WorkloadIdentity.Yarp",
    ];

    private static IEnumerable<string> Sources =>
        Repository.SourceFiles("src").Where(file => !TestedAsUsed.Contains(file.Split('/')[1]));

    [Fact]
    public void Code_with_behaviour_has_tests_of_its_name_in_the_same_folder()
    {
        var lost =
            from file in Sources
            let name = Name(file)
            where HasBehaviour(file) && !Mirrors(file).Any(folder => IsThere($"{folder}/{name}Tests.cs"))
            where !HasScenarios(name) && !TestedElsewhere.By.ContainsKey(Key(file))
            select Key(file);

        Nothing(lost.Distinct());
    }

    [Fact]
    public void What_is_tested_elsewhere_is_there_has_no_tests_of_its_own_and_names_tests_that_are_there()
    {
        var files = Sources.ToLookup(Key);

        Nothing(TestedElsewhere.By.Keys.Where(key => !files.Contains(key)));
        Nothing(TestedElsewhere.By.Keys.Where(key =>
            files[key].Any(file => Mirrors(file).Any(folder => IsThere($"{folder}/{Name(file)}Tests.cs")))));
        Nothing(TestedElsewhere.By.Values.Distinct().Where(tests => !IsThere(tests)));
    }

    private static void Nothing(IEnumerable<string> found)
    {
        var list = string.Join('\n', found);
        Assert.True(list.Length == 0, list);
    }

    /// <summary>A part of a partial class belongs to the class: <c>TokenCacheEntry.Renewal.cs</c> to <c>TokenCacheEntry</c>.</summary>
    private static string Name(string file) => Path.GetFileName(file).Split('.')[0];

    /// <summary>The file without <c>src</c>, part and ending.</summary>
    private static string Key(string file) => $"{Path.GetDirectoryName(file)!.Replace('\\', '/')["src/".Length..]}/{Name(file)}";

    /// <summary>
    /// The main package's folders are mirrored; another package has one folder of tests, with folders of its own or without.
    /// </summary>
    private static IEnumerable<string> Mirrors(string file)
    {
        var parts = Path.GetDirectoryName(file)!.Replace('\\', '/').Split('/');
        var (package, folders) = (parts[1], string.Concat(parts.Skip(2).Select(folder => $"/{folder}")));
        return package == "WorkloadIdentity"
            ? [$"{Tests}{folders}"]
            : [$"{Tests}/{package.Split('.')[^1]}", $"{Tests}/{package.Split('.')[^1]}{folders}"];
    }

    /// <summary>
    /// A managed identity host is tested by situations: <c>CloudShellHost</c> by those that begin with <c>cloud-shell</c>.
    /// </summary>
    private static bool HasScenarios(string name) => name.EndsWith("Host", StringComparison.Ordinal)
        && Directory.EnumerateDirectories(
            Path.Combine(Repository.Root, Tests, "Scenarios"),
            string.Concat(name[..^4].Select((letter, at) =>
                char.IsUpper(letter) && at > 0 ? $"-{char.ToLowerInvariant(letter)}" : $"{char.ToLowerInvariant(letter)}")) + "*").Any();

    private static bool IsThere(string path) => File.Exists(Path.Combine(Repository.Root, path));

    private static bool HasBehaviour(string file) =>
        CSharpSyntaxTree.ParseText(Repository.Read(file)).GetRoot().DescendantNodes().Any(IsBehaviour);

    /// <summary>Something that decides, computes or calls; not a value that is kept, copied or stated.</summary>
    private static bool IsBehaviour(SyntaxNode node) => node switch
    {
        MethodDeclarationSyntax { Identifier.ValueText: "ToString" } => false,
        BaseMethodDeclarationSyntax { Body: { } body } => body.Statements.Any(statement => !IsPlain(statement)),
        BaseMethodDeclarationSyntax { ExpressionBody.Expression: { } value } => !IsPlain(value),
        AccessorDeclarationSyntax { Body: not null } => true,
        AccessorDeclarationSyntax { ExpressionBody.Expression: { } value } => !IsPlain(value),
        PropertyDeclarationSyntax { ExpressionBody.Expression: { } value } => !IsPlain(value),
        _ => false,
    };

    private static bool IsPlain(StatementSyntax statement) => statement switch
    {
        ExpressionStatementSyntax { Expression: AssignmentExpressionSyntax { Right: { } value } } => IsPlain(value),

        // A check of an argument, as the analyzers ask for.
        ExpressionStatementSyntax
        {
            Expression: InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name: { } name } }
        } =>
            name.Identifier.ValueText.StartsWith("ThrowIf", StringComparison.Ordinal),
        ReturnStatementSyntax { Expression: { } value } => IsPlain(value),
        _ => false,
    };

    private static bool IsPlain(ExpressionSyntax value) => !value.DescendantNodesAndSelf().Any(node => node
        is InvocationExpressionSyntax or ConditionalExpressionSyntax or SwitchExpressionSyntax or ThrowExpressionSyntax
        or BinaryExpressionSyntax or IsPatternExpressionSyntax or LambdaExpressionSyntax or ConditionalAccessExpressionSyntax);
}
