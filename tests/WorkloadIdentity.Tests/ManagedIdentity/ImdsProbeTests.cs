using System.Net;

namespace WorkloadIdentity.Tests;

/// <summary>"Is it here at all?", asked when other credentials wait.</summary>
public sealed class ImdsProbeTests
{
    private const string Named = "IMDS/150.870.65.1854";
    private const string Refused = Machine.ProbeRefused;

    private readonly Machine _machine = new();

    [Fact]
    public async Task It_is_the_token_url_without_the_header_and_then_the_token_is_asked_for()
    {
        _machine.Answers(HttpStatusCode.BadRequest, Refused).Answers(HttpStatusCode.OK, _machine.Token());

        var result = await _machine.AcquireAsync(inChain: true);

        Assert.Equal(TokenVerdict.Issued, result.Verdict);
        Assert.Equal(2, _machine.Server.Requests.Count);
        Assert.Equal(_machine.Server.Requests[1].Uri, _machine.Server.Requests[0].Uri);
        Assert.Equal(["User-Agent"], _machine.Server.Requests[0].Headers.Keys);
        Assert.Equal("true", _machine.Server.Requests[1].Headers["Metadata"]);
    }

    [Fact]
    public async Task Without_alternatives_nothing_is_probed()
    {
        _machine.Answers(HttpStatusCode.OK, _machine.Token());

        await _machine.AcquireAsync();

        Assert.Equal("true", Assert.Single(_machine.Server.Requests).Headers["Metadata"]);
    }

    /// <summary>Status, body, and the name in the header Server.</summary>
    public static TheoryData<int, string, string?> Present => new()
    {
        // By name, whatever else it says.
        { 200, "", Named },
        { 200, "<html></html>", Named },
        { 302, "", Named },
        { 400, "", Named },
        { 400, "<html></html>", Named },
        { 401, "", Named },
        { 403, "", Named },
        { 404, "", Named },
        { 404, "", "imds/1" },
        { 404, """{"error":"Not found"}""", Named },
        { 408, "", Named },
        { 410, "<html></html>", Named },
        { 429, "Too many requests", Named },
        { 500, "", Named },
        { 502, "", Named },
        { 503, "", Named },
        { 504, "<html></html>", Named },

        // By form: emulators, and Container Instances (the text is theirs).
        { 400, Refused, null },
        { 400, Refused, "Kestrel" },
        { 400, "Required metadata header not specified or not correct", null },
        { 404, """{"error":"not_found","error_description":"The endpoint is updating."}""", null },
        { 408, "", null },
        { 410, "", null },
        { 429, "", null },
        { 500, """{"error":"unknown","error_description":"Failed to retrieve token."}""", null },
        { 503, """{"error":"server_busy","error_description":""}""", null },
        { 200, """{"access_token":"an emulator that does not mind"}""", null },
    };

    [Theory]
    [MemberData(nameof(Present))]
    public async Task Imds_is_present_by_its_name_whatever_the_status_and_without_it_by_its_form(int status, string body, string? server)
    {
        _machine.Answers((HttpStatusCode)status, body, headers: server is null ? [] : [("Server", server)])
            .Answers(HttpStatusCode.OK, _machine.Token());

        Assert.Equal(TokenVerdict.Issued, (await _machine.AcquireAsync(inChain: true)).Verdict);
    }

    public static TheoryData<int, string, TokenErrorKind> Absent => new()
    {
        { 400, """{"error":"invalid_request","error_description":"Identity not found"}""", TokenErrorKind.NotConfigured },
        { 200, "<html>sign in to the network</html>", TokenErrorKind.NotConfigured },
        { 200, "", TokenErrorKind.NotConfigured },
        { 200, """{"hello":"world"}""", TokenErrorKind.NotConfigured },
        { 302, "", TokenErrorKind.NotConfigured },
        { 400, "", TokenErrorKind.NotConfigured },
        { 400, "<html>Bad Request</html>", TokenErrorKind.NotConfigured },
        { 400, """{"status":400,"error":"Bad Request","path":"/metadata/identity/oauth2/token"}""", TokenErrorKind.NotConfigured },
        { 400, """{"error":{"code":"BadRequest","message":"no"}}""", TokenErrorKind.NotConfigured },
        { 401, "", TokenErrorKind.NotConfigured },
        { 403, "", TokenErrorKind.Unreachable },
        { 408, "<html>Request Timeout</html>", TokenErrorKind.NotConfigured },
        { 410, "<html>Gone</html>", TokenErrorKind.NotConfigured },
        { 429, "<html>Slow down</html>", TokenErrorKind.NotConfigured },
        { 500, "", TokenErrorKind.NotConfigured },
        { 403, "A socket operation was attempted to an unreachable network", TokenErrorKind.Unreachable },
        { 404, "<html>Not Found</html>", TokenErrorKind.NotConfigured },
        { 502, "", TokenErrorKind.Unreachable },
        { 503, "upstream connect error", TokenErrorKind.Unreachable },
        { 504, "", TokenErrorKind.Unreachable },
    };

