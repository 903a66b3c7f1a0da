using Azure.Core;
using Azure.Identity;
using BenchmarkDotNet.Attributes;
using Microsoft.Identity.Client;
using WorkloadIdentity;

namespace Benchmarks;

/// <summary>A token that is in the cache, one key.</summary>
[MemoryDiagnoser]
public class CachedHit
{
    private static readonly string[] Scopes = [InMemoryEntra.Scope];
    private readonly TokenRequest _request = new(InMemoryEntra.Scope) { TenantId = InMemoryEntra.TenantId };
    private readonly TokenRequestContext _context = new(Scopes);
    private TokenAcquirer _ours = null!;
    private IConfidentialClientApplication _msal = null!;
    private ClientSecretCredential _azureIdentity = null!;

    [GlobalSetup]
    public async Task SetupAsync()
    {
        _ours = Peers.Ours(new InMemoryEntra());
        _msal = Peers.Msal(new InMemoryEntra());
        _azureIdentity = Peers.AzureIdentity(new InMemoryEntra());
        await WorkloadIdentity();
        await Msal();
        await AzureIdentity();
    }

    [Benchmark(Baseline = true)]
    public ValueTask<WorkloadIdentity.AccessToken> WorkloadIdentity() => _ours.GetTokenAsync(_request);

    [Benchmark]
    public Task<AuthenticationResult> Msal() => _msal.AcquireTokenForClient(Scopes).ExecuteAsync();

    [Benchmark]
    public ValueTask<Azure.Core.AccessToken> AzureIdentity() => _azureIdentity.GetTokenAsync(_context, CancellationToken.None);
}
