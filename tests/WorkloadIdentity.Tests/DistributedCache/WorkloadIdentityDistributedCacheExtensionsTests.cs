using System.Security.Cryptography;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using WorkloadIdentity.DistributedCache;

namespace WorkloadIdentity.Tests;

/// <summary>Registration: what is refused when the host starts, and why.</summary>
public sealed class WorkloadIdentityDistributedCacheExtensionsTests
{
    private const string Tenant = "72f988bf-86f1-41af-91ab-2d7cd011db47";
    private const string Client = "6bf7ab3f-6a37-4f6d-9a3c-2ee0f1d1f8a3";
    private static readonly TokenRequest Request = new("api://orders/.default");

    private readonly FakeCache _cache = new();
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);

    public static TheoryData<string, Action<WorkloadIdentityBuilder>> Refused => new()
    {
        { "A chain chooses one of its members", _ => { } },
        { "A chain chooses one of its members", builder => builder.UseDefaultChain() },
        { "A chain chooses one of its members", builder => builder.UseCredential(_ => new CredentialChain(ManagedIdentity(Client))) },
        { "another identity on each machine", builder => builder.UseManagedIdentity() },
        { "another identity on each machine", builder => builder.UseManagedIdentity(ManagedIdentityId.SystemAssigned) },
        { "another identity on each machine", builder => builder.UseCredential(_ => new ManagedIdentityCredential()) },
        { "made anew", builder => builder.UseManagedIdentity(ManagedIdentityId.FromResourceId(Machine.ResourceId)) },
        { "Credential.Partition", builder => builder.UseCredential(_ => Testing.FakeCredential.Issuing("token")) },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task What_cannot_share_is_refused_when_the_host_starts(string reason, Action<WorkloadIdentityBuilder> use)
    {
        using var host = Build(builder => Add(Used(builder.AddWorkloadIdentity("orders"), use)));

        var refusal = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("The identity 'orders'", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Help: wid explain second-level", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(0, _cache.ReadCalls);
    }

    [Fact]
    public void The_constructor_refuses_them_too_whether_or_not_a_chain_has_chosen()
    {
        var store = new StoreBench().Store();
        foreach (var credential in (Credential[])[new ManagedIdentityCredential(), new CredentialChain(ManagedIdentity(Client))])
        {
            var refusal = Assert.Throws<ArgumentException>(() => new TokenAcquirer(credential, new TokenAcquirerOptions { Store = store }));
            Assert.Contains("Or leave the store out", refusal.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Identities_that_are_the_same_everywhere_share()
    {
        var asked = 0;
        ScriptedCredential Credential()
        {
            Interlocked.Increment(ref asked);
            return ScriptedCredential.Issuing("one");
        }

        var tokens = new List<AccessToken>();
        for (var process = 0; process < 2; process++)
        {
            using var host = Build(services =>
            {
                Add(services.AddWorkloadIdentity().UseCredential(_ => Credential()));
                Add(services.AddWorkloadIdentity("secret").UseSecret(Tenant, Client, "a-secret"));
                Add(services.AddWorkloadIdentity("machine").UseManagedIdentity(Client));
            });
            await host.StartAsync();
            tokens.Add(await host.Services.GetRequiredService<ITokenAcquirer>().GetTokenAsync(Request));
        }

        Assert.Equal(tokens[0].Value, tokens[1].Value);
        Assert.StartsWith("second level/", tokens[1].AcquiredBy, StringComparison.Ordinal);
        Assert.Equal(2, asked);
    }

    public static TheoryData<string, Action<DistributedTokenStoreOptions>> Unusable => new()
    {
        { "NamingKey is not set", options => options.NamingKey = null },
        { "NamingKey has 3 bytes", options => options.NamingKey = [1, 2, 3] },
        { "Protection is not set", options => options.Protection = null },
        { "TimeLimit", options => options.TimeLimit = TimeSpan.FromMinutes(1) },
    };

    [Theory]
    [MemberData(nameof(Unusable))]
    public async Task Settings_that_cannot_be_used_are_named_when_the_host_starts(
        string problem, Action<DistributedTokenStoreOptions> configure)
    {
        using var host = Build(services => Add(services.AddWorkloadIdentity("orders").UseSecret(Tenant, Client, "a-secret"), configure));

        var refusal = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.Contains(problem, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("The identity 'orders'", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_cache_is_told_when_the_host_starts()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        Add(builder.Services.AddWorkloadIdentity().UseSecret(Tenant, Client, "a-secret"));
        using var host = builder.Build();

        Assert.Contains(
            "AddStackExchangeRedisCache",
            (await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync())).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Twice_for_one_identity_or_for_an_acquirer_made_before_throws()
    {
        var services = new ServiceCollection();
        var one = Add(services.AddWorkloadIdentity());
        Add(services.AddWorkloadIdentity("two"));

        Assert.Contains(
            "has a token store already, from AddDistributedCache",
            Assert.Throws<InvalidOperationException>(() => Add(one)).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "AddDistributedCache would have no effect",
            Assert.Throws<InvalidOperationException>(() => Add(services.AddWorkloadIdentity("three", new FakeTokens()))).Message,
            StringComparison.Ordinal);
    }

    private static ManagedIdentityCredential ManagedIdentity(string clientId) => new(ManagedIdentityId.FromClientId(clientId));

    private static WorkloadIdentityBuilder Used(WorkloadIdentityBuilder builder, Action<WorkloadIdentityBuilder> use)
    {
        use(builder);
        return builder;
    }

    private WorkloadIdentityBuilder Add(WorkloadIdentityBuilder builder, Action<DistributedTokenStoreOptions>? configure = null) =>
        builder.AddDistributedCache(options =>
    {
        options.NamingKey = _key;
        options.Protection = TokenProtection.FromKeys(new EncryptionKey("one", _key));
        options.Lease = false;
        configure?.Invoke(options);
    });

    private IHost Build(Action<IServiceCollection> register)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton<IDistributedCache>(_cache);
        builder.Services.AddSingleton(WorkloadEnvironment.FromValues(new Dictionary<string, string>()));
        register(builder.Services);
        return builder.Build();
    }
}
