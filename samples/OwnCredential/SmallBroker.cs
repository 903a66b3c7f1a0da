using System.Net;
using System.Text;

namespace OwnCredential;

/// <summary>The broker of the sample and its tests. It answers in this process, so nothing listens anywhere.</summary>
public sealed class SmallBroker : HttpMessageHandler
{
    public const string Key = "the-key-of-the-broker";
    private int _asked;

    /// <summary>How often it was asked.</summary>
    public int Asked => _asked;

    /// <summary>What it answers to the next request only.</summary>
    public HttpResponseMessage? Next { get; set; }

    /// <summary>What it was asked for last.</summary>
    public Uri? LastAddress { get; private set; }

    public static HttpResponseMessage Json(HttpStatusCode status, string json) =>
        new(status) { Content = new StringContent(json, Encoding.UTF8, "application/json") };

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var number = Interlocked.Increment(ref _asked);
        LastAddress = request.RequestUri;
        var answer = Next ?? (request.Headers.TryGetValues("X-Broker-Key", out var keys) && keys.Single() == Key
            ? Json(HttpStatusCode.OK, $$"""{"token":"token-{{number}}","expires_in":3600,"client_id":"orders-api"}""")
            : Json(HttpStatusCode.Unauthorized, """{"error":"wrong key"}"""));
        Next = null;
        return Task.FromResult(answer);
    }
}
