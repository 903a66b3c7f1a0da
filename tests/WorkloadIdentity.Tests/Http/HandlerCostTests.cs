using System.Net.Http.Headers;

namespace WorkloadIdentity.Tests;

/// <summary>What the handler adds to a request that finds its token in the cache, over one that sets a constant header.</summary>
public sealed class HandlerCostTests
{
    private const int Rounds = 2_000;

    // A message of the handler's own with its headers, and the options of both messages, which are made by being looked at.
    private const int Bound = 640;

    private static readonly Uri Address = new("https://api.contoso.com/orders");

    [Fact]
    public async Task A_hit_costs_little_more_than_a_constant_header()
    {
        using var acquirer =
            new TokenAcquirer(ScriptedCredential.Issuing("one"), new TokenAcquirerOptions { TimeProvider = new FakeClock() });
        await acquirer.GetTokenAsync(new TokenRequest("https://api.contoso.com/.default") { ContinuousAccess = true });
        using var handler =
            new AccessTokenHandler(acquirer, new TokenRequest("https://api.contoso.com/.default")) { InnerHandler = new Transport() };
        using var constant = new ConstantHeader { InnerHandler = new Transport() };

        var added = Measure(handler) - Measure(constant);

        Assert.InRange(added, long.MinValue, Bound);
    }

    private static long Measure(HttpMessageHandler handler)
    {
        using var client = new HttpMessageInvoker(handler, disposeHandler: false);
        Run(client);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Run(client);
        return (GC.GetAllocatedBytesForCurrentThread() - before) / Rounds;
    }

    private static void Run(HttpMessageInvoker client)
    {
        for (var round = 0; round < Rounds; round++)
        {
            using var message = new HttpRequestMessage(HttpMethod.Get, Address);
            var send = client.SendAsync(message, CancellationToken.None);
            Assert.True(send.IsCompletedSuccessfully);
        }
    }

    private sealed class Transport : HttpMessageHandler
    {
        private readonly Task<HttpResponseMessage> _response = Task.FromResult(new HttpResponseMessage());

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            _response;
    }

    private sealed class ConstantHeader : DelegatingHandler
    {
        private static readonly AuthenticationHeaderValue Header = new("Bearer", "constant");

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.Authorization = Header;
            return await base.SendAsync(request, cancellationToken);
        }
    }
}
