namespace WorkloadIdentity.Testing;

/// <summary>The kinds of endpoints faults are queued for.</summary>
internal enum EndpointKind
{
    TokenEndpoint,
    ManagedIdentity,
    Api,
    Discovery,
    Assertions,
    Admin,
}
