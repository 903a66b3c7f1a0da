namespace WorkloadIdentity.Governance;

/// <summary>
/// The restrictions of a policy. See
/// <see href="https://learn.microsoft.com/graph/api/resources/appmanagementconfiguration">appManagementConfiguration</see>.
/// </summary>
public sealed class CredentialRestrictions
{
    /// <summary>On client secrets.</summary>
    public IReadOnlyList<CredentialRestriction>? PasswordCredentials { get; init; }

    /// <summary>On certificates and keys.</summary>
    public IReadOnlyList<CredentialRestriction>? KeyCredentials { get; init; }
}
