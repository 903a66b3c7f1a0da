using Amazon.Runtime;
using Microsoft.Extensions.DependencyInjection;

namespace WorkloadIdentity.Tests;

/// <summary>Roles of AWS in the container.</summary>
public sealed class WorkloadIdentityAwsExtensionsTests : IDisposable
{
    private readonly AwsBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task All_clients_share_the_sessions_of_a_role()
    {
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(_bench.Clock);
        services.AddWorkloadIdentity(_bench.Acquirer).AddAwsCredentials(
            AwsBench.Role, AwsBench.Scope, options => options.Client = _bench.Options().Client);
        await using var provider = services.BuildServiceProvider();

        var credentials = provider.GetRequiredService<AWSCredentials>();

        Assert.Same(credentials, provider.GetRequiredService<AWSCredentials>());
        Assert.Equal("ASIASESSION1", (await credentials.GetCredentialsAsync()).AccessKey);
    }

    [Fact]
    public async Task A_named_identity_and_a_second_role_have_keys()
    {
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(_bench.Clock);
        services.AddWorkloadIdentity("shop", _bench.Acquirer)
            .AddAwsCredentials(AwsBench.Role, AwsBench.Scope, options => options.Client = _bench.Options().Client)
            .AddAwsCredentials("arn:aws:iam::123456789012:role/writer", AwsBench.Scope, key: "writer");
        await using var provider = services.BuildServiceProvider();

        Assert.Contains("role/reader", provider.GetRequiredKeyedService<AWSCredentials>("shop").ToString(), StringComparison.Ordinal);
        Assert.Contains("role/writer", provider.GetRequiredKeyedService<AWSCredentials>("writer").ToString(), StringComparison.Ordinal);
        Assert.Null(provider.GetService<AWSCredentials>());
    }

    [Fact]
    public void Two_in_one_place_are_refused()
    {
        var builder = new ServiceCollection().AddWorkloadIdentity(_bench.Acquirer).AddAwsCredentials(AwsBench.Role, AwsBench.Scope);

        var exception = Assert.Throws<InvalidOperationException>(
            () => builder.AddAwsCredentials("arn:aws:iam::123456789012:role/writer", AwsBench.Scope));

        Assert.Contains("key:", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mistake_throws_where_it_was_made() =>
        Assert.Throws<ArgumentException>(
            () => new ServiceCollection().AddWorkloadIdentity(_bench.Acquirer).AddAwsCredentials("reader", AwsBench.Scope));
}
