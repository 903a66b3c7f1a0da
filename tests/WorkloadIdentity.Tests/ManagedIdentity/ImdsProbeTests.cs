using System.Net;

namespace WorkloadIdentity.Tests;

/// <summary>"Is it here at all?", asked when other credentials wait.</summary>
public sealed class ImdsProbeTests
{
    private const string Refused = """{"error":"invalid_request","error_description":"Required metadata header not specified"}""";

    private readonly Machine _machine = new();

    [Fact]
    public async Task It_is_the_token_url_without_the_header_and_then_the_token_is_asked_for()
    {
        _machine.Answers(HttpStatusCode.BadRequest, Refused).Answers(HttpStatusCode.OK, _machine.Token());

        var result = await _machine.AcquireAsync(ManagedIdentityId.FromClientId(Machine.ClientId), inChain: true);

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

    public static TheoryData<int, string> Present => new()
    {
        { 400, Refused },
        { 400, "" },
        { 400, "<html></html>" },
        { 408, "" },
        { 410, "" },
        { 429, "" },
        { 500, """{"error":"unknown"}""" },
        { 503, """{"error":"server_busy"}""" },
        { 200, """{"access_token":"an emulator that does not mind"}""" },
    };

    [Theory]
    [MemberData(nameof(Present))]
    public async Task Imds_in_any_mood_is_present(int status, string body)
    {
        _machine.Answers((HttpStatusCode)status, body).Answers(HttpStatusCode.OK, _machine.Token());

        Assert.Equal(TokenVerdict.Issued, (await _machine.AcquireAsync(inChain: true)).Verdict);
    }

    public static TheoryData<int, string, TokenErrorKind> Absent => new()
    {
        { 400, """{"error":"invalid_request","error_description":"Identity not found"}""", TokenErrorKind.NotConfigured },
        { 200, "<html>sign in to the network</html>", TokenErrorKind.NotConfigured },
        { 200, "", TokenErrorKind.NotConfigured },
        { 302, "", TokenErrorKind.NotConfigured },
        { 401, "", TokenErrorKind.NotConfigured },
        { 403, "A socket operation was attempted to an unreachable network", TokenErrorKind.Unreachable },
        { 404, "<html>Not Found</html>", TokenErrorKind.NotConfigured },
        { 502, "", TokenErrorKind.Unreachable },
        { 503, "upstream connect error", TokenErrorKind.Unreachable },
        { 504, "", TokenErrorKind.Unreachable },
    };

    [Theory]
    [MemberData(nameof(Absent))]
    public async Task Anything_else_lets_the_chain_go_on_unless_an_identity_was_named(int status, string body, TokenErrorKind kind)
    {
        _machine.Answers((HttpStatusCode)status, body).Answers((HttpStatusCode)status, body);

        var unnamed = await _machine.AcquireAsync(inChain: true);
        var named = await _machine.AcquireAsync(ManagedIdentityId.FromClientId(Machine.ClientId), inChain: true);

        Assert.Equal(TokenVerdict.Unavailable, unnamed.Verdict);
        Assert.Equal(kind, unnamed.Error!.Kind);
        Assert.Equal(TokenVerdict.Failed, named.Verdict);
        Assert.Contains(Machine.ClientId, named.Error!.Message, StringComparison.Ordinal);
        Assert.Contains("no other credential takes its place", named.Error.Message, StringComparison.Ordinal);
        Assert.Equal(2, _machine.Server.Requests.Count);
    }

    [Fact]
    public async Task A_refused_connection_is_not_here()
    {
        _machine.Server.Refuse().Refuse();

        var unnamed = await _machine.AcquireAsync(inChain: true);
        var named = await _machine.AcquireAsync(ManagedIdentityId.SystemAssigned, inChain: true);

        Assert.Equal(TokenVerdict.Unavailable, unnamed.Verdict);
        Assert.Equal(TokenErrorKind.Unreachable, unnamed.Error!.Kind);
        Assert.IsType<HttpRequestException>(unnamed.Error.Exception);
        Assert.Equal(TokenVerdict.Failed, named.Verdict);
    }

    [Fact]
    public async Task No_answer_is_waited_for_one_second()
    {
        var started = _machine.Clock.Now;
        _machine.Server.Hang();

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
