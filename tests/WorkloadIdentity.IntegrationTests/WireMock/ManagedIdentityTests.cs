using System.Net.Sockets;
using WireMock.ResponseBuilders;
using WireMock.Server;

namespace WorkloadIdentity.IntegrationTests;

/// <summary>Every managed identity host, played from its documentation by a server that nobody here wrote.</summary>
public sealed class ManagedIdentityTests
{
    private static readonly TokenRequest Request = new($"{DocumentedHost.Resource}/.default");

    public static TheoryData<string> Hosts => [.. DocumentedHost.All.Keys];

    public static TheoryData<string> HostsWithUserAssignedIdentities =>
        [.. DocumentedHost.All.Where(host => host.Value().Selector is not null).Select(host => host.Key)];

    [Theory]
    [MemberData(nameof(Hosts))]
    public async Task The_documented_request_is_sent_and_the_documented_answer_is_read(string name)
    {
        var host = DocumentedHost.All[name]();
        using var server = host.Start();
        server.Given(host.Request()).RespondWith(StubServer.Answer(200).WithBodyAsJson(host.Answer));

        var token = AssertIssued(await AcquireAsync(host.Credential(server)));

        Assert.Equal((DocumentedHost.Token, DocumentedHost.ExpiresOn), (token.Value, token.ExpiresOn));
    }

    [Theory]
    [MemberData(nameof(HostsWithUserAssignedIdentities))]
    public async Task An_identity_is_named_by_the_documented_parameter(string name)
    {
        var host = DocumentedHost.All[name]();
        var (parameter, id) = host.Selector!.Value;
        using var server = host.Start();
        server.Given(host.Request().WithParam(parameter, id.Value!)).RespondWith(StubServer.Answer(200).WithBodyAsJson(host.Answer));

        AssertIssued(await AcquireAsync(host.Credential(server, id)));
    }

    [Theory]
    [MemberData(nameof(Hosts))]
    public async Task A_server_error_and_throttling_are_retried(string name)
    {
        var host = DocumentedHost.All[name]();
        using var server = host.Start();
        server.Given(host.Request()).InScenario("recovery").WillSetStateTo("throttles").RespondWith(StubServer.Answer(500));
        server.Given(host.Request()).InScenario("recovery").WhenStateIs("throttles").WillSetStateTo("works")
            .RespondWith(StubServer.Answer(429));
        server.Given(host.Request()).InScenario("recovery").WhenStateIs("works")
            .RespondWith(StubServer.Answer(200).WithBodyAsJson(host.Answer));

        AssertIssued(await AcquireAsync(host.Credential(server)));
    }

