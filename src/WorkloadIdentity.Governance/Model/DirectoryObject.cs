using System.Text.Json.Serialization;

namespace WorkloadIdentity.Governance;

/// <summary>
/// An object that another one refers to, such as an owner. See
/// <see href="https://learn.microsoft.com/graph/api/resources/directoryobject">directoryObject</see>.
/// </summary>
/// <remarks>Graph sends type and id alone if the caller may not read the object. Then every other property is null.</remarks>
public sealed class DirectoryObject
{
    /// <summary>The type, such as <c>#microsoft.graph.user</c>.</summary>
    [JsonPropertyName("@odata.type")]
    public string? ODataType { get; init; }

    /// <summary>The object id.</summary>
    public string Id { get; init; } = "";

    /// <summary>The name; null if it is hidden from the caller.</summary>
    public string? DisplayName { get; init; }

    /// <summary>A user's sign-in name.</summary>
    public string? UserPrincipalName { get; init; }

    /// <summary>Whether the object may sign in.</summary>
    public bool? AccountEnabled { get; init; }
}
