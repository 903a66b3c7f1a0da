using Microsoft.Extensions.DependencyInjection;
using WorkloadIdentity.Spiffe;

namespace WorkloadIdentity.Tests;

/// <summary>The code of docs/spiffe.md and of WorkloadIdentity.Spiffe's README, compiled.</summary>
internal static class SpiffeSnippets
{
    public static void Register(IServiceCollection services, string tenantId, string clientId)
    {
        services.AddWorkloadIdentity().UseFederation(tenantId, clientId, AssertionSource.Spiffe());
    }

    public static void InTheDefaultChain(IServiceCollection services)
    {
        services.AddWorkloadIdentity().UseDefaultChain(chain => chain.Add(AssertionSource.Spiffe()));
    }

    public static (AssertionSource ByName, AssertionSource ByHint) Choose()
    {
        var byName = AssertionSource.Spiffe("spiffe://example.org/orders");
        var byHint = AssertionSource.Spiffe(hint: "external");
        return (byName, byHint);
    }
}
