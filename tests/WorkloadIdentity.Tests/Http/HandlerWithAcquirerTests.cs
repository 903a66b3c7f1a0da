using System.Net;

namespace WorkloadIdentity.Tests;

/// <summary>The handler over the real acquirer: what many rejected requests together cost.</summary>
public sealed class HandlerWithAcquirerTests : IDisposable
{
    private const string Scope = "https://api.contoso.com/.default";
    private static readonly Uri Address = new("https://api.contoso.com/orders");

    private readonly FakeClock _clock = new();
    private readonly FakeServer _api = new();
    private int _issued;

    public void Dispose() => _api.Dispose();

    [Fact]
    public async Task Many_requests_rejected_together_cause_one_renewal()
    {
        const int Callers = 50;
        var allSent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var sent = 0;
        for (var index = 0; index < Callers; index++)
        {
            _api.Answer(async (_, _) =>
            {
                if (Interlocked.Increment(ref sent) == Callers)
                {
                    allSent.SetResult();
                }

                await allSent.Task;
                return Rejected();
            });
        }

        _api.Otherwise =
            request => request.Headers["Authorization"] == "Bearer token-2" ? FakeServer.Response(HttpStatusCode.OK) : Rejected();
        using var acquirer = Acquirer();
        using var client = Client(acquirer);
        var answers = await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => client.GetAsync(Address)));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        Assert.Equal(2, _issued);
    }

    [Fact]
    public async Task An_api_that_rejects_everything_costs_a_bounded_number_of_token_requests()
    {
        _api.Otherwise = _ => Rejected();
        using var acquirer = Acquirer();
        using var client = Client(acquirer);
        for (var call = 0; call < 200; call++)
        {
            using var response = await client.GetAsync(Address);
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        }

        Assert.InRange(_issued, 2, 4);
    }

    private TokenAcquirer Acquirer() => new(
        new ScriptedCredential(
            "one",
            _ =>
                TokenResult.Issued(
                    new AccessToken($"token-{Interlocked.Increment(ref _issued)}", _clock.Now.AddHours(1) + TimeSpan.FromSeconds(_issued))))
        {
            Can = RequestFeatures.Claims,
        },
        new TokenAcquirerOptions { TimeProvider = _clock });

    private HttpClient Client(ITokenAcquirer acquirer) =>
        new(new AccessTokenHandler(acquirer, new TokenRequest(Scope)) { InnerHandler = _api }, disposeHandler: false);

    private static HttpResponseMessage Rejected() =>
        FakeServer.Response(HttpStatusCode.Unauthorized, headers: ("WWW-Authenticate", """Bearer error="invalid_token" """));
}
