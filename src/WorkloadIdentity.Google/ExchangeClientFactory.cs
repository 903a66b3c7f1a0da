using Google.Apis.Http;

namespace WorkloadIdentity.Google;

/// <summary>The clients of the exchange: Google's own, with <see cref="ExchangeHandler"/> in front of the network.</summary>
internal sealed class ExchangeClientFactory(GoogleHosts hosts, Func<HttpMessageHandler>? handler) : HttpClientFactory
{
    protected override HttpMessageHandler CreateHandler(CreateHttpClientArgs args) =>
        new ExchangeHandler(hosts) { InnerHandler = handler?.Invoke() ?? base.CreateHandler(args) };
}
