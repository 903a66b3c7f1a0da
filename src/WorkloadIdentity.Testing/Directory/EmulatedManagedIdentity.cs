namespace WorkloadIdentity.Testing;

/// <summary>A managed identity of the machine the emulator stands for.</summary>
public sealed class EmulatedManagedIdentity
{
    private readonly RoleAssignments _roles = new();

    internal EmulatedManagedIdentity(EmulatedTenant tenant, bool isSystemAssigned, string clientId, string objectId, string resourceId)
    {
        Tenant = tenant;
        IsSystemAssigned = isSystemAssigned;
        ClientId = clientId;
        ObjectId = objectId;
        ResourceId = resourceId;
    }

    /// <summary>The client id.</summary>
    public string ClientId { get; }

    /// <summary>The object (principal) id: the <c>oid</c> and <c>sub</c> of its tokens.</summary>
    public string ObjectId { get; }

    /// <summary>The ARM id: of the identity itself, or of the machine when it is system-assigned.</summary>
    public string ResourceId { get; }

    /// <summary>The tenant it lives in.</summary>
    public string TenantId => Tenant.Id;

    /// <summary>Whether it is the machine's own identity; user-assigned otherwise.</summary>
    public bool IsSystemAssigned { get; }

    internal EmulatedTenant Tenant { get; }

    internal Sessions Sessions { get; } = new();

    /// <summary>
    /// Revokes what was issued to it so far: an API challenges such a token when its host declared continuous access, as Service Fabric
    /// does. Tokens of the other hosts live on until they expire.
    /// </summary>
    public void Revoke() => Sessions.End();

    /// <summary>Lets its tokens for <paramref name="api"/> carry <paramref name="role"/>.</summary>
    public EmulatedManagedIdentity AssignRole(EmulatedApi api, string role)
    {
        ArgumentNullException.ThrowIfNull(api);
        ArgumentException.ThrowIfNullOrWhiteSpace(role);
        _roles.Add(api.Audience, role);
        return this;
    }

    /// <summary>Kind and client id.</summary>
    public override string ToString() => $"{(IsSystemAssigned ? "system" : "user")}-assigned {ClientId}";

    internal IReadOnlyList<(string Audience, string Role)> Roles => _roles.All;

    internal IReadOnlyList<string> RolesFor(string audience) => _roles.For(audience);
}
