using Azure.Core;
using Azure.Identity;
using BenchmarkDotNet.Attributes;
using Microsoft.Identity.Client;
using WorkloadIdentity;

namespace Benchmarks;

/// <summary>A token that is in the cache, one key.</summary>
public class CachedHit : HitBenchmark
{
    internal static Task<Finding> RunAsync()
    {
        var figures = Micro.Run<CachedHit>();
        var (ours, msal, azureIdentity) = (figures[nameof(WorkloadIdentity)], figures[nameof(Msal)], figures[nameof(AzureIdentity)]);
        return Task.FromResult(new Finding(
            "A cached token, one key",
            "One request, repeated. Each call looks the request up in the cache. The handler keeps the cache entry and skips the look-up.",
            Micro.Table(figures, ours),
            new Goal(
                $"at least 150 times faster than MSAL: {msal.Nanoseconds / ours.Nanoseconds:N0}",
                msal.Nanoseconds >= 150 * ours.Nanoseconds),
            new Goal(
                $"at least 150 times faster than Azure.Identity: {azureIdentity.Nanoseconds / ours.Nanoseconds:N0}",
                azureIdentity.Nanoseconds >= 150 * ours.Nanoseconds),
            new Goal($"0 bytes: {ours.Bytes:N0}", ours.Bytes == 0)));
    }

    private static readonly string[] Scopes = [InMemoryEntra.Scope];
    private readonly TokenRequest _request = new(InMemoryEntra.Scope) { TenantId = InMemoryEntra.TenantId };
    private readonly TokenRequestContext _context = new(Scopes);
    private TokenAcquirer _ours = null!;
    private IConfidentialClientApplication _msal = null!;
    private ClientSecretCredential _azureIdentity = null!;

    [GlobalSetup]
    public void Setup()
    {
        _ours = Peers.Ours(Entra);
        _msal = Peers.Msal(Entra);
        _azureIdentity = Peers.AzureIdentity(Entra);
        Fill(async () =>
        {
            await WorkloadIdentity();
            await Msal();
            await AzureIdentity();
        });
    }

    [Benchmark(OperationsPerInvoke = Micro.Calls)]
    public async Task WorkloadIdentity()
    {
        for (var call = 0; call < Micro.Calls; call++)
        {
            await _ours.GetTokenAsync(_request);
        }
    }

    [Benchmark(OperationsPerInvoke = Micro.Calls)]
    public async Task Msal()
    {
        for (var call = 0; call < Micro.Calls; call++)
        {
            await _msal.AcquireTokenForClient(Scopes).ExecuteAsync();
        }
    }

    [Benchmark(OperationsPerInvoke = Micro.Calls)]
    public async Task AzureIdentity()
    {
        for (var call = 0; call < Micro.Calls; call++)
        {
            await _azureIdentity.GetTokenAsync(_context, CancellationToken.None);
        }
    }
}
