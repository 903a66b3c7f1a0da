namespace WorkloadIdentity.Tests;

/// <summary>How many entries of the application there are.</summary>
public sealed class TokenCacheTests : IDisposable
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly FakeClock _clock = new();
    private readonly ControlledCredential _credential;
    private readonly FakeMeters _meters = new();
    private readonly List<TokenAcquirer> _acquirers = [];

    public TokenCacheTests() => _credential = new ControlledCredential(_clock);

    public void Dispose()
    {
        _acquirers.ForEach(acquirer => acquirer.Dispose());
        _meters.Dispose();
    }

    [Theory]
    [InlineData(160, 10)]
    [InlineData(16, 1)]
    [InlineData(3, 1)]
    public async Task A_full_cache_makes_room_for_a_sixteenth_of_its_capacity(int capacity, int share)
    {
        _credential.Answer = _ => TokenResult.Issued(_credential.NewToken(Hour));
        var acquirer = NewAcquirer(capacity);
        for (var n = 0; n < capacity; n++)
        {
            await acquirer.GetTokenAsync(Scope(n));
        }

        Assert.Equal(capacity, acquirer.EntryCount);
        await acquirer.GetTokenAsync(Scope(capacity));

        Assert.Equal(capacity - share + 1, acquirer.EntryCount);
        for (var n = 1; n < share; n++)
        {
            await acquirer.GetTokenAsync(Scope(capacity + n));
        }

        Assert.Equal(capacity, acquirer.EntryCount);
    }

    [Fact]
    public async Task After_more_acquisitions_at_once_than_its_capacity_the_cache_returns_to_it()
    {
        var acquirer = NewAcquirer(16);
        var getting = Enumerable.Range(0, 20).Select(n => acquirer.GetTokenAsync(Scope(n)).AsTask()).ToList();
        for (var n = 0; n < 20; n++)
        {
            (await _credential.NextAsync()).Issue(_credential.NewToken(Hour));
        }

        await Task.WhenAll(getting);
        Assert.Equal(20, acquirer.EntryCount);

        _credential.Answer = _ => TokenResult.Issued(_credential.NewToken(Hour));
        for (var n = 20; n < 40; n++)
        {
            await acquirer.GetTokenAsync(Scope(n));
            Assert.InRange(acquirer.EntryCount, 1, 16);
        }
    }

    [Fact]
    public async Task A_held_token_is_served_while_the_cache_makes_room()
    {
        var acquirer = NewAcquirer(capacity: 2);
        _credential.Answer = _ => TokenResult.Issued(_credential.NewToken(Hour));
        await acquirer.GetTokenAsync(Scope(0));
        _clock.Advance(TimeSpan.FromMinutes(1));
        await acquirer.GetTokenAsync(Scope(1));
        var isServed = false;
        _meters.Counting = counter =>
        {
            if (counter == "workload_identity.cache.evictions")
            {
                var hit = new Thread(() => isServed = acquirer.GetTokenAsync(Scope(1)).AsTask().IsCompletedSuccessfully)
                {
                    IsBackground = true,
                };
                hit.Start();
                isServed = hit.Join(Patience.Limit) && isServed;
            }
        };

        await acquirer.GetTokenAsync(Scope(2));

        Assert.True(isServed);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("assertion-of-a-user")]
    public async Task A_call_that_meets_the_disposal_gets_no_token(string? userAssertion)
    {
        var acquirer = NewAcquirer(capacity: 2);
        _credential.Answer = _ => TokenResult.Issued(_credential.NewToken(Hour));
        var request = new TokenRequest("api://orders/.default") { TenantId = "contoso.example", UserAssertion = userAssertion };
        await acquirer.GetTokenAsync(request);

        _credential.Normalizing = acquirer.Dispose;

        await Assert.ThrowsAsync<ObjectDisposedException>(() => acquirer.GetTokenAsync(request).AsTask());
    }

    private static TokenRequest Scope(int n) => new($"api://{n}/.default");

    private TokenAcquirer NewAcquirer(int capacity)
    {
        var options = new TokenAcquirerOptions { TimeProvider = _clock, Jitter = () => 0, Capacity = capacity, MeterFactory = _meters };
        var acquirer = new TokenAcquirer(_credential, options);
        _acquirers.Add(acquirer);
        return acquirer;
    }
}
