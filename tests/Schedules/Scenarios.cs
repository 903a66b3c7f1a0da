namespace WorkloadIdentity.Schedules;

/// <summary>The scenarios. What each states must hold in every schedule.</summary>
internal static class Scenarios
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    public static IReadOnlyList<Scenario> All { get; } =
    [
        new("check-then-act", CheckThenActAsync) { IsFaulty = true },
        new("first-token", FirstTokenAsync),
        new("cancelled-caller", CancelledCallerAsync),
        new("stale-token", StaleTokenAsync),
        new("expiry", ExpiryAsync),
        new("two-rejections", TwoRejectionsAsync),
        new("claims", ClaimsAsync),
        new("rejection-and-refresh", RejectionAndRefreshAsync),
        new("eviction", EvictionAsync),
        new("hit-and-eviction", HitAndEvictionAsync),
        new("table", TableAsync),
        new("hit-and-next-token", HitAndNextTokenAsync),
        new("users", UsersAsync),
        new("failure", FailureAsync),
        new("disposal", DisposalAsync),
        new("full-queue", FullQueueAsync),
        new("chain", ChainAsync),
        new("rejected-messages", RejectedMessagesAsync),
        new("cached-clock", CachedClockAsync),
    ];

    /// <summary>Two callers who look first and act then: the fault that an exploration must find to be worth anything.</summary>
    private static async Task CheckThenActAsync(World world)
    {
        var made = 0;
        object? value = null;
        Task Caller() => World.Start(() =>
        {
            if (value is null)
            {
                Points.Access();
                value = new object();
                made++;
            }
        });

        await Task.WhenAll([Caller(), Caller()]);
        world.Check(made == 1, "it was made twice");
    }

    private static async Task FirstTokenAsync(World world)
    {
        var tokens = await Task.WhenAll([World.Start(() => world.GetAsync()), World.Start(() => world.GetAsync())]);
        world.Check(tokens[0] is not null && ReferenceEquals(tokens[0], tokens[1]), "the callers got different tokens");
        world.Check(world.Credential.Calls.Count == 1, "the credential was asked twice");
    }

    private static async Task CancelledCallerAsync(World world)
    {
        using var cancellation = new CancellationTokenSource();
        var leaving = World.Start(() => world.GetAsync(null, cancellation.Token));
        var staying = World.Start(() => world.GetAsync());
        await World.Start(() => Points.Cancel(cancellation));
        await leaving;
        world.Check(await staying is not null, "a caller who did not cancel got no token");
        world.Check(await world.GetAsync() is not null, "a later caller got no token");
    }

    private static async Task StaleTokenAsync(World world)
    {
        var first = await world.GetAsync();
        world.Advance(TimeSpan.FromMinutes(56));
        var tokens = await Task.WhenAll([World.Start(() => world.GetAsync()), World.Start(() => world.GetAsync())]);
        world.Check(Array.TrueForAll(tokens, token => token is not null), "a caller got no token while one was held");
        await World.SettleAsync();
        world.Check(world.Credential.Calls.Count == 2, "the token was not refreshed once");
        var later = await world.GetAsync();
        world.Check(!ReferenceEquals(later, first), "the refreshed token is not returned");
    }

    private static async Task ExpiryAsync(World world)
    {
        await world.GetAsync();
        world.Advance(Hour - TimeSpan.FromSeconds(30));
        var callers = new[] { World.Start(() => world.GetAsync()), World.Start(() => world.GetAsync()) };
        await World.Start(() => world.Advance(TimeSpan.FromSeconds(31)));
        var tokens = await Task.WhenAll(callers);
        world.Check(Array.TrueForAll(tokens, token => token is not null), "a caller got no token from a credential that issues");
    }

    private static async Task TwoRejectionsAsync(World world)
    {
        var rejected = (await world.GetAsync())!;
        var tokens = await Task.WhenAll([World.Start(() => world.RenewAsync(rejected)), World.Start(() => world.RenewAsync(rejected))]);
        world.Check(Array.TrueForAll(tokens, token => token is not null && token.Value != rejected.Value), "the rejected token came back");
        world.Check(world.Credential.Calls.Count == 2, "one rejected token was renewed twice");
    }

    private static async Task ClaimsAsync(World world)
    {
        const string first = """{"access_token":{"acrs":{"value":"c1"}}}""";
        const string second = """{"access_token":{"acrs":{"value":"c2"}}}""";
        var rejected = (await world.GetAsync())!;
        var tokens = await Task.WhenAll(
            [World.Start(() => world.RenewAsync(rejected, first)), World.Start(() => world.RenewAsync(rejected, second))]);
        world.Check(Array.TrueForAll(tokens, token => token is not null && token.Value != rejected.Value), "the rejected token came back");
        world.Check(world.Credential.Calls.Count(call => call.Claims == first) == 1, "the first claims were not asked for once");
        world.Check(world.Credential.Calls.Count(call => call.Claims == second) == 1, "the second claims were not asked for once");
    }

    private static async Task RejectionAndRefreshAsync(World world)
    {
        var rejected = (await world.GetAsync())!;
        world.Advance(TimeSpan.FromMinutes(56));
        var getting = World.Start(() => world.GetAsync());
        var renewed = await World.Start(() => world.RenewAsync(rejected));
        world.Check(await getting is not null, "a caller got no token while one was held");
        await World.SettleAsync();
        world.Check(renewed is not null && renewed.Value != rejected.Value, "the rejected token came back");
        world.Check(world.Credential.Calls.Count <= 3, "the credential was asked too often");
    }

    private static async Task EvictionAsync(World world)
    {
        world.Options.Capacity = 1;
        var requests = new[] { World.Orders, new TokenRequest("api://stock/.default"), World.Orders };
        var tokens = await Task.WhenAll(requests.Select(request => World.Start(() => world.GetAsync(request))).ToArray());
        world.Check(Array.TrueForAll(tokens, token => token is not null), "a caller got no token");
    }

    /// <summary>The entry that was idle for longest is evicted; another caller's token is held all the time.</summary>
    private static async Task HitAndEvictionAsync(World world)
    {
        world.Options.Capacity = 2;
        world.Options.Jitter = () => 0;
        await world.GetAsync(new TokenRequest("api://idle/.default"));
        world.Advance(TimeSpan.FromMinutes(1));
        var held = await world.GetAsync();
        var hit = World.Start(() => world.GetAsync());
        await World.Start(() => world.GetAsync(new TokenRequest("api://stock/.default")));
        world.Check(ReferenceEquals(await hit, held), "the held token was not found");
        world.Check(world.Credential.Calls.Count == 3, "a token was acquired twice");
    }

    /// <summary>The thirteenth entry makes the table grow. Then entries are removed.</summary>
    private static async Task TableAsync(World world)
    {
        var setup = new AcquirerSetup(world.Credential, world.Options);
        using var runner = new AcquisitionRunner(setup);
        var table = new TokenCacheTable();
        var entries = Enumerable.Range(0, 13).Select(n => new Entry(setup, runner, new TokenRequest($"api://{n}/.default"))).ToList();
        entries[..12].ForEach(table.Add);
        void Find(int n) => world.Check(ReferenceEquals(table.Find(entries[n].Key), entries[n]), "an entry was not found");

        var reader = World.Start(() => Find(0));
        await World.Start(() =>
        {
            table.Add(entries[12]);
            Find(12);
            entries[1].Retire();
            table.RemoveRetired();
        });
        await World.Start(() => Find(12));
        await reader;
        world.Check(table.Find(entries[1].Key) is null, "a removed entry was found");
    }

    /// <summary>A token expires while its successor takes its place: it is not judged by the times of the successor.</summary>
    private static async Task HitAndNextTokenAsync(World world)
    {
        world.Options.AcquisitionTimeLimit = Hour;
        await world.GetAsync();
        world.Advance(TimeSpan.FromMinutes(56));
        await world.GetAsync();
        world.Advance(TimeSpan.FromMinutes(4));
        var tokens = await Task.WhenAll([World.Start(() => world.GetAsync()), World.Start(() => world.GetAsync())]);
        world.Check(Array.TrueForAll(tokens, token => token is not null), "a caller got no token from a credential that issues");
        world.Check(world.Credential.Calls.Count == 2, "the token was acquired twice");
    }

    private static async Task UsersAsync(World world)
    {
        world.Options.OnBehalfOfCapacity = 1;
        var requests = new[] { User("a"), User("b"), User("a") };
        var tokens = await Task.WhenAll(requests.Select(request => World.Start(() => world.GetAsync(request))).ToArray());
        world.Check(Array.TrueForAll(tokens, token => token is not null), "a user got no token");
        world.Check(tokens[1]!.Value != tokens[0]!.Value, "a user got the token of another");
    }

    private static async Task FailureAsync(World world)
    {
        world.Credential.Answer = number => number == 1 ? ScenarioCredential.Fail() : world.Credential.Issue(Hour);
        var tokens = await Task.WhenAll([World.Start(() => world.GetAsync()), World.Start(() => world.GetAsync())]);
        world.Check(Array.TrueForAll(tokens, token => token is null), "the credential was asked again at once");
        world.Check(world.Credential.Calls.Count == 1, "the failure was not shared");
        world.Advance(TimeSpan.FromSeconds(2));
        world.Check(await world.GetAsync() is not null, "the failure was remembered for too long");
    }

    private static async Task DisposalAsync(World world)
    {
        await world.GetAsync();
        world.Advance(TimeSpan.FromMinutes(56));
        var callers =
            new[] { World.Start(() => world.GetAsync()), World.Start(() => world.GetAsync(new TokenRequest("api://stock/.default"))) };
        await World.Start(world.Acquirer.Dispose);
        await Task.WhenAll(callers);
        await World.SettleAsync();
        world.Check(await world.GetAsync() is null, "a disposed acquirer returned a token");
    }

    private static async Task FullQueueAsync(World world)
    {
        world.Options.MaxConcurrentAcquisitions = 1;
        world.Options.MaxQueuedAcquisitions = 1;
        using var cancellation = new CancellationTokenSource();
        var first = World.Start(() => world.GetAsync());
        var second = World.Start(() => world.GetAsync(new TokenRequest("api://stock/.default"), cancellation.Token));
        await World.Start(() => Points.Cancel(cancellation));
        world.Check(await first is not null, "a caller got no token");
        await second;
        world.Check(await world.GetAsync(new TokenRequest("api://billing/.default")) is not null, "a turn was lost");
    }

    private static async Task ChainAsync(World world)
    {
        var here = new ScenarioCredential(world.Clock)
        {
            Answer = number => number == 1
                ? TokenResult.Unavailable(new TokenError(TokenErrorKind.NotConfigured, "not here yet"))
                : TokenResult.Issued(new AccessToken($"first-{number}", world.Clock.Now + Hour)),
        };
        using var acquirer = new TokenAcquirer(new CredentialChain(here, world.Credential), world.Options);
        Task<AccessToken> Caller(string scope) => World.Start(() => acquirer.GetTokenAsync(new TokenRequest(scope)).AsTask());
        var tokens = await Task.WhenAll([Caller("api://orders/.default"), Caller("api://stock/.default")]);
        world.Check(tokens[0].Value.Split('-')[0] == tokens[1].Value.Split('-')[0], "the chain was two identities");
    }

    private static async Task RejectedMessagesAsync(World world)
    {
        var rejected = (await world.GetAsync())!;
        using var api = new RejectingApi(rejected.Value);
        var options = new AccessTokenHandlerOptions { AllowedOrigins = { new Uri("https://orders.example/") } };
        using var handler = new AccessTokenHandler(world.Acquirer, World.Orders, options) { InnerHandler = api };
        using var client = new HttpMessageInvoker(handler);
        async Task<int> Caller()
        {
            using var message = new HttpRequestMessage(HttpMethod.Get, new Uri("https://orders.example/1"));
            using var response = await client.SendAsync(message, CancellationToken.None);
            return (int)response.StatusCode;
        }

        var answers = await Task.WhenAll([World.Start(Caller), World.Start(Caller)]);
        world.Check(Array.TrueForAll(answers, answer => answer == 200), "a message was not sent again with another token");
        world.Check(world.Credential.Calls.Count == 2, "one rejected token was renewed twice");
    }

    /// <summary>On this clock the time is the tick, so that a time that belongs to another tick shows.</summary>
    private static async Task CachedClockAsync(World world)
    {
        var time = new ClockOfTicks();
        var clock = new CachedClock(time, time.Read);
        clock.ReadUtcTicks();
        void Read(bool anew)
        {
            var before = time.Tick;
            var now = anew ? clock.ReadUtcTicks() : clock.GetUtcTicks(out _);
            world.Check(now >= before && now <= time.Tick, "the time of another tick was returned");
        }

        var slow = World.Start(() => Read(anew: true));
        await World.Start(() =>
        {
            time.Advance();
            Read(anew: true);
            Read(anew: false);
        });
        await World.Start(() => Read(anew: false));
        await slow;
    }

    private sealed class Entry(AcquirerSetup setup, AcquisitionRunner runner, TokenRequest key) : TokenCacheEntry(setup, runner, key);

    private static TokenRequest User(string name) => new("api://orders/.default") { UserAssertion = $"{name}.e30.e30" };
}
