using System.Text.Json;

namespace WorkloadIdentity.Tests;

/// <summary>Counts what a client sends, and which of it is throttled: whole requests, and calls in a batch.</summary>
internal sealed class CountingHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private int _sent;
    private int _throttled;
    private int _underWay;

    public int Sent => Volatile.Read(ref _sent);

    public int Throttled => Volatile.Read(ref _throttled);

    public bool IsIdle => Volatile.Read(ref _underWay) == 0;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _sent);
        Interlocked.Increment(ref _underWay);
        try
        {
            var response = await base.SendAsync(request, cancellationToken);
            if ((int)response.StatusCode == 429)
            {
                Interlocked.Increment(ref _throttled);
            }
            else if (request.RequestUri!.AbsolutePath.EndsWith("/$batch", StringComparison.Ordinal))
            {
                await response.Content.LoadIntoBufferAsync(cancellationToken);
                Interlocked.Add(ref _throttled, await ThrottledCallsAsync(response, cancellationToken));
            }

            return response;
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }

    private static async Task<int> ThrottledCallsAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        using var body = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancellationToken));
        return body.RootElement.TryGetProperty("responses", out var responses)
            ? responses.EnumerateArray().Count(each => each.GetProperty("status").GetInt32() == 429)
            : 0;
    }
}
