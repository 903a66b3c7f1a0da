using System.Security.Cryptography;

namespace WorkloadIdentity.Governance;

/// <summary>
/// How rotations are made. They are checked when a <see cref="CredentialRotation"/> is constructed. Do not change them afterwards.
/// </summary>
public sealed class RotationOptions
{
    /// <summary>
    /// The options of the <see cref="ApplicationCredential"/> that tries a new credential. It posts that credential to their
    /// <see cref="ApplicationCredentialOptions.AuthorityHost"/>. Null for the defaults, with the cloud of the client's Graph.
    /// </summary>
    public ApplicationCredentialOptions? Application { get; set; }

    /// <summary>How long to wait until Entra accepts a new credential.</summary>
    /// <value>More than zero. The default is 10 minutes.</value>
    public TimeSpan AcceptanceTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// The folder of the files that keep two rotations of one application on this machine apart. It must be the same for every process that
    /// may rotate the application. Null for a folder in the local application data of this user, or in the temporary folder if the user
    /// has none.
    /// </summary>
    public string? LockFolder { get; set; }

    /// <summary>Makes the key of a new certificate.</summary>
    internal Func<RSA> MakeKey { get; init; } = () => RSA.Create(2048);

    internal ApplicationCredentialOptions ApplicationFor(Uri graph) =>
        Application ?? new ApplicationCredentialOptions { AuthorityHost = GraphCloud.AuthorityOf(graph) };

    internal RotationOptions Checked() => AcceptanceTimeout > TimeSpan.Zero
        ? this
        : throw new ArgumentException("RotationOptions.AcceptanceTimeout must be more than zero.", nameof(AcceptanceTimeout));
}
