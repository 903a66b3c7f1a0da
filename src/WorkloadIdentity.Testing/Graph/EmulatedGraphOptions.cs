namespace WorkloadIdentity.Testing;

/// <summary>
/// What the Microsoft Graph of an emulator knows beside the emulator's own applications and identities, and how it behaves. The settable
/// properties are read at each request and may be changed while it runs.
/// </summary>
/// <example>
/// <code>
/// var graph = entra.AddGraph(new EmulatedGraphOptions { ServicePrincipals = 1_000, Seed = 7 });
/// </code>
/// </example>
public sealed class EmulatedGraphOptions
{
    private volatile bool _enforcesLimits = true;
    private long _credentialDelay;
    private long _replicationDelay;
    private long _conflictWindow;
    private volatile int _licences = (int)EmulatedLicences.All;

    /// <summary>The least application permissions with which every collection of the emulated Graph can be read in full.</summary>
    public static IReadOnlyList<string> ReadPermissions { get; } =
    [
        "AccessReview.Read.All", "AgentIdentity.Read.All", "AgentIdentityBlueprint.Read.All", "AgentIdentityBlueprintPrincipal.Read.All",
        "Application.Read.All", "AuditLog.Read.All", "CustomSecAttributeAssignment.Read.All", "CustomSecAttributeDefinition.Read.All",
        "Directory.Read.All", "DirectoryRecommendations.Read.All", "IdentityRiskEvent.Read.All",
        "IdentityRiskyServicePrincipal.Read.All", "Policy.Read.All", "RoleAssignmentSchedule.Read.Directory",
        "RoleEligibilitySchedule.Read.Directory", "RoleManagement.Read.Directory",
    ];

    /// <summary>
    /// How many service principals are generated, with their applications, credentials, owners, permissions, grants and sign-ins, for the
    /// emulator's first tenant. None at start. At most a million. They take no memory: each is computed when it is asked for.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative or above a million.</exception>
    public int ServicePrincipals
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 1_000_000);
            field = value;
        }
    }

    /// <summary>
    /// Decides about everything that is generated: the same seed and number give the same directory. Dates are relative to the day on the
    /// emulator's clock when Graph was added.
    /// </summary>
    public int Seed { get; init; } = 1;

    /// <summary>Whether it throttles as Microsoft Graph does. On at start.</summary>
    public bool EnforcesLimits { get => _enforcesLimits; set => _enforcesLimits = value; }

    /// <summary>
    /// How long the token endpoint refuses a secret or certificate that was added through Graph, on the emulator's clock. Zero at start; in
    /// Entra it takes seconds, at times minutes.
    /// </summary>
    public TimeSpan CredentialDelay { get => Read(ref _credentialDelay); set => Write(ref _credentialDelay, value); }

    /// <summary>How long Graph itself does not show such a credential when an application is read. Zero at start.</summary>
    public TimeSpan ReplicationDelay { get => Read(ref _replicationDelay); set => Write(ref _replicationDelay, value); }

    /// <summary>
    /// How long after a change of an application's credentials another one is refused with 409. Zero at start: only one at the same time
    /// is.
    /// </summary>
    public TimeSpan ConflictWindow { get => Read(ref _conflictWindow); set => Write(ref _conflictWindow, value); }

    /// <summary>What the tenant is licensed for. Everything at start.</summary>
    public EmulatedLicences Licences { get => (EmulatedLicences)_licences; set => _licences = (int)value; }

    private static TimeSpan Read(ref long ticks) => TimeSpan.FromTicks(Interlocked.Read(ref ticks));

    private static void Write(ref long ticks, TimeSpan value)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
        Interlocked.Exchange(ref ticks, value.Ticks);
    }
}
