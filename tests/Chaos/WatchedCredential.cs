using System.Collections.Concurrent;

namespace WorkloadIdentity.Chaos;

/// <summary>For whom a token was asked: what tells one slot of a member from another.</summary>
internal readonly record struct Key(string? TenantId, string? UserAssertion);

/// <summary>A credential, and a record of what it gave: who flies for what, and which token was the last.</summary>
internal sealed class WatchedCredential(Credential inner, FastClock clock, Tally tally, string member) : Credential
{
    private readonly ConcurrentDictionary<Key, int> _flying = new();
    private readonly ConcurrentDictionary<Key, (AccessToken Token, DateTimeOffset On)> _issued = new();
    private readonly ConcurrentDictionary<string, bool> _rejected = new();
    private int _underWay;
    private long _acquisitions;

    public override string Name => inner.Name;

    public override string? Partition => inner.Partition;

    /// <summary>How many acquisitions run now.</summary>
    public int UnderWay => Volatile.Read(ref _underWay);

    /// <summary>How many there were.</summary>
    public long Acquisitions => Interlocked.Read(ref _acquisitions);

    /// <summary>How many keys were asked for.</summary>
    public int Keys => _flying.Count;

    // The inner one refuses what it cannot do.
    protected override RequestFeatures Supports => RequestFeatures.TenantId | RequestFeatures.UserAssertion | RequestFeatures.FmiPath | RequestFeatures.Claims;

    public void NoteRejected(string token) => _rejected.TryAdd(token, true);

    /// <summary>Whether a token for this key was there before a moment, lives, and was refused by nobody.</summary>
    public AccessToken? LivingFor(Key key, DateTimeOffset before) =>
        _issued.TryGetValue(key, out var last) && last.On < before && last.Token.ExpiresOn > clock.GetUtcNow() && !_rejected.ContainsKey(last.Token.Value) ? last.Token : null;

    /// <summary>Forgets what no law needs any more.</summary>
    public void Forget()
    {
        var now = clock.GetUtcNow();
        foreach (var (key, last) in _issued)
        {
            if (last.Token.ExpiresOn <= now)
            {
                _issued.TryRemove(key, out _);
                _rejected.TryRemove(last.Token.Value, out _);
            }
        }

        if (_rejected.Count > 10_000)
        {
            _rejected.Clear();
        }
    }

    protected override async ValueTask<TokenResult> AcquireCoreAsync(Acquisition acquisition, CancellationToken cancellationToken)
    {
        var key = new Key(acquisition.Request.TenantId, acquisition.Request.UserAssertion);
        Interlocked.Increment(ref _underWay);
        Interlocked.Increment(ref _acquisitions);
        if (_flying.AddOrUpdate(key, 1, (_, flying) => flying + 1) > 1)
        {
            tally.Breach(Law.OneFlightForAKey, $"{member}: a second flight for {key.TenantId ?? "its own tenant"}{(acquisition.Claims is null ? "" : " with claims")}");
        }

        try
        {
            var result = await inner.AcquireAsync(acquisition, cancellationToken);
            if (result.Token is { } token)
            {
                _issued[key] = (token, clock.GetUtcNow());
            }

            tally.Count($"acquisitions: {(result.Token is not null ? "issued" : result.Error!.Kind.ToString())}");
            return result;
        }
        finally
        {
            _flying.AddOrUpdate(key, 0, (_, flying) => flying - 1);
            Interlocked.Decrement(ref _underWay);
        }
    }
}
