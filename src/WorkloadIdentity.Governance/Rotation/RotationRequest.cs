using System.Security.Cryptography.X509Certificates;

namespace WorkloadIdentity.Governance;

/// <summary>A new credential for an application, in place of one that it has.</summary>
/// <param name="application">The client id of the application, in the tenant in which it is registered.</param>
/// <param name="destination">Where the new credential is written.</param>
public sealed class RotationRequest(ClientId application, RotationDestination destination)
{
    /// <summary>The client id of the application.</summary>
    public ClientId Application => application;

    /// <summary>Where the new credential is written.</summary>
    public RotationDestination Destination => destination;

    /// <summary><see cref="CredentialKind.Secret"/> or <see cref="CredentialKind.Certificate"/>.</summary>
    /// <value>The default is a certificate: its key never leaves this machine and the destination.</value>
    public CredentialKind Kind { get; init; } = CredentialKind.Certificate;

    /// <summary>How long the new credential is valid. A policy of the tenant may shorten it.</summary>
    /// <value>More than one hour. The default is 180 days.</value>
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromDays(180);

    /// <summary>
    /// The id of the credential that is replaced, of either kind. It may be left out if the application has exactly one valid credential.
    /// </summary>
    public string? Replaces { get; init; }

    /// <summary>
    /// For certificates: one that the application has now, with its private key, which proves possession. Null uses the one that the
    /// destination holds.
    /// </summary>
    public X509Certificate2? Proof { get; init; }

    /// <summary>
    /// How long after the start, and after the last use of the old credential, the old one is removed at the earliest.
    /// </summary>
    /// <value>Not negative. The default is 24 hours.</value>
    public TimeSpan GracePeriod { get; init; } = TimeSpan.FromHours(24);

    /// <summary>
    /// Goes on without the evidence that is normally required: removes the old credential although it may be in use, or a new one that may
    /// have been written. The last valid credential is not removed even so.
    /// </summary>
    public bool Force { get; init; }

    /// <summary>Application and destination.</summary>
    public override string ToString() => $"{application} to {destination}";

    /// <summary>The same request, for a credential that is replaced.</summary>
    internal RotationRequest Replacing(string? keyId) => new(application, destination)
    {
        Kind = Kind,
        Lifetime = Lifetime,
        Replaces = keyId,
        Proof = Proof,
        GracePeriod = GracePeriod,
        Force = Force,
    };

    internal RotationRequest Checked()
    {
        ArgumentNullException.ThrowIfNull(destination);
        Check(Guid.TryParseExact(application.Value, "D", out _), nameof(Application), "a client id, which is a GUID");
        Check(Kind is CredentialKind.Secret or CredentialKind.Certificate, nameof(Kind), "Secret or Certificate");
        Check(Lifetime > TimeSpan.FromHours(1) && Lifetime <= TimeSpan.FromDays(3660), nameof(Lifetime), "between one hour and ten years");
        Check(GracePeriod >= TimeSpan.Zero, nameof(GracePeriod), "not negative");
        return this;

        static void Check(bool holds, string name, string expected)
        {
            if (!holds)
            {
                throw new ArgumentException($"RotationRequest.{name} must be {expected}.", name);
            }
        }
    }
}
