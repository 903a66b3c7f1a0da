using System.Net;

namespace WorkloadIdentity.Tests;

public sealed class PrimaryHandlerTests
{
    private const string Scope = "api://orders/.default";

    private static readonly WebProxy Proxy = new("http://proxy.contoso.com:8080");
    private static readonly Uri Billing = new("http://billing.mesh:8080/x");

    public static TheoryData<string, HttpMessageHandler, bool> Senders => new()
    {
        { "a proxy of its own", new SocketsHttpHandler { Proxy = Proxy }, true },
        { "a proxy of its own, the older class", new HttpClientHandler { Proxy = Proxy }, true },
        { "a proxy of its own behind another handler", new Passing { InnerHandler = new SocketsHttpHandler { Proxy = Proxy } }, true },
        { "a proxy of another make", new SocketsHttpHandler { Proxy = new OwnProxy(new Uri("http://proxy.contoso.com")) }, true },
        { "a SOCKS proxy", new SocketsHttpHandler { Proxy = new WebProxy("socks5://proxy.contoso.com:1080") }, true },
        { "a proxy that is switched off", new SocketsHttpHandler { Proxy = Proxy, UseProxy = false }, false },
        { "a proxy that is switched off, the older class", new HttpClientHandler { Proxy = Proxy, UseProxy = false }, false },
        { "a proxy without an address", new SocketsHttpHandler { Proxy = new WebProxy() }, false },
        { "a proxy that answers the address itself", new SocketsHttpHandler { Proxy = new OwnProxy(Billing) }, false },
        { "a proxy that answers null", new SocketsHttpHandler { Proxy = new OwnProxy(null) }, false },
        { "a proxy that exempts the host", new SocketsHttpHandler { Proxy = new WebProxy(
            Proxy.Address, BypassOnLocal: false, ["billing"]) }, false },
    };

    [Theory]
    [MemberData(nameof(Senders))]
    public void Plain_http_through_a_proxy_is_refused(string situation, HttpMessageHandler sender, bool isRefused)
    {
        var options = new AccessTokenHandlerOptions { PlainHttpOrigins = { new Uri("http://billing.mesh:8080") } };
        using var log = new FakeLog();
        options.LoggerFactory = log;

        var refusal = new AllowedOrigins(options).Refuse(Billing, null, Scope, sender);

        Assert.True(isRefused == refusal is not null, $"{situation}: {refusal}");
        Assert.Equal(isRefused ? 0 : 1, log.Count(300));
        if (isRefused)
        {
            Assert.Equal(TokenErrorKind.NotAllowed, refusal!.Kind);
            Assert.Contains("through a proxy, which could read the token", refusal.Message, StringComparison.Ordinal);
            Assert.Contains("UseProxy = false", refusal.Message, StringComparison.Ordinal);
        }

        // The connection to an https host is encrypted through the proxy too.
        var encrypted = new Uri("https://graph.microsoft.com/");
        Assert.Null(new AllowedOrigins(options).Refuse(encrypted, null, "https://graph.microsoft.com/.default", sender));
    }

    [Fact]
    public void Loopback_through_a_proxy_is_refused()
    {
        var options = new AccessTokenHandlerOptions { AllowedOrigins = { new Uri("http://127.0.0.1:5000") } };
        using var sender = new SocketsHttpHandler { Proxy = Proxy };

        Assert.NotNull(new AllowedOrigins(options).Refuse(new Uri("http://127.0.0.1:5000/x"), null, Scope, sender));
        Assert.NotNull(new AllowedOrigins(options).Refuse(new Uri("ws://127.0.0.1:5000/x"), null, Scope, sender));
    }

    [Fact]
    public void Cookies_are_switched_off_wherever_the_handler_stands()
    {
        using var sockets = new SocketsHttpHandler();
        using var platform = new HttpClientHandler();
        using var own = new FakeServer();

        Assert.True(PrimaryHandler.TrySwitchCookiesOff(new Passing { InnerHandler = sockets }));
        Assert.True(PrimaryHandler.TrySwitchCookiesOff(platform));
        Assert.True(PrimaryHandler.TrySwitchCookiesOff(own));

        Assert.False(sockets.UseCookies);
        Assert.False(platform.UseCookies);
    }

    private sealed class Passing : DelegatingHandler;

    private sealed class OwnProxy(Uri? via) : IWebProxy
    {
        public ICredentials? Credentials { get; set; }

        public Uri? GetProxy(Uri destination) => via;

        public bool IsBypassed(Uri host) => false;
    }
}
