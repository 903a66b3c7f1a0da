using System.Net;
using Microsoft.Extensions.Logging;

namespace WorkloadIdentity.Tests;

public sealed class AllowedOriginsTests
{
    private const string Scope = "https://graph.microsoft.com/.default";

    /// <summary>Sends without a proxy, whatever proxy the machine of the tests has.</summary>
    private static readonly SocketsHttpHandler Direct = new() { UseProxy = false };

    public static TheoryData<string, string, bool> Addresses => new()
    {
        { "the host of the scope", "https://graph.microsoft.com/v1.0/users", true },
        { "its stated default port", "https://graph.microsoft.com:443/", true },
        { "capitals", "HTTPS://GRAPH.Microsoft.COM/", true },
        { "a host in full-width letters that is the same host", "https://ｇraph.microsoft.com/", true },
        { "a soft hyphen that is no part of the host", "https://gra\u00ADph.microsoft.com/", true },
        { "an ideographic full stop, which is a dot", "https://graph。microsoft.com/", true },
        { "a listed origin", "https://orders.contoso.com:8443/x", true },
        { "a listed host in its other form", "https://xn--bcher-kva.example/", true },
        { "a listed loopback address", "http://127.0.0.1:5000/x", true },
        { "a listed loopback address in another writing", "http://2130706433:5000/x", true },
        { "a listed IPv6 loopback address", "http://[::1]:5000/x", true },
        { "the same listed address in full", "http://[0:0:0:0:0:0:0:1]:5000/x", true },
        { "a mesh origin", "http://billing.mesh:8080/x", true },
        { "a WebSocket to the host of the scope", "wss://graph.microsoft.com/", true },
        { "a WebSocket to a listed loopback address", "ws://127.0.0.1:5000/x", true },
        { "a WebSocket to a mesh origin", "ws://billing.mesh:8080/x", true },

        { "user information", "https://graph.microsoft.com@evil.example/", false },
        { "user information before the right host", "https://evil.example@graph.microsoft.com/", false },
        { "an empty password", "https://user:@graph.microsoft.com/", false },
        { "another port", "https://graph.microsoft.com:444/", false },
        { "the default port of a listed other port", "https://orders.contoso.com/", false },
        { "a downgrade", "http://graph.microsoft.com/", false },
        { "a downgrade on the https port", "http://graph.microsoft.com:443/", false },
        { "an upgrade of a mesh origin to another port", "https://billing.mesh/", false },
        { "a mesh host on another port", "http://billing.mesh/", false },
        { "a trailing dot", "https://graph.microsoft.com./", false },
        { "the host as a prefix", "https://graph.microsoft.com.evil.example/", false },
        { "the host as a suffix", "https://evilgraph.microsoft.com/", false },
        { "a subdomain", "https://x.graph.microsoft.com/", false },
        { "the parent domain", "https://microsoft.com/", false },
        { "a look-alike letter", "https://grаph.microsoft.com/", false },
        { "the look-alike in its other form", "https://xn--grph-53d.microsoft.com/", false },
        { "the host in the path", "https://evil.example/https://graph.microsoft.com/", false },
        { "the host in the fragment", "https://evil.example#@graph.microsoft.com/", false },
        { "a name for loopback", "http://localhost:5000/", false },
        { "a loopback address on another port", "http://127.0.0.1:5001/", false },
        { "another loopback address", "http://127.0.0.2:5000/", false },
        { "loopback with a trailing dot", "http://127.0.0.1.:5000/", false },
        { "another scheme", "ftp://graph.microsoft.com/", false },
        { "a WebSocket without TLS", "ws://graph.microsoft.com/", false },
        { "a WebSocket to another port", "wss://graph.microsoft.com:444/", false },
        { "a WebSocket to a host that is not listed", "wss://evil.example/", false },
        { "a WebSocket to a name for loopback", "ws://localhost:5000/", false },
        { "a file", "file:///etc/passwd", false },
        { "an address without a host", "mailto:x@graph.microsoft.com", false },
        { "a relative address", "/v1.0/users", false },
    };

    [Theory]
    [MemberData(nameof(Addresses))]
    public void A_token_goes_to_allowed_origins_alone(string situation, string address, bool isAllowed)
    {
        var refusal = Origins().Refuse(new Uri(address, UriKind.RelativeOrAbsolute), issued: null, Scope, Direct);

        Assert.True(isAllowed == refusal is null, $"{situation}: {refusal}");
        Assert.True(isAllowed || refusal!.Kind == TokenErrorKind.NotAllowed);
    }

