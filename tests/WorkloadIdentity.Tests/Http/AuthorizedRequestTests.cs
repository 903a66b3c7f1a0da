using System.Net;
using System.Net.Http.Headers;

namespace WorkloadIdentity.Tests;

/// <summary>The message a pass sends is the caller's in everything, and the caller's message stays as it is.</summary>
public sealed class AuthorizedRequestTests
{
    private static readonly Uri Address = new("https://api.contoso.com/orders");
    private static readonly HttpRequestOptionsKey<object> One = new("one");
    private static readonly HttpRequestOptionsKey<object> Two = new("two");

    private readonly FakeTokens _tokens = new();

    [Fact]
    public void Everything_of_a_message_is_copied()
    {
        var message = new HttpRequestMessage(HttpMethod.Connect, Address)
        {
            Content = new StringContent("x"),
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        message.Headers.Protocol = "websocket";
        message.Headers.ExpectContinue = true;
        message.Headers.ConnectionClose = true;
        message.Headers.TransferEncodingChunked = true;
        message.Headers.Accept.ParseAdd("text/plain;q=0.5, */*");
        message.Headers.UserAgent.ParseAdd("Mine/1.0 (x; y) Other/2");
        message.Headers.IfModifiedSince = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        message.Headers.Range = new RangeHeaderValue(1, 2);
        message.Headers.Add("Cookie", "a=b; c=d");
        message.Headers.Add("X-Many", ["1", "2, 3", ""]);
        message.Headers.TryAddWithoutValidation("Date", "not a date");
        message.Headers.TryAddWithoutValidation("X-Empty", "");
        message.Options.Set(One, this);

        var copy = new AuthorizedRequest(message).Message;

        Assert.Equal(
            (message.Method, message.RequestUri, message.Version, message.VersionPolicy, message.Headers.Protocol),
            (copy.Method, copy.RequestUri, copy.Version, copy.VersionPolicy, copy.Headers.Protocol));
        Assert.Same(message.Content, copy.Content);
        Assert.Equal(Lines(message), Lines(copy));
        Assert.Equal(
            (message.Headers.ExpectContinue, message.Headers.ConnectionClose, message.Headers.TransferEncodingChunked),
            (copy.Headers.ExpectContinue, copy.Headers.ConnectionClose, copy.Headers.TransferEncodingChunked));
        Assert.Equal(message.Options, copy.Options);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(false, true)]
    public async Task What_handlers_further_in_do_to_the_options_is_seen_further_out(bool isAsync, bool fails)
    {
        using var client = new HttpMessageInvoker(new AccessTokenHandler(_tokens, new TokenRequest("https://api.contoso.com/.default"))
        {
            InnerHandler = new Inner(
                message =>
                {
                    Assert.True(message.Options.TryGetValue(One, out _));
                    ((IDictionary<string, object?>)message.Options).Remove(One.Key);
                    message.Options.Set(Two, "inside");
                },
                fails),
        });
        using var message = new HttpRequestMessage(HttpMethod.Get, Address);
        message.Options.Set(One, "outside");

        var error = isAsync
            ? await Record.ExceptionAsync(() => client.SendAsync(message, CancellationToken.None))
            : Record.Exception(() => client.Send(message, CancellationToken.None));

        Assert.Equal(fails, error is HttpRequestException);
        Assert.Equal([new KeyValuePair<string, object?>(Two.Key, "inside")], message.Options);
    }

    [Fact]
    public async Task What_another_pass_or_handler_did_to_the_options_meanwhile_stays()
    {
        using var message = new HttpRequestMessage(HttpMethod.Get, Address);
        message.Options.Set(One, "outside");
        using var client = new HttpMessageInvoker(new AccessTokenHandler(_tokens, new TokenRequest("https://api.contoso.com/.default"))
        {
            InnerHandler = new Inner(
                sent =>
                {
                    message.Options.Set(One, "meanwhile");
                    ((IDictionary<string, object?>)sent.Options).Remove(One.Key);
                    message.Options.Set(Two, "meanwhile");
                }),
        });

        using var response = await client.SendAsync(message, CancellationToken.None);

        Assert.Equal(
            [new(One.Key, "meanwhile"), new(Two.Key, "meanwhile")], message.Options.OrderBy(option => option.Key, StringComparer.Ordinal));
    }

    [Fact]
    public void What_a_message_asks_for_is_not_read_while_another_pass_hands_back_its_options()
    {
        using var client = new HttpMessageInvoker(
            new AccessTokenHandler(_tokens, new TokenRequest("https://api.contoso.com/.default")) { InnerHandler = new Inner(_ => { }) });
        using var message = new HttpRequestMessage(HttpMethod.Get, Address).ForTenant("11111111-1111-1111-1111-111111111111");
        IDictionary<string, object?> options = message.Options;
        var asked = options.Single();
        message.Options.Set(One, "outside");
        var sending = new Thread(() => client.Send(message, CancellationToken.None).Dispose());

        // As a dictionary may look while another thread writes to it.
        lock (message.Options)
        {
            options.Remove(asked.Key);
            sending.Start();
            SpinWait.SpinUntil(() => (sending.ThreadState & (ThreadState.WaitSleepJoin | ThreadState.Stopped)) != 0, Patience.Limit);
            options.Add(asked);
        }

        Assert.True(sending.Join(Patience.Limit));
        Assert.Equal("11111111-1111-1111-1111-111111111111", Assert.Single(_tokens.Requests).TenantId);
    }

    private static string Lines(HttpRequestMessage message) =>
        string.Join('\n', message.Headers.NonValidated.Select(header => $"{header.Key}: {string.Join('|', header.Value)}"));

    private sealed class Inner(Action<HttpRequestMessage> receive, bool fails = false) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            receive(request);
            return fails
                ? Task.FromException<HttpResponseMessage>(new HttpRequestException("no route"))
                : Task.FromResult(new HttpResponseMessage());
        }

        protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            receive(request);
            return fails ? throw new HttpRequestException("no route") : new HttpResponseMessage();
        }
    }
}
