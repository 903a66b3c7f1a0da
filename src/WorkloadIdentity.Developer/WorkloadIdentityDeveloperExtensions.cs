using Microsoft.Extensions.Hosting;
using WorkloadIdentity.Developer;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Lets a developer's login take part where an identity uses the default chain.</summary>
public static class WorkloadIdentityDeveloperExtensions
{
    /// <summary>
    /// Adds the logins of the Azure CLI and the Azure Developer CLI to the identity's default chain: in the environment Development, and
    /// elsewhere only where <c>AZURE_TOKEN_CREDENTIALS</c> is <c>dev</c> or names them. See
    /// <see cref="DefaultChainExtensions.AddDeveloperCredentials"/>.
    /// </summary>
    /// <param name="builder">Of an identity that uses the default chain, at least in Development.</param>
    /// <param name="environment">The host's: <c>builder.Environment</c>.</param>
    /// <param name="configure">Sets tenant and time limit.</param>
    /// <exception cref="InvalidOperationException">The identity is an acquirer that was made before, or has a credential of the
    /// application's own making.</exception>
    public static WorkloadIdentityBuilder AddDeveloperCredentials(
        this WorkloadIdentityBuilder builder, IHostEnvironment environment, Action<DeveloperCredentialOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(environment);
        return builder.AddToDefaultChain(members => members.AddDeveloperCredentials(environment, configure));
    }
}
