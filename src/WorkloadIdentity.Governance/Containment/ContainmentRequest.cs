using System.Security.Cryptography.X509Certificates;

namespace WorkloadIdentity.Governance;

/// <summary>An identity that may be compromised.</summary>
/// <param name="application">Its client id.</param>
public sealed class ContainmentRequest(ClientId application)
{
    /// <summary>The client id.</summary>
    public ClientId Application => application;

    /// <summary>
    /// The ids of the compromised credentials. Null takes those that the risk detections of Identity Protection name.
    /// </summary>
    public IReadOnlyList<string>? KeyIds { get; init; }

    /// <summary>
    /// The new credential, which is added first, so that the programs go on. It replaces the compromised one, unless it names another. None
    /// is added if its destination holds a credential that is not compromised, or if there is no compromised one. Null adds none: then the
    /// last valid credential stays.
    /// </summary>
    public RotationRequest? NewCredential { get; init; }

    /// <summary>
    /// A certificate that the application has, with its private key: a certificate is removed with a proof. Null uses that of
    /// <see cref="NewCredential"/>.
    /// </summary>
    public X509Certificate2? Proof { get; init; }
}
