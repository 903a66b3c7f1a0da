namespace WorkloadIdentity.Governance;

/// <summary>
/// A client secret of an application or a service principal, without the secret and without its hint (the first characters). See
/// <see href="https://learn.microsoft.com/graph/api/resources/passwordcredential">passwordCredential</see>.
/// </summary>
public sealed class PasswordCredential
{
    /// <summary>The id of the credential. Sign-ins and risk detections name it.</summary>
    public string? KeyId { get; init; }

    /// <summary>The name that was given to the credential.</summary>
    public string? DisplayName { get; init; }

    /// <summary>When the credential becomes valid.</summary>
    public DateTimeOffset? StartDateTime { get; init; }

    /// <summary>When the credential expires.</summary>
    public DateTimeOffset? EndDateTime { get; init; }
}
