using System.Net;
using System.Text;
using WorkloadIdentity.Testing;

namespace OwnCredential.Tests;

/// <summary>How to test a credential of your own: no server, no clock but the test's, no member that is not public.</summary>
public sealed class BrokerCredentialTests : IDisposable
{
    private static readonly TokenRequest Graph = new("https://graph.microsoft.com/.default");

    private readonly Dictionary<string, string> _variables = new()
    {
        [BrokerCredential.EndpointVariable] = "http://127.0.0.1:7000/",
        [BrokerCredential.KeyFileVariable] = "/run/broker/key",
    };

    private readonly Dictionary<string, byte[]> _files = new() { ["/run/broker/key"] = Encoding.UTF8.GetBytes(SmallBroker.Key) };
    private readonly SmallBroker _broker = new();
    private readonly HttpClient _http;
    private readonly StoppedClock _clock = new();

    public BrokerCredentialTests() => _http = new HttpClient(_broker, disposeHandler: false);

    public void Dispose()
    {
        _http.Dispose();
        _broker.Dispose();
    }

    [Fact]
    public async Task A_token_says_who_issued_it_and_lives_by_the_clock_of_the_acquisition()
    {
        var result = await AskAsync(Graph.ForTenant("contoso.com"));

        Assert.Equal(TokenVerdict.Issued, result.Verdict);
        Assert.Equal(_clock.GetUtcNow().AddHours(1), result.Token!.ExpiresOn);
        Assert.Equal(("the broker", "orders-api", "broker"), (result.Token.Issuer, result.Token.ClientId, result.Token.AcquiredBy));
        Assert.EndsWith("&tenant=contoso.com", _broker.LastAddress!.Query, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_broker_it_is_not_here_and_a_chain_goes_on()
    {
        _variables.Remove(BrokerCredential.EndpointVariable);
        var chain = new CredentialChain(Credential(), FakeCredential.Issuing("other"));

        Assert.Equal(TokenVerdict.Unavailable, (await AskAsync(Graph)).Verdict);
        Assert.Equal("other", (await chain.AcquireAsync(new Acquisition(Graph), default)).Token!.Value);
        Assert.Equal(0, _broker.Asked);
    }

    [Theory]
    [InlineData(BrokerCredential.EndpointVariable, "http://broker.example/", "is no address of this machine")]
    [InlineData(BrokerCredential.KeyFileVariable, "", "is set and BROKER_KEY_FILE is not")]
    [InlineData(BrokerCredential.KeyFileVariable, "/elsewhere", "'/elsewhere' does not exist")]
    public async Task A_broker_that_is_set_up_badly_stops_the_chain_before_it_is_asked(string variable, string value, string message)
    {
        _variables[variable] = value;

        var result = await AskAsync(Graph);

        Assert.Equal((TokenVerdict.Failed, TokenErrorKind.InvalidConfiguration), (result.Verdict, result.Error!.Kind));
        Assert.Contains(message, result.Error.Message, StringComparison.Ordinal);
        Assert.Equal("https://docs.example/broker", result.Error.HelpLink?.OriginalString);
        Assert.Equal(0, _broker.Asked);
    }

    [Fact]
    public async Task A_refusal_by_Entra_is_explained_and_what_the_broker_wrote_holds_no_token()
    {
        _broker.Next = SmallBroker.Json(
            HttpStatusCode.BadRequest, """{"error":"AADSTS7000222\nfor eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.","code":7000222}""");

        var error = (await AskAsync(Graph)).Error!;

        Assert.Equal((TokenErrorKind.Refused, TokenErrorCategory.ClientSecret), (error.Kind, error.Category));
        Assert.Contains("It said: AADSTS7000222 for (hidden)", error.Message, StringComparison.Ordinal);
        Assert.Contains(EntraError.Find(7000222)!.Fix, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broker_that_is_asked_too_often_is_left_alone_for_as_long_as_it_says()
    {
        _broker.Next = SmallBroker.Json(HttpStatusCode.TooManyRequests, "{}");
        _broker.Next.Headers.RetryAfter = new(TimeSpan.FromSeconds(20));
        using var acquirer = new TokenAcquirer(Credential(), new TokenAcquirerOptions { TimeProvider = _clock });

        var first = await Assert.ThrowsAsync<TokenAcquisitionException>(() => acquirer.GetTokenAsync(Graph).AsTask());
        var second = Assert.Throws<TokenAcquisitionException>(() => acquirer.GetToken(Graph));

        Assert.Equal((TokenErrorKind.Throttled, false), (first.Error.Kind, first.Error.IsRepeated));
        Assert.True(second.Error.IsRepeated);
        Assert.Equal(1, _broker.Asked);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("no JSON")]
    [InlineData("""{"token":"t","expires_in":0}""")]
    public async Task An_answer_without_a_usable_token_is_a_failure(string json)
    {
        _broker.Next = SmallBroker.Json(HttpStatusCode.OK, json);

        Assert.Equal(TokenErrorKind.InvalidResponse, (await AskAsync(Graph)).Error!.Kind);
    }

    [Fact]
    public async Task A_request_for_a_user_is_refused_without_asking()
    {
        var result = await AskAsync(new TokenRequest("api://orders/.default") { UserAssertion = "user" });

        Assert.Equal((TokenVerdict.Failed, RequestFeatures.UserAssertion), (result.Verdict, result.Error!.UnsupportedFeatures));
        Assert.Equal(0, _broker.Asked);
    }

    private BrokerCredential Credential() => new(_http, WorkloadEnvironment.FromValues(_variables, _files));

    private ValueTask<TokenResult> AskAsync(TokenRequest request) =>
        Credential().AcquireAsync(new Acquisition(request) { TimeProvider = _clock }, CancellationToken.None);

    private sealed class StoppedClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override long GetTimestamp() => 1;
    }
}
