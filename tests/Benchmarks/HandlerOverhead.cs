using System.Net;
using System.Net.Http.Headers;
using BenchmarkDotNet.Attributes;
using WorkloadIdentity;

namespace Benchmarks;

/// <summary>A GET through the handler against one that sets a constant header, with an API in memory.</summary>
[MemoryDiagnoser]
public class HandlerOverhead
{
    private static readonly Uri Address = new("https://graph.microsoft.com/v1.0/me");
    private HttpClient _ours = null!;
    private HttpClient _constant = null!;

    [GlobalSetup]
    public async Task SetupAsync()
    {
        _ours = new HttpClient(new AccessTokenHandler(Peers.Ours(new InMemoryEntra()), new TokenRequest(InMemoryEntra.Scope) { TenantId = InMemoryEntra.TenantId }) { InnerHandler = new Api() });
        _constant = new HttpClient(new ConstantHeader { InnerHandler = new Api() });
        await WorkloadIdentity();
    }

    [Benchmark(Baseline = true)]
    public Task<HttpResponseMessage> Constant() => _constant.GetAsync(Address);

    [Benchmark]
    public Task<HttpResponseMessage> WorkloadIdentity() => _ours.GetAsync(Address);

    private sealed class Api : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { RequestMessage = request });
    }

    private sealed class ConstantHeader : DelegatingHandler
    {
        private static readonly AuthenticationHeaderValue Header = new("Bearer", new string('x', 1_460));

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.Authorization = Header;
            return await base.SendAsync(request, cancellationToken);
        }
    }
}
