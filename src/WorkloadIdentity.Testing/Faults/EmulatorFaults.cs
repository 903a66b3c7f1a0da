namespace WorkloadIdentity.Testing;

/// <summary>What goes wrong on demand, per kind of endpoint. Safe for concurrent use.</summary>
public sealed class EmulatorFaults
{
    internal EmulatorFaults()
    {
    }

    /// <summary>Faults of the token endpoints of all tenants.</summary>
    public EndpointFaults TokenEndpoint { get; } = new(EndpointKind.TokenEndpoint);

    /// <summary>Faults of the managed identity hosts.</summary>
    public EndpointFaults ManagedIdentity { get; } = new(EndpointKind.ManagedIdentity);

    /// <summary>Faults of the protected APIs.</summary>
    public EndpointFaults Api { get; } = new(EndpointKind.Api);

    /// <summary>Faults of discovery documents and key sets.</summary>
    public EndpointFaults Discovery { get; } = new(EndpointKind.Discovery);

    /// <summary>Faults of the endpoints that give assertions: GitHub's, Azure DevOps' and Google's metadata server.</summary>
    public EndpointFaults Assertions { get; } = new(EndpointKind.Assertions);

    /// <summary>While on, every request to any endpoint loses its connection. Reads true when all are out.</summary>
    public bool Outage
    {
        get => TokenEndpoint.Outage && ManagedIdentity.Outage && Api.Outage && Discovery.Outage && Assertions.Outage;
        set => TokenEndpoint.Outage = ManagedIdentity.Outage = Api.Outage = Discovery.Outage = Assertions.Outage = value;
    }

    /// <summary>Drops all queued faults and ends all outages.</summary>
    public void Clear()
    {
        TokenEndpoint.Clear();
        ManagedIdentity.Clear();
        Api.Clear();
        Discovery.Clear();
        Assertions.Clear();
    }
}
