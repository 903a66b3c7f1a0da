using System.Buffers;
using Microsoft.Extensions.Caching.Distributed;
using WorkloadIdentity.DistributedCache;

namespace WorkloadIdentity.Tests;

/// <summary>
/// A value that is too long to be a token is refused while it is being read, as far as the cache lets it be read in pieces.
/// </summary>
public sealed class BoundedBufferTests
{
    private const int Piece = 4096;

    private readonly StoreBench _bench = new();

    [Fact]
    public async Task A_cache_that_hands_out_pieces_is_stopped_at_the_first_one_too_many()
    {
        var cache = new PiecewiseCache(pieces: int.MaxValue);
        var store = Store(cache);

        Assert.Null(await _bench.ReadAsync(store));

        Assert.Equal(LimitedCache.LongestValue / Piece, cache.Taken);
        Assert.Contains(
            _bench.Log.Entries, entry => entry.Id == 501 && entry.Text.Contains("more than 65536 bytes", StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_piece_that_is_too_long_is_not_even_given_room()
    {
        var cache = new PiecewiseCache(pieces: 1, size: 1_000_000_000);

        Assert.Null(await _bench.ReadAsync(Store(cache)));

        Assert.Equal((0, 1), (cache.Taken, _bench.Log.Count(501)));
    }

    [Fact]
    public async Task A_value_that_fits_is_read_in_pieces_as_it_was_written()
    {
        var cache = new PiecewiseCache(pieces: 0);
        await Store(cache).WriteAsync(StoreBench.Partition, StoreBench.Request, _bench.NewToken(new string('x', 30_000)), default);

        Assert.Equal(30_000, (await _bench.ReadAsync(Store(cache)))?.Value.Length);
    }

    [Theory]
    [InlineData(65_536, "not a value of this version")]
    [InlineData(65_537, "more than 65536 bytes")]
    public async Task A_cache_that_hands_out_arrays_is_held_to_the_same_length(int length, string expected)
    {
        _bench.Cache.Reads = (_, _) => Task.FromResult<byte[]?>(new byte[length]);

        Assert.Null(await _bench.ReadAsync());

        Assert.Contains(_bench.Log.Entries, entry => entry.Id == 501 && entry.Text.Contains(expected, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_note_of_any_length_is_read_within_the_same_bounds()
    {
        _bench.Cache.Reads = (name, _) => Task.FromResult(name.EndsWith(":lease", StringComparison.Ordinal) ? new byte[100_000] : null);

        Assert.Null(await _bench.ReadAsync(_bench.Store(options => options.Lease = true)));

        Assert.Equal(1, _bench.Log.Count(501));
    }

    private DistributedTokenStore Store(IDistributedCache cache) => new(cache, new DistributedTokenStoreOptions
    {
        NamingKey = _bench.NamingKey,
        Protection = TokenProtection.FromKeys(_bench.Key),
        TimeProvider = _bench.Clock,
        LoggerFactory = _bench.Log,
        Lease = false,
    });

    /// <summary>Gives a value piece by piece, as that of SQL Server does: what was written, or as many pieces as it is told.</summary>
    private sealed class PiecewiseCache(int pieces, int size = Piece) : IBufferDistributedCache
    {
        private byte[]? _value;

        /// <summary>Pieces that were taken off its hands.</summary>
        public int Taken { get; private set; }

        public async ValueTask<bool> TryGetAsync(string key, IBufferWriter<byte> destination, CancellationToken token = default)
        {
            await Task.Yield();
            for (var written = 0; written < _value?.Length; written += Piece)
            {
                destination.Write(_value.AsSpan(written, Math.Min(Piece, _value.Length - written)));
            }

            for (var piece = 0; piece < pieces; piece++)
            {
                _ = destination.GetMemory(size);
                destination.Advance(size);
                Taken++;
            }

            return true;
        }

        public ValueTask SetAsync(
            string key,
            ReadOnlySequence<byte> value,
            DistributedCacheEntryOptions options,
            CancellationToken token = default) => throw new NotSupportedException();

        public Task SetAsync(string key, byte[] value, DistributedCacheEntryOptions options, CancellationToken token = default)
        {
            _value = value;
            return Task.CompletedTask;
        }

        public Task<byte[]?> GetAsync(string key, CancellationToken token = default) => throw new NotSupportedException();

        public bool TryGet(string key, IBufferWriter<byte> destination) => throw new NotSupportedException();

        public void Set(string key, ReadOnlySequence<byte> value, DistributedCacheEntryOptions options) =>
            throw new NotSupportedException();

        public byte[]? Get(string key) => throw new NotSupportedException();

        public void Set(string key, byte[] value, DistributedCacheEntryOptions options) => throw new NotSupportedException();

        public void Refresh(string key) => throw new NotSupportedException();

        public Task RefreshAsync(string key, CancellationToken token = default) => throw new NotSupportedException();

        public void Remove(string key) => throw new NotSupportedException();

        public Task RemoveAsync(string key, CancellationToken token = default) => throw new NotSupportedException();
    }
}
