namespace WorkloadIdentity.Testing;

/// <summary>What a secret and a certificate of an application have in common.</summary>
internal abstract class ApplicationKey
{
    private long _usedOn;

    /// <summary>What Microsoft Graph calls it by; null for an id that is made of the certificate.</summary>
    public string? KeyId { get; init; }

    /// <summary>The name that Graph was given; null for one made here.</summary>
    public string? Name { get; init; }

    /// <summary>From when on it is valid, as far as Graph was told.</summary>
    public DateTimeOffset? StartsOn { get; init; }

    /// <summary>From when on the token endpoint accepts it: not at once, if Graph added it.</summary>
    public DateTimeOffset KnownFrom { get; init; } = DateTimeOffset.MinValue;

    /// <summary>From when on every part of Graph shows it.</summary>
    public DateTimeOffset ShownFrom { get; init; } = DateTimeOffset.MinValue;

    /// <summary>When the application proved itself with it last.</summary>
    public DateTimeOffset? UsedOn => Interlocked.Read(ref _usedOn) is var ticks and > 0 ? new(ticks, TimeSpan.Zero) : null;

    public void Use(DateTimeOffset now) => Interlocked.Exchange(ref _usedOn, now.UtcTicks);
}