    public static TheoryData<string, string> Broken
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var host in DocumentedHost.All.Keys)
            {
                foreach (var answer in (string[])["empty", "garbage", "page", "without expiry", "of another resource", "no token"])
                {
                    data.Add(host, answer);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task An_answer_that_is_no_token_is_a_failure(string name, string answer)
    {
        var host = DocumentedHost.All[name]();
        using var server = host.Start();
        server.Given(host.Request()).RespondWith(answer switch
        {
            "empty" => Response.Create().WithFault(FaultType.EMPTY_RESPONSE),
            "garbage" => StubServer.Answer(200).WithBodyAsJson(host.Answer).WithFault(FaultType.MALFORMED_RESPONSE_CHUNK),
            "page" => StubServer.Answer(200, ("Content-Type", "text/html")).WithBody("<html>Log in to this network.</html>"),
            "without expiry" =>
                StubServer.Answer(200).WithBodyAsJson(new { access_token = DocumentedHost.Token, token_type = "Bearer" }),
            "of another resource" => StubServer.Answer(200).WithBodyAsJson(new
            {
                access_token = DocumentedHost.Token,
                expires_in = "3599",
                resource = "https://management.azure.com",
                token_type = "Bearer",
            }),
            _ => StubServer.Answer(200).WithBodyAsJson(new { token_type = "Bearer", expires_in = "3599" }),
        });

        var result = await AcquireAsync(host.Credential(server));

        Assert.Equal((TokenVerdict.Failed, TokenErrorKind.InvalidResponse), (result.Verdict, result.Error!.Kind));
        Assert.DoesNotContain(DocumentedHost.Token, result.Error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Hosts))]
    public async Task A_host_that_does_not_answer_in_time_is_given_up(string name)
    {
        var host = DocumentedHost.All[name]();
        using var server = host.Start();
        server.Given(host.Request())
            .RespondWith(StubServer.Answer(200).WithDelay(TimeSpan.FromSeconds(60)).WithBodyAsJson(host.Answer));

        var result = await AcquireAsync(
            host.Credential(
                server,
                configure: options => options.Retry =
                    new RetryOptions { MaxAttempts = 1, AttemptTimeout = TimeSpan.FromMilliseconds(300) }));

        Assert.Equal((TokenVerdict.Failed, TokenErrorKind.TimedOut), (result.Verdict, result.Error!.Kind));
    }

    [Theory]
    [MemberData(nameof(Hosts))]
    public async Task A_redirect_is_not_followed_with_the_secret_of_the_host(string name)
    {
        var host = DocumentedHost.All[name]();
        using var stranger = StubServer.Answering(200);
        using var server = host.Start();
        server.Given(host.Request()).RespondWith(StubServer.Answer(307, ("Location", $"{stranger.Address}steal")));

        var result = await AcquireAsync(host.Credential(server));

        Assert.Equal(TokenVerdict.Failed, result.Verdict);
        Assert.Empty(stranger.Requests);
    }

    /// <summary>IMDS at its own address: the connection is led to WireMock, and the request is what would leave this machine.</summary>
    [Fact]
    public async Task IMDS_is_asked_at_its_documented_address()
    {
        var host = DocumentedHost.All["IMDS"]();
        using var server = host.Start();
        server.Given(host.Request()).RespondWith(StubServer.Answer(200).WithBodyAsJson(host.Answer));
        using var client = Leading("169.254.169.254:80", server);

        AssertIssued(await AcquireAsync(host.Credential(server, configure: options =>
        {
            options.HttpClient = client;
            options.Environment = WorkloadEnvironment.FromValues(new Dictionary<string, string>());
        })));

        Assert.Equal("169.254.169.254", Assert.Single(server.Requests).Header("Host"));
    }

    /// <summary>
    /// The error table of <see href="https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token"/>.
    /// </summary>
    [Theory]
    [InlineData(400, "invalid_resource", "AADSTS50001: The application named x was not found in the tenant named y.", "Refused")]
    [InlineData(400, "bad_request_102", "Required metadata header not specified", "Refused")]
    [InlineData(400, "invalid_request", "Identity not found", "NotConfigured")]
    [InlineData(401, "unknown_source", "Unknown Source http://169.254.169.254", "Refused")]
    [InlineData(500, "unknown", "Failed to retrieve token from the Active directory.", "Refused")]
    public async Task The_documented_refusals_of_IMDS_are_understood(int status, string error, string description, string kind)
    {
        var host = DocumentedHost.All["IMDS"]();
        using var server = host.Start();
        server.Given(host.Request())
            .RespondWith(StubServer.Answer(status).WithBodyAsJson(new { error, error_description = description }));

        var result = await AcquireAsync(host.Credential(server));

        Assert.Equal((kind, status, error), ($"{result.Error!.Kind}", result.Error.StatusCode, result.Error.OAuthError));
        Assert.Equal(status == 500 ? 3 : 1, server.Requests.Count);
    }

    private static ValueTask<TokenResult> AcquireAsync(Credential credential) =>
        credential.AcquireAsync(new Acquisition(Request), CancellationToken.None);

    private static AccessToken AssertIssued(TokenResult result)
    {
        Assert.True(result.Verdict == TokenVerdict.Issued, result.Error?.Message);
        return result.Token!;
    }

    private static HttpClient Leading(string address, WireMockServer server) => new(new SocketsHttpHandler
    {
        UseProxy = false,
        ConnectCallback = async (context, cancellationToken) =>
        {
            Assert.Equal(address, $"{context.DnsEndPoint.Host}:{context.DnsEndPoint.Port}");
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync("127.0.0.1", server.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        },
    });
}
