namespace WorkloadIdentity;

/// <summary>By what a managed identity is named: each host has its own parameter for each, or none.</summary>
internal enum ManagedIdentityIdKind
{
    SystemAssigned,
    ClientId,
    ObjectId,
    ResourceId,
}
