namespace WorkloadIdentity.Governance;

/// <summary>Where an owner is listed. The lists are separate.</summary>
public enum OwnerSource
{
    /// <summary>Owners of the application.</summary>
    Application,

    /// <summary>Owners of the service principal.</summary>
    ServicePrincipal,

    /// <summary>Sponsors of an agent identity.</summary>
    Sponsor,
}
