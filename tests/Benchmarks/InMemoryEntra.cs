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

    public int Requests => Volatile.Read(ref _requests);

    /// <summary>While set, nobody can connect.</summary>
    public bool IsDown { get; set; }

    public HttpClient NewClient() => new(this, disposeHandler: false);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var number = Interlocked.Increment(ref _requests);
        if (IsDown)
        {
            throw new HttpRequestException(HttpRequestError.ConnectionError, "The endpoint is down.");
        }

        if (latency > TimeSpan.Zero)
        {
            await Task.Delay(latency, TimeProvider.System, cancellationToken);
        }

        var token = $"{number:D12}.".PadRight(TokenCharacters, 'x');
        var hint = refreshIn is null ? "" : $"\"refresh_in\":{refreshIn},";
        return new HttpResponseMessage(HttpStatusCode.OK)
        {
            RequestMessage = request,
            Content = new StringContent(
                $$"""{"token_type":"Bearer","expires_in":{{lifetime}},"ext_expires_in":{{lifetime}},{{hint}}"access_token":"{{token}}"}""",
                Encoding.UTF8,
                "application/json"),
        };
    }
}
