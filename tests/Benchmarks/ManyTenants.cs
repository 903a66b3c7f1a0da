using BenchmarkDotNet.Attributes;
using Microsoft.Identity.Client;
using WorkloadIdentity;

namespace Benchmarks;

/// <summary>A token that is in the cache, among those of 100,000 tenants, random key.</summary>
[MemoryDiagnoser]
public class ManyTenants
{
    private const int Tenants = 100_000;
    private static readonly string[] Scopes = [InMemoryEntra.Scope];
    private readonly TokenRequest[] _requests = [.. Enumerable.Range(0, Tenants).Select(n => new TokenRequest(InMemoryEntra.Scope) { TenantId = TenantId(n) })];
    private readonly Random _random = new(1);
    private TokenAcquirer? _ours;
    private IConfidentialClientApplication? _msal;

    [GlobalSetup(Target = nameof(WorkloadIdentity))]
    public async Task FillOursAsync()
    {
        _ours = Peers.Ours(new InMemoryEntra(), Tenants);
        foreach (var request in _requests)
        {
            await _ours.GetTokenAsync(request);
        }
    }

    [GlobalSetup(Target = nameof(Msal))]
    public async Task FillMsalAsync()
    {
        _msal = Peers.Msal(new InMemoryEntra());
        foreach (var request in _requests)
        {
            await _msal.AcquireTokenForClient(Scopes).WithTenantId(request.TenantId).ExecuteAsync();
        }
    }

    [Benchmark(Baseline = true)]
    public ValueTask<WorkloadIdentity.AccessToken> WorkloadIdentity() => _ours!.GetTokenAsync(_requests[_random.Next(Tenants)]);

    [Benchmark]
    public Task<AuthenticationResult> Msal() => _msal!.AcquireTokenForClient(Scopes).WithTenantId(_requests[_random.Next(Tenants)].TenantId).ExecuteAsync();

    internal static string TenantId(int n) => $"{n:x8}-0000-4000-8000-000000000000";
}
