using System.Security.Cryptography;
using System.Text.Json;
using WorkloadIdentity.DistributedCache;

namespace WorkloadIdentity.Tests;

/// <summary>Keys, their rotation, and what is refused as one.</summary>
public sealed class TokenProtectionTests
{
    private readonly StoreBench _bench = new();
    private readonly EncryptionKey _new = StoreBench.NewKey("two");

    [Fact]
    public async Task Each_step_of_a_rotation_reads_what_the_steps_beside_it_wrote()
    {
        EncryptionKey[][] steps = [[_bench.Key], [_bench.Key, _new], [_new, _bench.Key], [_new]];
        for (var step = 1; step < steps.Length; step++)
        {
            foreach (var (writer, reader) in new[] { (steps[step - 1], steps[step]), (steps[step], steps[step - 1]) })
            {
                _bench.Cache.Entries.Clear();
                await _bench.KeepAsync(store: With(writer));

                Assert.NotNull(await _bench.ReadAsync(With(reader)));
            }
        }

        Assert.Equal(0, _bench.Log.Count(501));
    }

    [Fact]
    public async Task The_first_key_writes()
    {
        await _bench.KeepAsync(store: With(_new, _bench.Key));

        Assert.NotNull(await _bench.ReadAsync(With(_new)));
        Assert.Null(await _bench.ReadAsync(With(_bench.Key)));
        Assert.Contains(
            _bench.Log.Entries,
            entry => entry.Id == 501 && entry.Text.Contains("a key that this process does not have", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Another_key_under_the_same_id_reads_nothing()
    {
        await _bench.KeepAsync();

        Assert.Null(await _bench.ReadAsync(With(StoreBench.NewKey("one"))));
        Assert.Contains(_bench.Log.Entries, entry => entry.Id == 501 && entry.Text.Contains("'one'", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_value_relabelled_with_another_key_id_is_not_used()
    {
        var twin = StoreBench.NewKey("two");
        var name = await _bench.KeepAsync();
        "two"u8.CopyTo(_bench.Cache.Entries[name].AsSpan(2));

        Assert.Null(await _bench.ReadAsync(With(twin, _bench.Key)));
    }

    [Fact]
    public async Task Keys_from_a_function_rotate_under_a_running_program()
    {
        EncryptionKey[] keys = [_bench.Key];
        var store = _bench.Store(options => options.Protection = TokenProtection.FromKeys(() => keys));
        var name = await _bench.KeepAsync(store: store);
        Assert.Equal("one"u8, _bench.Cache.Entries[name].AsSpan(2, 3));

        keys = [_new, _bench.Key];
        Assert.NotNull(await _bench.ReadAsync(store));
        await store.WriteAsync(StoreBench.Partition, StoreBench.Request, _bench.NewToken(), default);

        Assert.Equal("two"u8, _bench.Cache.Entries[name].AsSpan(2, 3));
    }

    [Fact]
    public async Task Keys_that_cannot_be_had_are_a_miss_and_leave_the_cache_alone()
    {
        var name = await _bench.KeepAsync();
        var store =
            _bench.Store(options => options.Protection = TokenProtection.FromKeys(() => throw new IOException("vault://secret-path")));

        Assert.Null(await _bench.ReadAsync(store));
        await store.WriteAsync(StoreBench.Partition, StoreBench.Request, _bench.NewToken(), default);

        Assert.Contains(_bench.Log.Entries, entry => entry.Id == 500 && entry.Text.Contains("IOException", StringComparison.Ordinal));
        Assert.DoesNotContain(_bench.Log.Entries, entry => entry.Text.Contains("vault", StringComparison.Ordinal));
        Assert.Equal([name], _bench.Cache.Entries.Keys);
    }

    public static TheoryData<string, int> BadKeys =>
        new() { { "", 32 }, { "a b", 32 }, { "ä", 32 }, { "a\n", 32 }, { new string(
            'a', 33), 32 }, { "one", 0 }, { "one", 16 }, { "one", 31 }, { "one", 33 } };

    [Theory]
    [MemberData(nameof(BadKeys))]
    public void A_key_is_256_random_bits_with_a_plain_id(string id, int size) =>
        Assert.Throws<ArgumentException>(() => new EncryptionKey(id, RandomNumberGenerator.GetBytes(size)));

    [Fact]
    public void Placeholders_and_mistyped_keys_are_refused_without_being_quoted()
    {
        Assert.Contains(
            "openssl rand",
            Assert.Throws<ArgumentException>(() => new EncryptionKey("one", new byte[32])).Message,
            StringComparison.Ordinal);
        foreach (var text in (string[])["", "not base64!", "c2hvcnQ=", new string('A', 500), Convert.ToBase64String(
            RandomNumberGenerator.GetBytes(33))])
        {
            var refusal = Assert.Throws<ArgumentException>(() => EncryptionKey.FromBase64("one", text));
            Assert.True(text.Length == 0 || !refusal.Message.Contains(text, StringComparison.Ordinal));
        }

        var bytes = RandomNumberGenerator.GetBytes(32);
        Assert.Equal(bytes, EncryptionKey.FromBase64("one", Convert.ToBase64String(bytes) + "\n").GetBytes());
    }

    [Fact]
    public void A_ring_has_at_least_one_key_and_no_id_twice()
    {
        Assert.Throws<ArgumentException>(() => TokenProtection.FromKeys());
        Assert.Throws<ArgumentException>(() => TokenProtection.FromKeys(_bench.Key, null!));
        Assert.Throws<ArgumentException>(() => TokenProtection.FromKeys(_bench.Key, StoreBench.NewKey("one")));
    }

    [Fact]
    public void No_key_is_printed_or_serialised()
    {
        var options = new DistributedTokenStoreOptions { NamingKey = _bench.NamingKey, Protection = TokenProtection.FromKeys(_bench.Key) };
        var left =
            string.Join(
                '\n',
                _bench.Key,
                options,
                options.Protection,
                JsonSerializer.Serialize(options),
                JsonSerializer.Serialize(options.Protection),
                new DistributedTokenStore(_bench.Cache, options));
        foreach (var secret in (byte[][])[_bench.NamingKey, _bench.Key.GetBytes().ToArray()])
        {
            Assert.DoesNotContain(Convert.ToBase64String(secret), left, StringComparison.Ordinal);
            Assert.DoesNotContain(Convert.ToHexString(secret), left, StringComparison.OrdinalIgnoreCase);
        }

        Assert.Contains("one", left, StringComparison.Ordinal);
    }

    public static TheoryData<string, Action<DistributedTokenStoreOptions>> Unusable => new()
    {
        { "NamingKey", options => options.NamingKey = null },
        { "NamingKey", options => options.NamingKey = new byte[31] },
        { "NamingKey", options => options.NamingKey = new byte[32] },
        { "Protection", options => options.Protection = null },
        { "TimeLimit", options => options.TimeLimit = TimeSpan.Zero },
        { "TimeLimit", options => options.TimeLimit = TimeSpan.FromSeconds(2) },
    };

    [Theory]
    [MemberData(nameof(Unusable))]
    public void Options_that_cannot_be_used_are_named(string option, Action<DistributedTokenStoreOptions> configure) =>
        Assert.Contains(option, Assert.Throws<ArgumentException>(() => _bench.Store(configure)).Message, StringComparison.Ordinal);

    private DistributedTokenStore With(params EncryptionKey[] keys) =>
        _bench.Store(options => options.Protection = TokenProtection.FromKeys(keys));
}
