using WorkloadIdentity;
using WorkloadIdentity.Spiffe;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Lets configuration name SPIFFE as the source of an identity's assertions.</summary>
public static class WorkloadIdentitySpiffeExtensions
{
    private const string SpiffeIdSetting = "SpiffeId";
    private const string HintSetting = "Hint";
    private const string AudienceSetting = "Audience";

    /// <summary>
    /// Adds the kind <c>Spiffe</c> to the kinds that configuration can name: an application that authenticates with JWT-SVIDs. Its settings
    /// are <c>TenantId</c> (or <c>MultiTenant</c>), <c>ClientId</c>, and if needed <c>SpiffeId</c>, <c>Hint</c> and <c>Audience</c>.
    /// Configuration cannot name the agent's address.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="endpoint">The agent's address; null uses the variable <c>SPIFFE_ENDPOINT_SOCKET</c>.</param>
    /// <exception cref="ArgumentException"><paramref name="endpoint"/> is not the address of an agent.</exception>
    /// <exception cref="InvalidOperationException">The kind was added before.</exception>
    public static IServiceCollection AddSpiffeKind(this IServiceCollection services, string? endpoint = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        _ = AssertionSource.Spiffe(endpoint: endpoint);
        return services.AddWorkloadIdentityKind(
            "Spiffe",
            [.. CredentialSection.ApplicationSettings, SpiffeIdSetting, HintSetting, AudienceSetting],
            section => section.Application(() =>
                section.Check(SpiffeIdSetting, () => AssertionSource.Spiffe(section[SpiffeIdSetting], section[HintSetting], endpoint))
                    is { } source
                    ? section.Check(AudienceSetting, () => new FederatedAuthentication(source, section[AudienceSetting]))
                    : null));
    }
}
