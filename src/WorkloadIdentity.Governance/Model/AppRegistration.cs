using System.Text.Json.Serialization;

namespace WorkloadIdentity.Governance;

/// <summary>
/// An application as its home tenant registered it. See
/// <see href="https://learn.microsoft.com/graph/api/resources/application">application</see>.
/// </summary>
/// <remarks>Null means that Graph did not send the property.</remarks>
public sealed class AppRegistration
{
    /// <summary><c>#microsoft.graph.agentIdentityBlueprint</c> for a blueprint of agents; else null.</summary>
    [JsonPropertyName("@odata.type")]
    public string? ODataType { get; init; }

    /// <summary>The object id.</summary>
    public ApplicationObjectId Id { get; init; }

    /// <summary>The application (client) id.</summary>
    public ClientId AppId { get; init; }

    /// <summary>The name.</summary>
    public string? DisplayName { get; init; }

    /// <summary>When it was created.</summary>
    public DateTimeOffset? CreatedDateTime { get; init; }

    /// <summary>The application that created it; null if a user did.</summary>
    public ClientId? CreatedByAppId { get; init; }

    /// <summary>Who may sign in.</summary>
    public SignInAudience? SignInAudience { get; init; }

    /// <summary>Whether it was deactivated for all tenants.</summary>
    public bool? IsDisabled { get; init; }

    /// <summary>Why Microsoft disabled it; null if it did not.</summary>
    public string? DisabledByMicrosoftStatus { get; init; }

    /// <summary>What somebody noted.</summary>
    public string? Notes { get; init; }

    /// <summary>A reference to the application in a service catalogue.</summary>
    public string? ServiceManagementReference { get; init; }

    /// <summary>Tags.</summary>
    public IReadOnlyList<string>? Tags { get; init => field = ExactList.Of(value); }

    /// <summary>Certificates and keys.</summary>
    public IReadOnlyList<KeyCredential>? KeyCredentials { get; init => field = ExactList.Of(value); }

    /// <summary>Client secrets.</summary>
    public IReadOnlyList<PasswordCredential>? PasswordCredentials { get; init => field = ExactList.Of(value); }

    /// <summary>The owners, at most 20, if they were asked for.</summary>
    public IReadOnlyList<DirectoryObject>? Owners { get; init => field = ExactList.Of(value); }

    /// <summary>The federated credentials, if they were asked for.</summary>
    public IReadOnlyList<FederatedCredential>? FederatedIdentityCredentials { get; init => field = ExactList.Of(value); }
}
