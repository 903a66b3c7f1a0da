using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Logging;
using WorkloadIdentity.DistributedCache;

namespace WorkloadIdentity.Tests;

/// <summary>What a token store gives back, and what it does not, whoever has had the cache in their hands.</summary>
public sealed class DistributedTokenStoreTests
{
    private readonly StoreBench _bench = new();

    public static TheoryData<string> Protections => ["keys", "data protection"];

    [Theory]
    [MemberData(nameof(Protections))]
    public async Task What_one_process_keeps_another_finds(string protection)
    {
        var options = Protection(protection);
        var token =
            new AccessToken("the-token", _bench.Clock.Now.AddHours(1), _bench.Clock.Now.AddMinutes(30), "Bearer").IssuedBy(
                "login.example", "client").AcquiredThrough("application");
        await _bench.KeepAsync(token, _bench.Store(options));

        var found = await _bench.ReadAsync(_bench.Store(options));

        Assert.Equal(
            (token.Value, token.ExpiresOn, token.RefreshOn, token.TokenType, "login.example", "client", "second level/application"),
            (found!.Value, found.ExpiresOn, found.RefreshOn, found.TokenType, found.Issuer, found.ClientId, found.AcquiredBy));
    }

    [Theory]
    [MemberData(nameof(Protections))]
    public async Task No_byte_of_a_value_can_be_altered(string protection)
    {
        var options = Protection(protection);
        var name = await _bench.KeepAsync(store: _bench.Store(options));
        var value = _bench.Cache.Entries[name];
        for (var position = 0; position < value.Length; position++)
        {
            for (var bit = 0; bit < 8; bit++)
            {
                var altered = (byte[])value.Clone();
                altered[position] ^= (byte)(1 << bit);
                _bench.Cache.Entries[name] = altered;

                Assert.Null(await _bench.ReadAsync(_bench.Store(options)));
            }
        }

        Assert.Equal(value.Length * 8, _bench.Log.Count(501));
        _bench.Cache.Entries[name] = value;
        Assert.NotNull(await _bench.ReadAsync(_bench.Store(options)));
    }

    [Theory]
    [MemberData(nameof(Protections))]
    public async Task No_part_of_a_value_is_a_value(string protection)
    {
        var options = Protection(protection);
        var name = await _bench.KeepAsync(store: _bench.Store(options));
        var value = _bench.Cache.Entries[name];
        foreach (var other in Enumerable.Range(0, value.Length).Select(length => value[..length]).Append([.. value, 0])
            .Append([.. value, .. value]))
        {
            _bench.Cache.Entries[name] = other;

            Assert.Null(await _bench.ReadAsync(_bench.Store(options)));
        }
    }

    [Theory]
    [MemberData(nameof(Protections))]
    public async Task Garbage_is_a_miss_and_a_warning(string protection)
    {
        var options = Protection(protection);
        var name = await _bench.KeepAsync(store: _bench.Store(options));
        byte[][] garbage =
            [[], [0], [1], [1, 255], "null"u8.ToArray(), Encoding.UTF8.GetBytes(
                """{"access_token":"evil","expires_in":3600}"""), new byte[200], RandomNumberGenerator.GetBytes(1000), new byte[65 * 1024]];
        foreach (var value in garbage)
        {
            _bench.Cache.Entries[name] = value;

            Assert.Null(await _bench.ReadAsync(_bench.Store(options)));
        }

        Assert.Equal(garbage.Length, _bench.Log.Entries.Count(entry => entry is { Id: 501, Level: LogLevel.Warning }));
    }

    [Theory]
    [MemberData(nameof(Protections))]
    public async Task A_value_moved_to_another_entry_is_not_used(string protection)
    {
        var options = Protection(protection);
        var store = _bench.Store(options);
        var orders = await _bench.KeepAsync(_bench.NewToken("for-orders"), store);
        var stock = await _bench.KeepAsync(_bench.NewToken("for-stock"), store, request: new TokenRequest("api://stock/.default"));
        var stranger = await _bench.KeepAsync(_bench.NewToken("of-another"), store, partition: "login.microsoftonline.com/tenant/other");
        foreach (var from in (string[])[stock, stranger])
        {
            (_bench.Cache.Entries[orders], var kept) = (_bench.Cache.Entries[from], _bench.Cache.Entries[orders]);

            Assert.Null(await _bench.ReadAsync(_bench.Store(options)));
            _bench.Cache.Entries[orders] = kept;
        }

        Assert.Equal("for-orders", (await _bench.ReadAsync(_bench.Store(options)))?.Value);
    }

