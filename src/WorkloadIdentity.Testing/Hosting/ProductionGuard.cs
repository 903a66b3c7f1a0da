using Microsoft.Extensions.Hosting;

namespace WorkloadIdentity.Testing;

/// <summary>Keeps test doubles out of production: an application whose environment says Production does not start with one.</summary>
internal static class ProductionGuard
{
    public static void Require(IHostEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        if (environment.IsProduction())
        {
            throw new InvalidOperationException(
                $"The host environment is '{environment.EnvironmentName}', and WorkloadIdentity.Testing stands in for Microsoft Entra in "
                    + "tests only. Say which environment this is (DOTNET_ENVIRONMENT or ASPNETCORE_ENVIRONMENT, or "
                    + "UseEnvironment(\"Test\") in a test), "
                + "or remove the call: a host without a setting is Production.");
        }
    }
}
