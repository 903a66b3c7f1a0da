namespace WorkloadIdentity;

/// <summary>The kinds of credential an environment can offer, in the order they are asked.</summary>
internal enum AmbientKind
{
    Secret,
    Certificate,
    Federated,
    ManagedIdentity,
}
