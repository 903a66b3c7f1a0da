namespace WorkloadIdentity.Testing;

/// <summary>A secret or certificate of an application or service principal, without what is secret about it.</summary>
internal sealed record CredentialRow(string KeyId, string Name, DateTimeOffset? StartsOn, DateTimeOffset? EndsOn)
{
    /// <summary>Whether it is a certificate; a password otherwise.</summary>
    public bool IsKey => Thumbprint is not null;

    /// <summary>The first letters of a password.</summary>
    public string? Hint { get; init; }

    public byte[]? Thumbprint { get; init; }

    /// <summary>The certificate itself.</summary>
    public byte[]? Key { get; init; }

    public string Usage { get; init; } = "Verify";

    /// <summary>When it was last used, as far as the report of sign-in activities knows; null when it is not in that report.</summary>
    public DateTimeOffset? UsedOn { get; init; }
}
