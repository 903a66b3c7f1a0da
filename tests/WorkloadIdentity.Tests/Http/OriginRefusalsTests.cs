using System.Net;
using System.Text.RegularExpressions;

namespace WorkloadIdentity.Tests;

/// <summary>Whoever follows the advice of a refusal gets the request sent: no advice names an option that its own setter refuses.</summary>
public sealed partial class OriginRefusalsTests
{
    private const string Scope = "api://orders/.default";
    private const int MaxSteps = 3;

    private static readonly SocketsHttpHandler Direct = new() { UseProxy = false };

    public static TheoryData<string?, string> Addresses => new()
    {
        { null, "https://api.contoso.com/x" },
        { null, "https://api.contoso.com:8443/x" },
        { null, "wss://api.contoso.com/x" },
        { null, "ws://api.mesh/x" },
        { null, "http://api.mesh/x" },
        { null, "http://api.mesh:443/x" },
        { null, "http://127.0.0.1:5001/x" },
        { null, "http://[::1]:5001/x" },
        { null, "http://10.0.0.5/x" },
        { null, "http://[fe80::1%25eth0]:8080/x" },
        { null, "https://bücher.example/" },
        { null, "https://localhost:5001/" },
        { "https://orders.contoso.com", "http://10.0.0.5/x" },
        { "https://orders.contoso.com", "ws://10.0.0.5/x" },
        { "wss://orders.contoso.com", "http://10.0.0.5/x" },
        { "https+http://orders", "http://10.0.0.5/x" },
        { "https+http://_admin.orders", "https://10.0.0.5/x" },
        { "http://orders", "http://10.0.0.5/x" },
        { "http://orders", "https://10.0.0.5/x" },
        { "http://127.0.0.1:5000", "http://10.0.0.5/x" },
    };

    [Theory]
    [MemberData(nameof(Addresses))]
    public void The_printed_lines_lift_a_refusal(string? issued, string address)
    {
        var options = new AccessTokenHandlerOptions();
        for (var step = 0; step < MaxSteps; step++)
        {
            if (Refuse(options, issued, address) is not { } refusal)
            {
                return;
            }

            Follow(Assert.Single(PrintedLines().Matches(refusal.Message)), options);
        }

        Assert.Fail($"Still refused: {Refuse(options, issued, address)}");
    }

    [Theory]
    [InlineData(null, "http://localhost:5000/x", "http://127.0.0.1:5000")]
    [InlineData(null, "http://LOCALHOST./x", "http://127.0.0.1")]
    [InlineData(null, "http://orders.localhost:5000/x", "http://127.0.0.1:5000")]
    [InlineData(null, "ws://localhost:5000/x", "http://127.0.0.1:5000")]
    [InlineData(null, "http://0.0.0.0:5000/x", "http://127.0.0.1:5000")]
    [InlineData(null, "http://[::]:5000/x", "http://127.0.0.1:5000")]
    [InlineData("https+http://orders", "http://localhost:5000/x", "http://127.0.0.1:5000")]
    public void An_error_about_localhost_says_what_to_write_instead(string? issued, string address, string instead)
    {
        var options = new AccessTokenHandlerOptions { AllowedOrigins = { new Uri("https+http://orders") } };
        var baseAddress = issued is null ? new Uri(address) : null;

        foreach (var learned in new[] { null, baseAddress })
        {
            var message = Refuse(options, issued, address, learned)!.Message;
            var development = message.IndexOf($"For local development, use {instead} or https.", StringComparison.Ordinal);
            Assert.True(development > 0, message);
            Assert.True(message.IndexOf("PlainHttpOrigins", StringComparison.Ordinal) > development, message);
            foreach (var line in PrintedLines().Matches(message).AsEnumerable())
            {
                var followed = new AccessTokenHandlerOptions { AllowedOrigins = { new Uri("https+http://orders") } };
                Follow(line, followed);
                Assert.Null(Refuse(followed, issued, line.Groups["list"].Value == "AllowedOrigins" ? instead : address));
            }
        }

        // As the base address of a client it needs no line at all.
        Assert.Null(Refuse(new AccessTokenHandlerOptions(), null, instead, new Uri(instead)));
    }

    [Theory]
    [InlineData("http://localhost:5000", "http://127.0.0.1:5000")]
    [InlineData("ws://localhost:5000", "http://127.0.0.1:5000")]
    [InlineData("http://0.0.0.0", "http://127.0.0.1")]
    public void A_list_that_refuses_localhost_says_what_to_write(string listed, string instead)
    {
        var options = new AccessTokenHandlerOptions { AllowedOrigins = { new Uri(listed) } };

        var exception = Assert.Throws<ArgumentException>(() => new AllowedOrigins(options));

        Assert.Contains($"For local development, write {instead} ", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("PlainHttpOrigins", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ftp://graph.microsoft.com/")]
    [InlineData("file://server/share")]
    [InlineData("https+http://orders/x")]
    public void What_cannot_be_sent_gets_no_line_to_list_it(string address)
    {
        var message = Refuse(new AccessTokenHandlerOptions(), null, address)!.Message;

        Assert.Contains("has a scheme that is not http or https", message, StringComparison.Ordinal);
        Assert.Empty(PrintedLines().Matches(message));
    }

    [Theory]
    [InlineData("http://api.mesh:8080/x")]
    [InlineData("http://10.0.0.5/x")]
    [InlineData("http://[::1]:5000/x")]
    [InlineData("ws://api.mesh/x")]
    public void The_exemption_from_a_proxy_helps(string address)
    {
        var options = new AccessTokenHandlerOptions { PlainHttpOrigins = { new Uri(new Uri(address).GetLeftPart(UriPartial.Authority)) } };
        var proxy = new WebProxy("http://proxy.contoso.com:8080");
        using var sender = new SocketsHttpHandler { Proxy = proxy };
        var message = new AllowedOrigins(options).Refuse(new Uri(address), null, Scope, sender)!.Message;

        proxy.BypassArrayList.Add(Regex.Match(message, @"BypassArrayList\.Add\(@""(?<pattern>[^""]+)""\)").Groups["pattern"].Value);

        Assert.Null(new AllowedOrigins(options).Refuse(new Uri(address), null, Scope, sender));
        Assert.True(proxy.IsBypassed(new Uri(address)));
        Assert.False(proxy.IsBypassed(new Uri("http://evil.example/")));
        Assert.False(proxy.IsBypassed(new Uri("http://x.api.mesh.evil.example/")));
    }

    private static TokenError? Refuse(AccessTokenHandlerOptions options, string? issued, string address, Uri? baseAddress = null)
    {
        var origins = new AllowedOrigins(options, "orders");
        origins.Learn(baseAddress);
        return origins.Refuse(new Uri(address), issued is null ? null : new OriginalUri(origins, new Uri(issued)), Scope, Direct);
    }

    private static void Follow(Match line, AccessTokenHandlerOptions options)
    {
        var list = line.Groups["list"].Value == "AllowedOrigins" ? options.AllowedOrigins : options.PlainHttpOrigins;
        list.Add(new Uri(line.Groups["address"].Value));
    }

    [GeneratedRegex("""o => o\.(?<list>\w+)\.Add\(new Uri\("(?<address>[^"]+)"\)\)""")]
    private static partial Regex PrintedLines();
}
