namespace WorkloadIdentity.Governance;

/// <summary>A credential of an application, of whatever kind.</summary>
/// <param name="KeyId">Its id.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Name">Its display name.</param>
internal sealed record ApplicationKey(string KeyId, CredentialKind Kind, string? Name)
{
    public DateTimeOffset? StartsOn { get; init; }

    public DateTimeOffset? ExpiresOn { get; init; }

    /// <summary>Of a certificate: its thumbprint, in one of several forms.</summary>
    public string? Identifier { get; init; }

    /// <summary>Set if a rotation added it.</summary>
    public RotationName? Rotation { get; } = RotationName.Parse(Name);

    public bool IsValid(DateTimeOffset now) => !(StartsOn > now) && !HasEnded(now);

    public bool HasEnded(DateTimeOffset now) => ExpiresOn <= now;

    /// <summary>For messages: kind, id, name and expiry.</summary>
    public override string ToString()
    {
        var name = Name is null ? "" : $" ('{ServerText.Clean(Name, 90)}')";
        var end = ExpiresOn is { } date ? PlainText.Day(date) : "it is removed";
        return $"{Words.OfApplication(Kind)} {KeyId}{name}, valid until {end}";
    }
}
