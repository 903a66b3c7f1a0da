namespace WorkloadIdentity.Testing;

/// <summary>A user or service principal that something refers to: an owner, or who holds a role.</summary>
internal sealed record DirectoryReference(bool IsUser, string Id);
