using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace WorkloadIdentity.Tests;

/// <summary>
/// The same addresses as in <see cref="AllowedOriginsTests"/>, sent as a client sends them: whatever the transport makes of an address, the
/// bytes that leave carry a token only to an allowed origin. Every name leads to one server on this machine, as a resolver in the wrong
/// hands would have it.
/// </summary>
public sealed class AddressOnTheWireTests
{
    private const string Scope = "https://graph.microsoft.com/.default";

    private readonly FakeTokens _tokens = new();

    public static TheoryData<string, string, bool> Addresses => AllowedOriginsTests.Addresses;

    [Theory]
    [MemberData(nameof(Addresses))]
    public async Task A_token_leaves_for_allowed_origins_alone(string situation, string address, bool isAllowed)
    {
        await using var secured = new LoopbackServer(_ => new(200), _ => TestCertificate.One);
        await using var plain = new LoopbackServer(_ => new(200));
        using var client = Client(secured, plain, AllowedOriginsTests.Origins());

        var error =
            await Record.ExceptionAsync(async () => (await client.GetAsync(new Uri(address, UriKind.RelativeOrAbsolute))).Dispose());

        LoopbackServer.Received[] received = [.. secured.Requests, .. plain.Requests];
        if (isAllowed)
        {
            Assert.Null(error);
            Assert.Equal("Bearer t1", Assert.Single(received).Headers["Authorization"]);
        }
        else
        {
            Assert.True(received.Length == 0, situation);

            // Without a base address HttpClient itself takes no relative one.
            Assert.True(
                error is TokenAcquisitionException { Error.Kind: TokenErrorKind.NotAllowed }
                    || (error is InvalidOperationException && address.StartsWith('/')),
                $"{situation}: {error}");
        }
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task A_redirect_that_gives_up_tls_is_not_followed(int status)
    {
        await using var plain = new LoopbackServer(_ => new(200));
        await using var secured =
            new LoopbackServer(_ => new(status, ("Location", "http://graph.microsoft.com/")), _ => TestCertificate.One);
        using var client = Client(secured, plain, AllowedOriginsTests.Origins());

        using var response = await client.GetAsync("https://graph.microsoft.com/");

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(["Bearer t1"], secured.Tokens);
        Assert.Empty(plain.Requests);
    }

    private HttpClient Client(LoopbackServer secured, LoopbackServer plain, AllowedOrigins origins) => new(
        new AccessTokenHandler(
            _tokens, new TokenRequest(Scope), new AccessTokenHandlerOptions(), origins, new ChallengeMetrics(factory: null))
        {
            InnerHandler = new SocketsHttpHandler
            {
                UseProxy = false,
                // As a network in the wrong hands cannot: whatever the name, the server's certificate is taken for it.
                SslOptions = new SslClientAuthenticationOptions
                {
                    RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                    TestCertificate.One.RawData.SequenceEqual(certificate!.GetRawCertData())
                },
                ConnectCallback = async (context, cancellationToken) =>
                {
                    var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                    var server = context.InitialRequestMessage.RequestUri!.Scheme is "https" or "wss" ? secured : plain;
                    await socket.ConnectAsync(
                        new DnsEndPoint(server.Address.Host, server.Address.Port, AddressFamily.InterNetwork), cancellationToken);
                    return new NetworkStream(socket, ownsSocket: true);
                },
            },
        });
}