    [Fact]
    public void No_address_is_refused() => Assert.Equal(TokenErrorKind.NotAllowed, Origins().Refuse(null, null, Scope, Direct)!.Kind);

    [Theory]
    [InlineData("api://orders/.default", "https://orders/")]
    [InlineData("http://orders.contoso.com/.default", "http://orders.contoso.com/")]
    [InlineData("https://user@orders.contoso.com/.default", "https://orders.contoso.com/")]
    [InlineData("orders", "https://orders/")]
    [InlineData("wss://orders.contoso.com/.default", "wss://orders.contoso.com/")]
    public void Only_an_https_scope_names_a_host(string scope, string address) =>
        Assert.NotNull(new AllowedOrigins(new AccessTokenHandlerOptions()).Refuse(new Uri(address), null, scope, Direct));

    [Fact]
    public void Each_https_permission_names_its_host()
    {
        var origins = new AllowedOrigins(new AccessTokenHandlerOptions());
        const string Permissions = "openid https://graph.microsoft.com/User.Read  https://graph.microsoft.com/Mail.Read";

        Assert.Null(origins.Refuse(new Uri("https://graph.microsoft.com/"), null, Permissions, Direct));
        Assert.NotNull(origins.Refuse(new Uri("https://openid/"), null, Permissions, Direct));
        Assert.NotNull(origins.Refuse(new Uri("https://graph.microsoft.com/"), null, "openid", Direct));
    }

    [Fact]
    public void A_learned_base_address_counts_as_listed()
    {
        var origins = new AllowedOrigins(new AccessTokenHandlerOptions());
        origins.Learn(new Uri("https://orders.contoso.com/v1/"));
        origins.Learn(new Uri("http://127.0.0.1:5000/"));
        origins.Learn(new Uri("http://orders.internal/"));
        origins.Learn(new Uri("https://user@secret.contoso.com/"));
        origins.Learn(null);
        origins.Learn(new Uri("relative", UriKind.Relative));

        Assert.Null(origins.Refuse(new Uri("https://orders.contoso.com/v2"), null, "api://orders/.default", Direct));
        Assert.Null(origins.Refuse(new Uri("http://127.0.0.1:5000/x"), null, "api://orders/.default", Direct));
        var plain = origins.Refuse(new Uri("http://orders.internal/"), null, "api://orders/.default", Direct)!;
        Assert.Contains("PlainHttpOrigins", plain.Message, StringComparison.Ordinal);
        Assert.NotNull(origins.Refuse(new Uri("https://secret.contoso.com/"), null, "api://orders/.default", Direct));
    }

    [Fact]
    public void The_next_handler_of_the_client_has_the_same_rules_and_its_own_base_address()
    {
        var first = new AllowedOrigins(
            new AccessTokenHandlerOptions { AllowedOrigins = { new Uri("https://listed.contoso.com") } })
        { NotesOriginalUris = true };
        var learned = new Uri("https://orders.contoso.com/");
        first.Learn(learned);
        Assert.Null(first.Refuse(learned, null, "api://orders/.default", Direct));

        var next = first.WithoutBaseAddresses();

        Assert.False(next.NotesOriginalUris);
        Assert.NotNull(next.Refuse(learned, null, "api://orders/.default", Direct));
        Assert.Null(next.Refuse(new Uri("https://listed.contoso.com/"), null, "api://orders/.default", Direct));
        Assert.Null(first.Refuse(learned, null, "api://orders/.default", Direct));
    }