    [Fact]
    public async Task Where_the_protection_knows_no_entry_the_key_inside_tells()
    {
        // No encryption at all: what is left is the comparison of the full key.
        static void Open(DistributedTokenStoreOptions options) =>
            options.Protection = TokenProtection.FromDataProtection(bytes => bytes, bytes => bytes);
        var orders = await _bench.KeepAsync(store: _bench.Store(Open));
        var stock = await _bench.KeepAsync(store: _bench.Store(Open), request: new TokenRequest("api://stock/.default"));
        _bench.Cache.Entries[orders] = _bench.Cache.Entries[stock];

        Assert.Null(await _bench.ReadAsync(_bench.Store(Open)));
        Assert.Contains(_bench.Log.Entries, entry => entry.Id == 501 && entry.Text.Contains("another entry", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Whatever_decrypts_to_something_else_than_a_token_is_not_used()
    {
        static void Open(DistributedTokenStoreOptions options) =>
            options.Protection = TokenProtection.FromDataProtection(bytes => bytes, bytes => bytes);
        var name = await _bench.KeepAsync(store: _bench.Store(Open));
        var plaintext = _bench.Cache.Entries[name];
        for (var position = 0; position < plaintext.Length; position++)
        {
            // No exception gets out, whatever the bytes say about lengths and moments.
            foreach (var with in (byte[])[0, 0x7f, 0xff])
            {
                var altered = (byte[])plaintext.Clone();
                altered[position] = with;
                _bench.Cache.Entries[name] = altered;
                await _bench.ReadAsync(_bench.Store(Open));
            }

            _bench.Cache.Entries[name] = plaintext[..position];
            Assert.Null(await _bench.ReadAsync(_bench.Store(Open)));
        }

        Assert.Equal(0, _bench.Log.Count(500));
    }

    [Fact]
    public async Task A_value_whose_token_is_no_Bearer_token_is_not_used()
    {
        static void Open(DistributedTokenStoreOptions options) =>
            options.Protection = TokenProtection.FromDataProtection(bytes => bytes, bytes => bytes);

        var name = await _bench.KeepAsync(_bench.NewToken("the-token"), _bench.Store(Open));
        var altered = (byte[])_bench.Cache.Entries[name].Clone();
        altered[altered.AsSpan().IndexOf("the-token"u8) + 3] = (byte)';';
        _bench.Cache.Entries[name] = altered;

        Assert.Null(await _bench.ReadAsync(_bench.Store(Open)));
    }

    [Fact]
    public async Task An_expired_or_ageing_value_that_is_still_there_is_a_miss_and_nothing_to_warn_about()
    {
        await _bench.KeepAsync();
        _bench.Clock.Advance(TimeSpan.FromMinutes(55) - TimeSpan.FromMilliseconds(1));
        Assert.NotNull(await _bench.ReadAsync());
        _bench.Clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Null(await _bench.ReadAsync());
        _bench.Clock.Advance(TimeSpan.FromDays(1));
        Assert.Null(await _bench.ReadAsync());

        await _bench.Store()
            .WriteAsync(
                StoreBench.Partition,
                StoreBench.Request,
                new AccessToken("long-lived", _bench.Clock.Now.AddDays(1), _bench.Clock.Now.AddHours(12)),
                default);
        Assert.NotNull(await _bench.ReadAsync());
        _bench.Clock.Advance(TimeSpan.FromHours(12));
        Assert.Null(await _bench.ReadAsync());
        Assert.DoesNotContain(_bench.Log.Entries, entry => entry.Level >= LogLevel.Information);
    }

    [Fact]
    public async Task A_value_put_back_later_is_no_more_than_it_was()
    {
        var name = await _bench.KeepAsync(_bench.NewToken("first"));
        var replayed = _bench.Cache.Entries[name];
        _bench.Clock.Advance(TimeSpan.FromMinutes(59));
        await _bench.Store().WriteAsync(StoreBench.Partition, StoreBench.Request, _bench.NewToken("second"), default);
        _bench.Cache.Entries[name] = replayed;
        _bench.Clock.Advance(TimeSpan.FromMinutes(1));

        Assert.Null(await _bench.ReadAsync());
    }

    [Fact]
    public async Task A_value_of_a_clock_ahead_of_this_one_is_not_used()
    {
        await _bench.KeepAsync();
        _bench.Clock.SetWallClock(_bench.Clock.Now.AddSeconds(-59));
        Assert.NotNull(await _bench.ReadAsync());

        _bench.Clock.SetWallClock(_bench.Clock.Now.AddSeconds(-2));

        Assert.Null(await _bench.ReadAsync());
        Assert.Contains(_bench.Log.Entries, entry => entry.Id == 501 && entry.Text.Contains("NTP", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_name_tells_nothing_without_the_key()
    {
        var name = await _bench.KeepAsync();

        Assert.Matches("^wi1:[A-Za-z0-9_-]{43}$", name);
        Assert.Null(await _bench.ReadAsync(_bench.Store(options => options.NamingKey = RandomNumberGenerator.GetBytes(32))));
        Assert.DoesNotContain("the-token", Encoding.Latin1.GetString(_bench.Cache.Entries[name]), StringComparison.Ordinal);
        Assert.DoesNotContain("orders", Encoding.Latin1.GetString(_bench.Cache.Entries[name]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_values_of_one_token_have_nothing_in_common()
    {
        var token = _bench.NewToken();
        var name = await _bench.KeepAsync(token);
        var first = _bench.Cache.Entries[name];
        await _bench.Store().WriteAsync(StoreBench.Partition, StoreBench.Request, token, default);

        // Version, key id and its length are the same; of the rest one byte in 256 by chance.
        Assert.InRange(first.Zip(_bench.Cache.Entries[name]).Count(pair => pair.First == pair.Second), 0, 40);
    }

    [Fact]
    public async Task Every_difference_between_requests_is_another_entry()
    {
        (string, TokenRequest)[] neighbours =
        [
            (StoreBench.Partition, StoreBench.Request),
            (StoreBench.Partition, new TokenRequest("api://orders/.default x")),
            (StoreBench.Partition, new TokenRequest("API://orders/.default")),
            (StoreBench.Partition, StoreBench.Request.ForTenant("contoso.com")),
            (StoreBench.Partition, new TokenRequest("api://orders/.default") { FmiPath = "contoso.com" }),
            (StoreBench.Partition, new TokenRequest("api://orders/.default") { ContinuousAccess = true }),
            (StoreBench.Partition + "a", new TokenRequest("pi://orders/.default")),
            (StoreBench.Partition.ToUpperInvariant(), StoreBench.Request),
            (StoreBench.Partition, new TokenRequest("api://orders/.default\ud800")),
            (StoreBench.Partition, new TokenRequest("api://orders/.default\ud801")),
        ];
        foreach (var (partition, request) in neighbours)
        {
            await _bench.KeepAsync(partition: partition, request: request);
        }

        Assert.Equal(neighbours.Length, _bench.Cache.Entries.Count);
    }

    public static TheoryData<TokenRequest> Private =>
    [
        new TokenRequest("api://orders/.default") { UserAssertion = "a-user" },
        new TokenRequest("api://AzureADTokenExchange/.default"),
        new TokenRequest("API://azureadtokenexchangeusgov/.default"),
        new TokenRequest("api://AzureFMITokenExchange/.default"),
        new TokenRequest("spn:fb60f99c-7a34-4190-8149-302f77469936/.default"),
        new TokenRequest("api://orders/.default fb60f99c-7a34-4190-8149-302f77469936/.default"),
    ];

    [Theory]
    [MemberData(nameof(Private))]
    public async Task Tokens_of_users_and_tokens_that_are_credentials_neither_enter_nor_leave(TokenRequest request)
    {
        var store = _bench.Store(options => options.Lease = true);
        await store.WriteAsync(StoreBench.Partition, request, _bench.NewToken(), default);

        Assert.Null(await store.ReadAsync(StoreBench.Partition, request, default));
        Assert.Equal((0, 0), (_bench.Cache.ReadCalls, _bench.Cache.WriteCalls));
    }

    [Fact]
    public async Task A_token_about_to_expire_and_one_beyond_all_bounds_are_not_kept()
    {
        await _bench.Store()
            .WriteAsync(StoreBench.Partition, StoreBench.Request, _bench.NewToken(lifetime: TimeSpan.FromMinutes(5)), default);
        await _bench.Store().WriteAsync(StoreBench.Partition, StoreBench.Request, _bench.NewToken(new string('x', 40_000)), default);

        Assert.Empty(_bench.Cache.Entries);
        Assert.Equal(TimeSpan.FromHours(1), _bench.Cache.Lifetimes[await _bench.KeepAsync(_bench.NewToken(new string('x', 30_000)))]);
        Assert.NotNull(await _bench.ReadAsync());
    }

    private static Action<DistributedTokenStoreOptions> Protection(string name)
    {
        if (name == "keys")
        {
            return _ => { };
        }

        var protector = new EphemeralDataProtectionProvider().CreateProtector("tokens");
        return options => options.Protection = TokenProtection.FromDataProtection(protector.Protect, protector.Unprotect);
    }
}
