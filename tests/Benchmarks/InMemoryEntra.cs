using System.Buffers.Text;
using System.Net;
using System.Text;

namespace Benchmarks;

/// <summary>Entra's token endpoint without a network: every request gets a token of its own, of the size real ones have.</summary>
internal sealed class InMemoryEntra(TimeSpan latency = default, int lifetime = 3599, int? refreshIn = null) : HttpMessageHandler
{
    public const string TenantId = "11111111-2222-4333-8444-555555555555";
    public const string ClientId = "66666666-7777-4888-8999-000000000000";
    public const string Secret = "a-secret-of-no-use";
    public const string Scope = "https://graph.microsoft.com/.default";
    public const int TokenCharacters = 1_460;

    private int _requests;
    private int _running;
    private int _mostAtOnce;

    public int Requests => Volatile.Read(ref _requests);

    /// <summary>The most requests that were being answered at one time.</summary>
    public int MostAtOnce => Volatile.Read(ref _mostAtOnce);

    /// <summary>How long an answer takes.</summary>
    public TimeSpan Latency { get; set; } = latency;

    /// <summary>Whether tokens are issued for users. Then each answer names one in <c>client_info</c>, which MSAL needs.</summary>
    public bool IsForUsers { get; init; }

    /// <summary>Called for each request when it arrives, on many threads.</summary>
    public Action? Arrived { get; init; }

    /// <summary>While set, nobody can connect.</summary>
    public bool IsDown { get; set; }

    public HttpClient NewClient() => new(this, disposeHandler: false);

    /// <summary>Checks that a benchmark of cached hits made the requests that fill its cache and no other.</summary>
    public void RequireRequests(int expected)
    {
        if (Requests != expected)
        {
            throw new InvalidOperationException(
                $"{Requests} token requests were made, and {expected} fill the cache. The benchmark measured more than cached hits.");
        }
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Arrived?.Invoke();
        var running = Interlocked.Increment(ref _running);
        for (var most = MostAtOnce; running > most; most = MostAtOnce)
        {
            Interlocked.CompareExchange(ref _mostAtOnce, running, most);
        }

        try
        {
            return await AnswerAsync(request, cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    private async Task<HttpResponseMessage> AnswerAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var number = Interlocked.Increment(ref _requests);
        if (IsDown)
        {
            throw new HttpRequestException(HttpRequestError.ConnectionError, "The endpoint is down.");
        }

        if (Latency > TimeSpan.Zero)
        {
            await Task.Delay(Latency, TimeProvider.System, cancellationToken);
        }

        var token = $"{number:D12}.".PadRight(TokenCharacters, 'x');
        var more = (refreshIn is null ? "" : $"\"refresh_in\":{refreshIn},")
            + (IsForUsers ? $"\"client_info\":\"{ClientInfo(number)}\"," : "");
        return new HttpResponseMessage(HttpStatusCode.OK)
        {
            RequestMessage = request,
            Content = new StringContent(
                $$"""{"token_type":"Bearer","expires_in":{{lifetime}},"ext_expires_in":{{lifetime}},{{more}}"access_token":"{{token}}"}""",
                Encoding.UTF8,
                "application/json"),
        };
    }

    private static string ClientInfo(int user) =>
        Base64Url.EncodeToString(Encoding.UTF8.GetBytes($$"""{"uid":"user-{{user}}","utid":"{{TenantId}}"}"""));
}
