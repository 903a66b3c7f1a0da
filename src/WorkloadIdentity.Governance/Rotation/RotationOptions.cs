namespace WorkloadIdentity.Governance;

/// <summary>How rotations are made. Read once, when a <see cref="CredentialRotation"/> is constructed.</summary>
public sealed class RotationOptions
{
    /// <summary>How Entra is reached when a new credential is tried: its cloud and transport.</summary>
    public ApplicationCredentialOptions Application { get; set; } = new();

    /// <summary>How long to wait until Entra accepts a new credential.</summary>
    /// <value>More than zero. The default is 10 minutes.</value>
    public TimeSpan AcceptanceTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// The folder of the files that keep two rotations of one application on this machine apart; null for one of this user.
    /// </summary>
    public string? LockFolder { get; set; }
}