    [Fact]
    public void Plain_http_to_a_mesh_is_warned_of_once_per_origin()
    {
        var log = new FakeLog();
        var origins = new AllowedOrigins(new AccessTokenHandlerOptions
        {
            PlainHttpOrigins = { new Uri("http://a.mesh"), new Uri("http://b.mesh") },
            LoggerFactory = log,
        });
        foreach (var address in new[] { "http://a.mesh/1", "http://a.mesh/2", "http://b.mesh/", "http://b.mesh/" })
        {
            Assert.Null(origins.Refuse(new Uri(address), null, "api://x/.default", Direct));
        }

        Assert.NotNull(origins.Refuse(new Uri("http://c.mesh/"), null, "api://x/.default", Direct));
        Assert.Equal([(300, LogLevel.Warning), (300, LogLevel.Warning)], log.Entries.Select(line => (line.Id, line.Level)));
        Assert.Contains("http://a.mesh", log.Entries[0].Text, StringComparison.Ordinal);
        Assert.Contains("http://b.mesh", log.Entries[1].Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://api.contoso.com/x", "https://api.contoso.com", "AllowedOrigins")]
    [InlineData("https://api.contoso.com:8443/x", "https://api.contoso.com:8443", "AllowedOrigins")]
    [InlineData("http://127.0.0.1:5001/x", "http://127.0.0.1:5001", "AllowedOrigins")]
    [InlineData("http://[::1]:5001/x", "http://[::1]:5001", "AllowedOrigins")]
    [InlineData("http://api.mesh/x", "http://api.mesh", "PlainHttpOrigins")]
    [InlineData("https://bücher.example/", "https://xn--bcher-kva.example", "AllowedOrigins")]
    public void A_refusal_prints_the_line_that_lifts_it(string address, string origin, string list)
    {
        var byHand = new AllowedOrigins(new AccessTokenHandlerOptions()).Refuse(new Uri(address), null, "api://\"x\"/.default", Direct)!;
        Assert.Contains($"options.{list}.Add(new Uri(\"{origin}\"));", byHand.Message, StringComparison.Ordinal);

        var ofOrders = new AllowedOrigins(new AccessTokenHandlerOptions(), "orders");
        var factoryMade = ofOrders.Refuse(new Uri(address), null, "api://\"x\"/.default", Direct)!;
        Assert.Contains(
            $".AddAccessToken(\"api://\\\"x\\\"/.default\", o => o.{list}.Add(new Uri(\"{origin}\")));",
            factoryMade.Message,
            StringComparison.Ordinal);
        Assert.Contains("'orders'", factoryMade.Message, StringComparison.Ordinal);

        var options = new AccessTokenHandlerOptions();
        (list == "AllowedOrigins" ? options.AllowedOrigins : options.PlainHttpOrigins).Add(new Uri(origin));
        Assert.Null(new AllowedOrigins(options).Refuse(new Uri(address), null, "api://x/.default", Direct));
    }

    [Theory]
    [InlineData("https://api.contoso.com/v1")]
    [InlineData("https://api.contoso.com/?x=y")]
    [InlineData("https://api.contoso.com/#x")]
    [InlineData("https://user@api.contoso.com")]
    [InlineData("http://api.contoso.com")]
    [InlineData("http://localhost:5000")]
    [InlineData("relative")]
    [InlineData("mailto:x@contoso.com")]
    public void What_is_no_origin_cannot_be_listed(string address)
    {
        var options = new AccessTokenHandlerOptions { AllowedOrigins = { new Uri(address, UriKind.RelativeOrAbsolute) } };

        Assert.Contains(
            "AllowedOrigins", Assert.Throws<ArgumentException>(() => new AllowedOrigins(options)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_https_origin_is_no_plain_http_origin()
    {
        var options = new AccessTokenHandlerOptions { PlainHttpOrigins = { new Uri("https://api.contoso.com") } };

        Assert.Contains(
            "List it in AllowedOrigins",
            Assert.Throws<ArgumentException>(() => new AllowedOrigins(options)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Null_cannot_be_listed() =>
        Assert.Throws<ArgumentException>(() => new AllowedOrigins(new AccessTokenHandlerOptions { PlainHttpOrigins = { null! } }));

    // What a gate adds: the address as the application issued it.

    [Theory]
    [InlineData("https+http://orders", "https://10.0.0.5:8443/x", true)]
    [InlineData("https+http://orders", "http://127.0.0.1:5000/x", true)]
    [InlineData("https+http://orders", "http://10.0.0.5/x", false)]
    [InlineData("https+http://orders", "http://localhost:5000/x", false)]
    [InlineData("https+http://mesh", "http://10.0.0.5/x", true)]
    [InlineData("https+http://other", "https://10.0.0.5/x", false)]
    [InlineData("https+http://orders", "https+http://orders/x", false)]
    [InlineData("https+http://user@orders", "https://10.0.0.5/x", false)]
    [InlineData("https+http://orders", "https://user@10.0.0.5/x", false)]
    public void An_address_rewritten_by_the_applications_handlers_passes_by_the_issued_one(string issued, string address, bool isAllowed)
    {
        var origins = new AllowedOrigins(
            new AccessTokenHandlerOptions
            {
                AllowedOrigins = { new Uri("https+http://orders") },
                PlainHttpOrigins = { new Uri("https+http://mesh") },
            });

        var refusal = origins.Refuse(new Uri(address), new OriginalUri(origins, new Uri(issued)), "api://orders/.default", Direct);

        Assert.True(isAllowed == refusal is null, $"{refusal}");
    }

    [Fact]
    public void An_address_that_passed_by_the_issued_one_does_not_pass_by_itself()
    {
        var origins = Origins();
        var address = new Uri("https://10.0.0.5/x");

        Assert.Null(origins.Refuse(address, new OriginalUri(origins, new Uri("https://graph.microsoft.com")), Scope, Direct));
        Assert.NotNull(origins.Refuse(address, null, Scope, Direct));
    }

    [Fact]
    public void An_address_that_passed_for_one_scope_does_not_pass_for_another()
    {
        var origins = Origins();
        var address = new Uri("https://graph.microsoft.com/me");

        Assert.Null(origins.Refuse(address, null, Scope, Direct));
        Assert.NotNull(origins.Refuse(address, null, "api://orders/.default", Direct));
        Assert.NotNull(origins.Refuse(new Uri("https://evil.example/"), null, Scope, Direct));
    }

    [Fact]
    public void Of_many_origins_the_first_64_are_warned_of()
    {
        var origins = Origins();

        Assert.Equal(64, Enumerable.Range(0, 70).Count(host => origins.IsFirstWarningOf(new Origin("http", $"h{host}", 80))));
    }

    [Fact]
    public void An_issued_address_speaks_to_the_rules_of_its_own_client_alone()
    {
        var ofAnother = new OriginalUri(Origins(), new Uri("https://graph.microsoft.com"));

        Assert.NotNull(Origins().Refuse(new Uri("https://evil.example"), ofAnother, Scope, Direct));
    }

    [Theory]
    [InlineData("https://evil.example/x", true)]
    [InlineData("https://[broken", true)]
    [InlineData("https://graph.microsoft.com/2", false)]
    [InlineData("/2", false)]
    public void Once_a_response_names_another_origin_an_issued_address_speaks_only_for_where_the_message_was_sent(
        string location, bool isOther)
    {
        var origins = Origins();
        var issued = new OriginalUri(origins, new Uri("https://graph.microsoft.com"));
        issued.NoteSentTo(new Uri("https://10.0.0.4/1"));
        NoteLocation(issued, location);

        Assert.Equal(isOther, origins.Refuse(new Uri("https://EVIL.example:443/x"), issued, Scope, Direct) is not null);
        Assert.Equal(isOther, origins.Refuse(new Uri("https://10.0.0.5"), issued, Scope, Direct) is not null);
        Assert.Null(origins.Refuse(new Uri("https://10.0.0.4"), issued, Scope, Direct));
        Assert.Null(origins.Refuse(new Uri("https://graph.microsoft.com"), issued, Scope, Direct));
    }

    [Fact]
    public void Of_many_origins_that_a_message_was_sent_to_the_first_are_remembered()
    {
        var origins = Origins();
        var issued = new OriginalUri(origins, new Uri("https://graph.microsoft.com"));
        for (var index = 0; index < 100; index++)
        {
            issued.NoteSentTo(new Uri($"https://h{index}"));
        }

        NoteLocation(issued, "https://evil.example");

        Assert.Null(origins.Refuse(new Uri("https://h0"), issued, Scope, Direct));
        Assert.NotNull(origins.Refuse(new Uri("https://h99"), issued, Scope, Direct));
    }

    private static void NoteLocation(OriginalUri issued, string location)
    {
        var sentTo = new Uri("https://10.0.0.4/1");
        using var response = FakeServer.Response(HttpStatusCode.Redirect, headers: ("Location", location));
        issued.NoteNamesIn(response, sentTo, sentTo);
    }

    /// <summary>The origins that <see cref="Addresses"/> speaks of.</summary>
    internal static AllowedOrigins Origins() => new(
        new AccessTokenHandlerOptions
        {
            AllowedOrigins =
            {
                new Uri("https://orders.contoso.com:8443"), new Uri("https://bücher.example"), new Uri("http://127.0.0.1:5000"),
                new Uri("http://[::1]:5000/"),
            },
            PlainHttpOrigins = { new Uri("http://billing.mesh:8080") },
        });
}
