using System.Reflection;
using System.Runtime.CompilerServices;

namespace WorkloadIdentity.Tests;

/// <summary>Which packages know the inside of the main package, and how much of it. The others live on its public API.</summary>
public sealed class InternalUseTests
{
    [Fact]
    public void Only_the_tool_and_our_own_tests_are_friends() =>
        Assert.Equal(
            ["Fuzz", "Schedules", "WorkloadIdentity.IntegrationTests", "WorkloadIdentity.Tests", "WorkloadIdentity.Tool"],
            typeof(TokenRequest).Assembly.GetCustomAttributes<InternalsVisibleToAttribute>()
                .Select(friend => friend.AssemblyName).Order(StringComparer.Ordinal));

    [Fact]
    public void A_package_that_is_no_friend_uses_nothing_internal()
    {
        Assert.All(
            Repository.Shipped.Where(assembly => assembly.GetName().Name is not ("WorkloadIdentity" or "WorkloadIdentity.Tool")),
            package => Assert.Empty(InternalUse.Of(package)));
        Assert.NotEmpty(InternalUse.Of(typeof(Tool.Wid).Assembly));
    }

    [Fact]
    public void No_package_compiles_the_sources_of_another() =>
        Assert.DoesNotContain(
            Repository.SourceFiles("src", "*.csproj"),
            project => Repository.Read(project).Contains("<Compile Include=\"..", StringComparison.Ordinal));
}
