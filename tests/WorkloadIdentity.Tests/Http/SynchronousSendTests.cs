using System.Net;

namespace WorkloadIdentity.Tests;

public sealed class SynchronousSendTests : IDisposable
{
    private const string Scope = "https://api.contoso.com/.default";

    private readonly FakeTokens _tokens = new();
    private readonly SynchronousApi _api = new();

    public void Dispose() => _api.Dispose();

    [Fact]
    public void A_token_is_attached()
    {
        using var response = Send();

        Assert.Equal(["Bearer t1"], _api.Tokens);
    }

    [Fact]
    public void A_rejected_token_is_renewed_and_the_request_sent_once_more()
    {
        _api.Rejects = "t1";

        using var response = Send();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(["Bearer t1", "Bearer t2"], _api.Tokens);
    }

    [Fact]
    public void Nothing_is_sent_without_a_token_or_to_a_foreign_origin()
    {
        Assert.Throws<TokenAcquisitionException>(() => Send("https://evil.example/"));
        _tokens.OnGet = (_, _) => throw new TokenAcquisitionException(new TokenError(TokenErrorKind.Refused, "no"));
        Assert.Throws<TokenAcquisitionException>(() => Send());
        Assert.Empty(_api.Tokens);
    }

    [Fact]
    public void A_cached_token_is_taken_on_the_callers_own_thread()
    {
        var thread = 0;
        _tokens.OnGet = (_, _) =>
        {
            thread = Environment.CurrentManagedThreadId;
            return ValueTask.FromResult(_tokens.Current);
        };

        using var response = Send();

        Assert.Equal(Environment.CurrentManagedThreadId, thread);
    }

    [Fact]
    public void Waiting_for_a_token_does_not_deadlock_under_a_synchronization_context()
    {
        _api.Rejects = "t1";
        _tokens.OnGet = async (_, _) =>
        {
            await Task.Yield();
            return _tokens.Current;
        };
        _tokens.OnRenew = async (_, _) =>
        {
            await Task.Yield();
            return _tokens.Next();
        };

        var thread = new Thread(() =>
        {
            SynchronizationContext.SetSynchronizationContext(new OneThreadContext());
            using var response = Send();
            Assert.IsType<OneThreadContext>(SynchronizationContext.Current);
        });
        thread.IsBackground = true;
        thread.Start();

        Assert.True(thread.Join(TimeSpan.FromSeconds(30)), "the caller's thread waits for work that waits for it");
        Assert.Equal(["Bearer t1", "Bearer t2"], _api.Tokens);
    }

    [Fact]
    public async Task Waiting_for_a_token_does_not_deadlock_under_a_task_scheduler_of_one_thread()
    {
        _tokens.OnGet = async (_, _) =>
        {
            await Task.Yield();
            return _tokens.Current;
        };
        var scheduler = new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler;

        var send = Task.Factory.StartNew(() => Send().Dispose(), CancellationToken.None, TaskCreationOptions.None, scheduler);

        await send.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(["Bearer t1"], _api.Tokens);
    }

    private HttpResponseMessage Send(string address = "https://api.contoso.com/orders")
    {
        var client = new HttpMessageInvoker(new AccessTokenHandler(_tokens, new TokenRequest(Scope)) { InnerHandler = _api });
        return client.Send(new HttpRequestMessage(HttpMethod.Get, address), CancellationToken.None);
    }

    private sealed class SynchronousApi : HttpMessageHandler
    {
        public List<string> Tokens { get; } = [];

        public string? Rejects { get; set; }

        protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Tokens.Add($"{request.Headers.Authorization}");
            var response =
                new HttpResponseMessage(
                    request.Headers.Authorization!.Parameter == Rejects ? HttpStatusCode.Unauthorized : HttpStatusCode.OK);
            response.Headers.TryAddWithoutValidation("WWW-Authenticate", """Bearer error="invalid_token" """);
            return response;
        }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("A synchronous send stays synchronous.");
    }
}