    [Theory]
    [MemberData(nameof(Absent))]
    public async Task Anything_else_lets_the_chain_go_on(int status, string body, TokenErrorKind kind)
    {
        foreach (var server in new[] { null, "nginx", "Microsoft-IIS/10.0", "not-IMDS/1.0" })
        {
            _machine.Answers((HttpStatusCode)status, body, headers: server is null ? [] : [("Server", server)]);

            var result = await _machine.AcquireAsync(inChain: true);

            Assert.Equal((TokenVerdict.Unavailable, kind), (result.Verdict, result.Error!.Kind));
        }

        Assert.Equal(4, _machine.Server.Requests.Count);
    }

    public static TheoryData<ManagedIdentityId> NamedIds => new(
        ManagedIdentityId.SystemAssigned,
        ManagedIdentityId.FromClientId(Machine.ClientId),
        ManagedIdentityId.FromObjectId(Machine.ObjectId),
        ManagedIdentityId.FromResourceId(Machine.ResourceId));

    [Theory]
    [MemberData(nameof(NamedIds))]
    public async Task A_named_identity_is_not_probed_because_nothing_takes_its_place(ManagedIdentityId id)
    {
        _machine.Answers(HttpStatusCode.NotFound).Answers(HttpStatusCode.OK, _machine.Token());

        var result = await _machine.AcquireAsync(id, inChain: true);

        Assert.Equal(TokenVerdict.Issued, result.Verdict);
        Assert.All(_machine.Server.Requests, request => Assert.Equal("true", request.Headers["Metadata"]));
    }

    [Fact]
    public async Task A_named_identity_is_asked_for_as_long_as_without_a_chain()
    {
        _machine.Server.Otherwise = _ => FakeServer.Response(HttpStatusCode.ServiceUnavailable);
        await _machine.AcquireAsync(ManagedIdentityId.FromClientId(Machine.ClientId));
        var alone = _machine.Server.Requests.Count;

        var result = await _machine.AcquireAsync(ManagedIdentityId.FromClientId(Machine.ClientId), inChain: true);

        Assert.Equal(TokenVerdict.Failed, result.Verdict);
        Assert.Equal(2 * alone, _machine.Server.Requests.Count);
    }

    [Fact]
    public async Task A_refused_connection_is_not_here()
    {
        var once = new RetryOptions { MaxAttempts = 1 };
        _machine.Server.Refuse().Refuse();

        var unnamed = await _machine.AcquireAsync(inChain: true);
        var named = await _machine.AcquireAsync(
            ManagedIdentityId.SystemAssigned, inChain: true, configure: options => options.Retry = once);

        Assert.Equal(TokenVerdict.Unavailable, unnamed.Verdict);
        Assert.Equal(TokenErrorKind.Unreachable, unnamed.Error!.Kind);
        Assert.IsType<HttpRequestException>(unnamed.Error.Exception);
        Assert.Equal(TokenVerdict.Failed, named.Verdict);
        Assert.Contains("no other credential takes its place", named.Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_answer_is_waited_for_one_second()
    {
        var started = _machine.Clock.Now;
        _machine.Server.Hang(_machine.Clock);

        var result = await _machine.AcquireAsync(inChain: true);

        Assert.Equal(TokenVerdict.Unavailable, result.Verdict);
        Assert.Equal(TokenErrorKind.TimedOut, result.Error!.Kind);
        Assert.InRange(_machine.Clock.Now - started, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5));
        Assert.Single(_machine.Server.Requests);
    }

    [Fact]
    public async Task Absence_is_not_remembered()
    {
        _machine.Server.Refuse();
        _machine.Answers(HttpStatusCode.BadRequest, Refused).Answers(HttpStatusCode.OK, _machine.Token());
        var credential = _machine.Credential();
        var acquisition = new Acquisition(new TokenRequest(Machine.Scope)) { HasAlternatives = true };

        Assert.Equal(TokenVerdict.Unavailable, (await credential.AcquireAsync(acquisition, CancellationToken.None)).Verdict);
        Assert.Equal(TokenVerdict.Issued, (await credential.AcquireAsync(acquisition, CancellationToken.None)).Verdict);
    }

    [Fact]
    public async Task Once_it_is_here_a_token_is_worth_the_whole_schedule()
    {
        _machine.Answers(HttpStatusCode.BadRequest, Refused);
        _machine.Server.Otherwise = _ => FakeServer.Response(HttpStatusCode.ServiceUnavailable);

        var result = await _machine.AcquireAsync(inChain: true);

        Assert.Equal(TokenVerdict.Failed, result.Verdict);
        Assert.Equal(1 + 5, _machine.Server.Requests.Count);
    }
}
