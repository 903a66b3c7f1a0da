using System.Collections.Concurrent;
using BenchmarkDotNet.Attributes;
using Microsoft.Identity.Client;
using WorkloadIdentity;

namespace Benchmarks;

/// <summary>A token that is in the cache, among those of 100,000 tenants, random key.</summary>
public class ManyTenants : HitBenchmark
{
    internal static Task<Finding> RunAsync()
    {
        var figures = Micro.Run<ManyTenants>();
        var (ours, msal, bare) = (figures[nameof(WorkloadIdentity)], figures[nameof(Msal)], figures[nameof(BareDictionary)]);
        return Task.FromResult(new Finding(
            "A cached token among those of 100,000 tenants, random key",
            "The cache holds a token for every tenant. Each call asks for a random one. `WithNewRequests` creates the request object for "
                + "each call. `BareDictionary` reads a `ConcurrentDictionary` with the same keys and tokens, in the same kind of loop.",
            Micro.Table(figures, ours),
            new Goal(
                $"at most 1.5 times a bare dictionary: {ours.Nanoseconds / bare.Nanoseconds:0.00}",
                ours.Nanoseconds <= 1.5 * bare.Nanoseconds),
            new Goal(
                $"at least 60 times faster than MSAL: {msal.Nanoseconds / ours.Nanoseconds:N0}", msal.Nanoseconds >= 60 * ours.Nanoseconds),
            new Goal($"0 bytes: {ours.Bytes:N0}", ours.Bytes == 0))
        {
            InTheWay = "memory. A hit takes about 10 ns of computing (above). A random hit among 100,000 reads the request, a bucket of "
                + "the table, and the cache entry with the token's times. A bare dictionary reads the request, a bucket and a node. Each "
                + "is at a place of its own among 330 MB. If other programs fill the processor's cache, each comes from memory. MSAL's "
                + "time is mostly computing, which other programs slow less.",
            Note = "The table is described in [ADR 0013](decisions/0013-a-table-of-one-array.md).",
        });
    }

    private const int Tenants = 100_000;
    private static readonly string[] Scopes = [InMemoryEntra.Scope];
    private readonly TokenRequest[] _requests =
        [.. Enumerable.Range(0, Tenants).Select(n => new TokenRequest(InMemoryEntra.Scope) { TenantId = TenantId(n) })];
    private readonly Random _random = new(1);
    private readonly ConcurrentDictionary<TokenRequest, AccessToken> _dictionary = new();
    private TokenAcquirer? _ours;
    private IConfidentialClientApplication? _msal;

    [GlobalSetup(Targets = [nameof(WorkloadIdentity), nameof(WorkloadIdentityWithNewRequests)])]
    public void FillOurs()
    {
        _ours = Peers.Ours(Entra, Tenants);
        Fill(async () =>
        {
            foreach (var request in _requests)
            {
                await _ours.GetTokenAsync(request);
            }
        });
    }

    [GlobalSetup(Target = nameof(BareDictionary))]
    public void FillDictionary()
    {
        using var ours = Peers.Ours(Entra, Tenants);
        Fill(async () =>
        {
            foreach (var request in _requests)
            {
                _dictionary[request] = await ours.GetTokenAsync(request);
            }
        });
    }

    [GlobalSetup(Target = nameof(Msal))]
    public void FillMsal()
    {
        _msal = Peers.Msal(Entra);
        Fill(async () =>
        {
            foreach (var request in _requests)
            {
                await _msal.AcquireTokenForClient(Scopes).WithTenantId(request.TenantId).ExecuteAsync();
            }
        });
    }

    [Benchmark(OperationsPerInvoke = Micro.Calls)]
    public async Task WorkloadIdentity()
    {
        for (var call = 0; call < Micro.Calls; call++)
        {
            await _ours!.GetTokenAsync(_requests[_random.Next(Tenants)]);
        }
    }

    [Benchmark(OperationsPerInvoke = Micro.Calls)]
    public async Task WorkloadIdentityWithNewRequests()
    {
        for (var call = 0; call < Micro.Calls; call++)
        {
            await _ours!.GetTokenAsync(new TokenRequest(InMemoryEntra.Scope) { TenantId = _requests[_random.Next(Tenants)].TenantId });
        }
    }

    [Benchmark(OperationsPerInvoke = Micro.Calls)]
    public async Task BareDictionary()
    {
        for (var call = 0; call < Micro.Calls; call++)
        {
            await new ValueTask<AccessToken>(_dictionary[_requests[_random.Next(Tenants)]]);
        }
    }

    [Benchmark(OperationsPerInvoke = Micro.Calls)]
    public async Task Msal()
    {
        for (var call = 0; call < Micro.Calls; call++)
        {
            await _msal!.AcquireTokenForClient(Scopes).WithTenantId(_requests[_random.Next(Tenants)].TenantId).ExecuteAsync();
        }
    }

    internal static string TenantId(int n) => $"{n:x8}-0000-4000-8000-000000000000";
}
