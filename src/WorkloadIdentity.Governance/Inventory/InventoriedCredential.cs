namespace WorkloadIdentity.Governance;

/// <summary>A secret, certificate or key of an identity, in one row: created, used, expires, leaked.</summary>
public sealed record InventoriedCredential
{
    /// <summary>The id.</summary>
    public required string KeyId { get; init; }

    /// <summary>What it is.</summary>
    public required CredentialKind Kind { get; init; }

    /// <summary>Whether it is on the application (else on the service principal). The command that removes it differs.</summary>
    public required bool IsOnApplication { get; init; }

    /// <summary>The name that was given to it.</summary>
    public string? DisplayName { get; init; }

    /// <summary><c>Verify</c>, <c>Sign</c> or <c>Encrypt</c>; null for a secret.</summary>
    public string? Usage { get; init; }

    /// <summary>The thumbprint (SHA-1, hexadecimal); null if it is not known.</summary>
    public string? Thumbprint { get; init; }

    /// <summary>When it becomes valid.</summary>
    public DateTimeOffset? StartsOn { get; init; }

    /// <summary>When it expires.</summary>
    public DateTimeOffset? ExpiresOn { get; init; }

    /// <summary>When it was used last; null if it never was, or if that is not known.</summary>
    public DateTimeOffset? LastUsedOn { get; init; }

    /// <summary>Whether the report of uses was read, so that null in <see cref="LastUsedOn"/> means "never".</summary>
    public bool IsUseKnown { get; init; }

    /// <summary>The risk detections that name this credential.</summary>
    public IReadOnlyList<RiskDetection> Detections { get; init; } = [];

    /// <summary>Whether a detection says that it leaked, and nobody closed that detection.</summary>
    public bool IsLeaked => Detections.Any(IsOpenLeak);

    private static bool IsOpenLeak(RiskDetection detection) =>
        detection.RiskEventType == RiskEventType.LeakedCredentials
        && detection.RiskState != RiskState.Dismissed && detection.RiskState != RiskState.Remediated
        && detection.RiskState != RiskState.ConfirmedSafe;
}
