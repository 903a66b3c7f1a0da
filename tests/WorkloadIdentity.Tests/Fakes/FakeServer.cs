using System.Collections.Concurrent;
using System.Net;
using System.Text;

namespace WorkloadIdentity.Tests;

/// <summary>
/// The other end of an <see cref="HttpClient"/>, in memory: answers come from a queue, requests are kept for assertions,
/// and a request nobody expected fails the test.
/// </summary>
internal sealed class FakeServer : HttpMessageHandler
{
    private readonly ConcurrentQueue<Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>>> _answers = new();
    private readonly ConcurrentQueue<ReceivedRequest> _requests = new();

    /// <summary>Answers every request once the queue is empty; null makes such a request a failure.</summary>
    public Func<ReceivedRequest, HttpResponseMessage>? Otherwise { get; set; }

    public IReadOnlyList<ReceivedRequest> Requests => [.. _requests];

    public HttpClient Client => field ??= new HttpClient(this, disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan };

    public FakeServer Answer(
        HttpStatusCode status, string body = "", string mediaType = "application/json", params (string Name, string Value)[] headers) =>
        Answer(_ => Response(status, body, mediaType, headers));

    public FakeServer Answer(Func<HttpRequestMessage, HttpResponseMessage> answer) =>
        Answer((request, _) => Task.FromResult(answer(request)));

    public FakeServer Answer(Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> answer)
    {
        _answers.Enqueue(answer);
        return this;
    }

    /// <summary>The next request fails as if nothing listened.</summary>
    public FakeServer Refuse() =>
        Answer((_, _) =>
            Task.FromException<HttpResponseMessage>(new HttpRequestException(HttpRequestError.ConnectionError, "connection refused")));

    /// <summary>The next request gets no answer until it is given up. Time may pass on the clock meanwhile.</summary>
    public FakeServer Hang(FakeClock clock) =>
        Answer((_, cancellationToken) => clock.HangAsync<HttpResponseMessage>(cancellationToken));

    public static HttpResponseMessage Response(
        HttpStatusCode status, string body = "", string mediaType = "application/json", params (string Name, string Value)[] headers)
    {
        var response = new HttpResponseMessage(status) { Content = new StringContent(body, Encoding.UTF8, mediaType) };
        foreach (var (name, value) in headers)
        {
            response.Headers.TryAddWithoutValidation(name, value);
        }

        return response;
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var received = await ReceivedRequest.FromAsync(request, cancellationToken);
        _requests.Enqueue(received);
        var response = _answers.TryDequeue(out var answer) ? await answer(request, cancellationToken)
            : Otherwise is { } otherwise ? otherwise(received)
            : throw new Xunit.Sdk.XunitException($"Unexpected request: {received.Method} {received.Uri}");
        response.RequestMessage ??= request;
        return response;
    }
}

/// <summary>A request as it arrived.</summary>
internal sealed record ReceivedRequest(HttpMethod Method, Uri Uri, IReadOnlyDictionary<string, string> Headers, string Body)
{
    /// <summary>The body read as a form.</summary>
    public IReadOnlyDictionary<string, string> Form => Parse(Body);

    public IReadOnlyDictionary<string, string> Query => Parse(Uri.Query.TrimStart('?'));

    public static async Task<ReceivedRequest> FromAsync(HttpRequestMessage request, CancellationToken cancellationToken) => new(
        request.Method,
        request.RequestUri!,
        request.Headers.NonValidated.Concat(request.Content?.Headers.NonValidated.AsEnumerable() ?? [])
            .ToDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase),
        request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken));

    private static Dictionary<string, string> Parse(string text) => text.Split('&', StringSplitOptions.RemoveEmptyEntries)
        .Select(pair => pair.Split('=', 2))
        .ToDictionary(pair => WebUtility.UrlDecode(pair[0]), pair => WebUtility.UrlDecode(pair.ElementAtOrDefault(1) ?? ""));
}
