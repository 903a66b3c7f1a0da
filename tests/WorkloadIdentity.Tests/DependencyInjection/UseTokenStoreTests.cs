using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace WorkloadIdentity.Tests;

/// <summary>
/// A store of the application's own. Which credentials may share is in <see cref="WorkloadIdentityDistributedCacheExtensionsTests"/>.
/// </summary>
public sealed class UseTokenStoreTests
{
    private static readonly TokenRequest Orders = new("api://orders/.default");

    [Fact]
    public async Task What_one_process_gets_the_store_gives_to_another()
    {
        var store = new DictionaryStore();
        for (var process = 0; process < 2; process++)
        {
            using var host = Build(builder => builder.UseTokenStore(_ => store));
            await host.StartAsync();
            await host.Services.GetRequiredService<ITokenAcquirer>().GetTokenAsync(Orders);
        }

        Assert.Equal(1, store.Asked);
        Assert.Single(store.Tokens);
    }

    [Theory]
    [InlineData("its token store cannot be used. The folder is missing.", true)]
    [InlineData("its token store cannot be used. The function that makes it returned null.", false)]
    public async Task A_store_that_cannot_be_made_is_told_when_the_host_starts(string message, bool throws)
    {
        using var host = Build(builder => builder.UseTokenStore(
            _ => throws ? In("/tokens") : null!));

        var refusal = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("The default identity", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_is_disposable_is_disposed_with_the_container()
    {
        var store = new DictionaryStore();
        using (var host = Build(builder => builder.UseTokenStore(_ => store)))
        {
            await host.StartAsync();
        }

        Assert.True(store.IsDisposed);
    }

    [Fact]
    public void A_second_store_and_one_for_an_acquirer_made_before_throw()
    {
        var services = new ServiceCollection();
        var builder = services.AddWorkloadIdentity("orders").UseTokenStore(_ => new DictionaryStore());
        var existing = services.AddWorkloadIdentity("existing", new FakeTokens());

        Assert.Contains(
            "The identity 'orders' has a token store already, from UseTokenStore",
            Assert.Throws<InvalidOperationException>(() => builder.UseTokenStore(_ => new DictionaryStore())).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "UseTokenStore would have no effect",
            Assert.Throws<InvalidOperationException>(() => existing.UseTokenStore(_ => new DictionaryStore())).Message,
            StringComparison.Ordinal);
    }

    private static DictionaryStore In(string folder) => throw new ArgumentException("The folder is missing.", nameof(folder));

    private static IHost Build(Action<WorkloadIdentityBuilder> register)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton(WorkloadEnvironment.FromValues(new Dictionary<string, string>()));
        register(builder.Services.AddWorkloadIdentity().UseCredential(_ => ScriptedCredential.Issuing("one")));
        return builder.Build();
    }

    private sealed class DictionaryStore : TokenStore, IDisposable
    {
        public Dictionary<(string, TokenRequest), AccessToken> Tokens { get; } = [];

        public int Asked { get; private set; }

        public bool IsDisposed { get; private set; }

        public override ValueTask<AccessToken?> ReadAsync(string partition, TokenRequest request, CancellationToken cancellationToken) =>
            ValueTask.FromResult(Tokens.GetValueOrDefault((partition, request)));

        public override ValueTask WriteAsync(
            string partition, TokenRequest request, AccessToken token, CancellationToken cancellationToken)
        {
            Tokens[(partition, request)] = token;
            Asked++;
            return ValueTask.CompletedTask;
        }

        public void Dispose() => IsDisposed = true;
    }
}
