using System.Collections.Concurrent;

namespace WorkloadIdentity.Chaos;

/// <summary>For whom a token was asked: what tells one slot of a member from another.</summary>
internal readonly record struct Key(string? TenantId, string? UserAssertion);

/// <summary>A credential, and a record of what it gave: who flies for what, and which token was the last.</summary>
internal sealed class WatchedCredential(Credential inner, FastClock clock, Tally tally, string member, bool isReplica) : Credential
{
    /// <summary>Wrong secret; expired secret; certificate not registered.</summary>
    private static readonly IReadOnlyList<long> Unknown = [7000215, 7000222, 700027];

    private readonly ConcurrentDictionary<Key, int> _flying = new();
    private readonly ConcurrentDictionary<Key, Issued> _issued = new();
    private readonly ConcurrentDictionary<string, Issued> _tokens = new();
    private readonly ConcurrentDictionary<int, bool> _keys = new();
    private int _underWay;
    private long _acquisitions;

    public override string Name => inner.Name;

    public override string? Partition => inner.Partition;

    /// <summary>How many acquisitions run now.</summary>
    public int UnderWay => Volatile.Read(ref _underWay);

    /// <summary>How many there were.</summary>
    public long Acquisitions => Interlocked.Read(ref _acquisitions);

    /// <summary>How many keys were asked for.</summary>
    public int Keys => _keys.Count;

    // The inner one refuses what it cannot do.
    protected override RequestFeatures Supports =>
        RequestFeatures.TenantId | RequestFeatures.UserAssertion | RequestFeatures.FmiPath | RequestFeatures.Claims;

    /// <summary>Whether the clock is still the one a token was judged by when it came.</summary>
    public bool IsOfThisClock(string token) => _tokens.TryGetValue(token, out var issued) && issued.TimesSet == clock.TimesSet;

    public void NoteRejected(string token)
    {
        if (_tokens.TryGetValue(token, out var issued))
        {
            issued.IsRejected = true;
        }
    }

    /// <summary>
    /// The token that was there for this key before a moment, if it lives and was refused by nobody. Only where the clock was not set
    /// since; and a wrong clock ends what it takes for the life of a user's assertion.
    /// </summary>
    public AccessToken? LivingFor(Key key, DateTimeOffset before) =>
        _issued.TryGetValue(key, out var last) && last.On < before && !last.IsRejected && last.TimesSet == clock.TimesSet
            && last.Token.ExpiresOn > clock.GetUtcNow()
        && (key.UserAssertion is null || clock.Offset == TimeSpan.Zero)
            ? last.Token
            : null;

    /// <summary>Forgets what was issued before a moment. A token that is sent long after its end should still be known.</summary>
    public void Forget(DateTimeOffset before)
    {
        foreach (var (key, _) in _issued.Where(issued => issued.Value.On < before))
        {
            _issued.TryRemove(key, out _);
        }

        foreach (var (token, _) in _tokens.Where(issued => issued.Value.On < before))
        {
            _tokens.TryRemove(token, out _);
        }
    }

    protected override async ValueTask<TokenResult> AcquireCoreAsync(Acquisition acquisition, CancellationToken cancellationToken)
    {
        var key = new Key(acquisition.Request.TenantId, acquisition.Request.UserAssertion);
        Interlocked.Increment(ref _underWay);
        Interlocked.Increment(ref _acquisitions);
        _keys.TryAdd(key.GetHashCode(), true);
        if (_flying.AddOrUpdate(key, 1, (_, flying) => flying + 1) > 1)
        {
            tally.Breach(
                Law.OneFlightForAKey,
                $"{member}: a second flight for {key.TenantId ?? "its own tenant"}{(acquisition.Claims is null ? "" : " with claims")}");
        }

        try
        {
            var result = await inner.AcquireAsync(acquisition, cancellationToken);
            if (result.Token is { } token)
            {
                _issued[key] = _tokens[token.Value] = new Issued(token, clock.GetUtcNow(), clock.TimesSet);
            }

            if (isReplica && result.Error is { } error && error.EntraErrorCodes.Any(Unknown.Contains))
            {
                tally.Breach(Law.RotatesWithoutOutage, $"{member}: {error.Message}");
            }

            tally.Count($"acquisitions: {(result.Token is not null ? "issued" : result.Error!.Kind.ToString())}");
            return result;
        }
        finally
        {
            // A user's assertion is kilobytes, and there is another one for each sign-in: no key stays that nobody flies for.
            _flying.AddOrUpdate(key, 0, (_, flying) => flying - 1);
            _flying.TryRemove(KeyValuePair.Create(key, 0));
            Interlocked.Decrement(ref _underWay);
        }
    }

    private sealed class Issued(AccessToken token, DateTimeOffset on, int timesSet)
    {
        private volatile bool _isRejected;

        public AccessToken Token => token;

        public DateTimeOffset On => on;

        public int TimesSet => timesSet;

        public bool IsRejected { get => _isRejected; set => _isRejected = value; }
    }
}
