namespace WorkloadIdentity.Testing;

/// <summary>An application permission that a resource offers.</summary>
internal sealed record AppRoleRow(string Id, string Value);
