using System.Reflection;
using System.Runtime.CompilerServices;

namespace WorkloadIdentity.Tests;

/// <summary>Which packages know the inside of the main package, and how much of it. The others live on its public API.</summary>
public sealed class InternalUseTests
{
    private const string ListOfKeyVault = "tests/WorkloadIdentity.Tests/Conventions/WorkloadIdentity.KeyVault.InternalUse.txt";

    [Fact]
    public void Only_key_vault_the_tool_and_our_own_tests_are_friends() =>
        Assert.Equal(
            ["WorkloadIdentity.IntegrationTests", "WorkloadIdentity.KeyVault", "WorkloadIdentity.Tests", "WorkloadIdentity.Tool"],
            typeof(TokenRequest).Assembly.GetCustomAttributes<InternalsVisibleToAttribute>()
                .Select(friend => friend.AssemblyName).Order(StringComparer.Ordinal));

    [Fact]
    public void What_key_vault_uses_is_listed_with_its_reason()
    {
        var lines = Repository.Read(ListOfKeyVault).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var listed = lines.Where(line => !line.StartsWith('#')).ToList();
        var used = InternalUse.Of(typeof(KeyVault.Vault).Assembly);

        string[] wrong =
        [
            .. used.Except(listed).Select(name => $"used and not listed: {name}"),
            .. listed.Except(used).Select(name => $"listed and not used: {name}"),
        ];
        Assert.True(wrong.Length == 0, string.Join('\n', wrong));
        Assert.Equal(used.Count, listed.Count);
        Assert.StartsWith("#", lines[0], StringComparison.Ordinal);
        Assert.DoesNotContain(lines.Zip(lines.Skip(1)), pair => pair.First.StartsWith('#') && pair.Second.StartsWith('#'));
    }

    [Fact]
    public void A_package_that_is_no_friend_uses_nothing_internal()
    {
        Assert.All(
            Repository.Shipped.Where(assembly => assembly.GetName().Name
                is "WorkloadIdentity.Azure" or "WorkloadIdentity.Developer" or "WorkloadIdentity.DistributedCache"
                or "WorkloadIdentity.Npgsql" or "WorkloadIdentity.Testing"),
            package => Assert.Empty(InternalUse.Of(package)));
        Assert.NotEmpty(InternalUse.Of(typeof(Tool.Wid).Assembly));
    }

    [Fact]
    public void No_package_compiles_the_sources_of_another() =>
        Assert.DoesNotContain(
            Repository.SourceFiles("src", "*.csproj"),
            project => Repository.Read(project).Contains("<Compile Include=\"..", StringComparison.Ordinal));
}
