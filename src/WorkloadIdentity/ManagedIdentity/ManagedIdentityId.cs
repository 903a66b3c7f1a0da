using System.Text.RegularExpressions;

namespace WorkloadIdentity;

/// <summary>
/// Names one managed identity of the host. Without one the host's default answers, which is not the same on every host:
/// name the identity wherever more than one could be meant. Immutable; two that name the same identity in the same way are equal.
/// </summary>
/// <remarks>
/// An identity that was named is never replaced by another credential: where it cannot be had, a chain stops. See
/// <see href="https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/overview">managed identities</see>.
/// </remarks>
public sealed partial class ManagedIdentityId : IEquatable<ManagedIdentityId>
{
    private const string ClientIdExample = "6bf7ab3f-6a37-4f6d-9a3c-2ee0f1d1f8a3";
    private const string ResourceIdExample =
        "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/orders"
            + "/providers/Microsoft.ManagedIdentity/userAssignedIdentities/orders-api";

    private ManagedIdentityId(ManagedIdentityIdKind kind, string? value)
    {
        Kind = kind;
        Value = value;
    }

    /// <summary>
    /// The identity that belongs to the host itself, required to be there. It is asked for by naming no other, and on a virtual machine
    /// that has no system-assigned identity and exactly one user-assigned, that one answers.
    /// </summary>
    public static ManagedIdentityId SystemAssigned { get; } = new(ManagedIdentityIdKind.SystemAssigned, value: null);

    internal ManagedIdentityIdKind Kind { get; }

    /// <summary>The id; null for the system-assigned identity.</summary>
    internal string? Value { get; }

    /// <summary>A user-assigned identity, by its client (application) id.</summary>
    /// <param name="clientId">A GUID, without braces.</param>
    /// <exception cref="ArgumentException"><paramref name="clientId"/> is not such a GUID.</exception>
    public static ManagedIdentityId FromClientId(string clientId) =>
        new(ManagedIdentityIdKind.ClientId, RequireGuid(clientId, "The client id", nameof(clientId)));

    /// <summary>A user-assigned identity, by the object (principal) id of its service principal.</summary>
    /// <param name="objectId">A GUID, without braces.</param>
    /// <exception cref="ArgumentException"><paramref name="objectId"/> is not such a GUID.</exception>
    public static ManagedIdentityId FromObjectId(string objectId) =>
        new(ManagedIdentityIdKind.ObjectId, RequireGuid(objectId, "The object id", nameof(objectId)));

    /// <summary>A user-assigned identity, by its Azure resource id.</summary>
    /// <param name="resourceId">
    /// <c>/subscriptions/…/resourceGroups/…/providers/Microsoft.ManagedIdentity/userAssignedIdentities/…</c>
    /// </param>
    /// <exception cref="ArgumentException"><paramref name="resourceId"/> has another shape.</exception>
    public static ManagedIdentityId FromResourceId(string resourceId)
    {
        Guard.Text(resourceId, "The resource id of a managed identity", ResourceIdExample);
        return ResourceId().IsMatch(resourceId)
            ? new ManagedIdentityId(ManagedIdentityIdKind.ResourceId, resourceId)
            : throw new ArgumentException(
                $"The resource id is not that of a user-assigned managed identity. Expected something like: {ResourceIdExample}",
                nameof(resourceId));
    }

    /// <inheritdoc/>
    public bool Equals(ManagedIdentityId? other) =>
        other is not null && Kind == other.Kind && string.Equals(Value, other.Value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ManagedIdentityId);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, Value is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(Value));

    /// <summary>What is named and how, such as <c>client id 6bf7ab3f-…</c>. No secret.</summary>
    public override string ToString() => Kind switch
    {
        ManagedIdentityIdKind.ClientId => $"client id {Value}",
        ManagedIdentityIdKind.ObjectId => $"object id {Value}",
        ManagedIdentityIdKind.ResourceId => $"resource id {Value}",
        _ => "system-assigned",
    };

    private static string RequireGuid(string value, string what, string name)
    {
        ArgumentNullException.ThrowIfNull(value, name);
        return Guard.GuidProblem(value, $"{what} of a managed identity") is { } problem
            ? throw new ArgumentException($"{problem} Expected something like: {ClientIdExample}", name)
            : value.ToLowerInvariant();
    }

    // Azure compares resource ids without case; the names are those Azure Resource Manager allows, so nothing here can change a query.
    [GeneratedRegex(
        @"\A/subscriptions/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/resourceGroups/[\p{L}\p{N}_().-]{1,90}"
            + @"/providers/Microsoft\.ManagedIdentity/userAssignedIdentities/[0-9a-z_-]{1,128}\z",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex ResourceId();
}
