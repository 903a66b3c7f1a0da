using System.Net;

namespace WorkloadIdentity.Tests;

/// <summary>Azure Arc, where scenarios cannot tell it: see Scenarios/arc-*.</summary>
public sealed class ArcHostTests
{
    private static readonly string Key = Path.Join(
        OperatingSystem.IsWindows()
            ? Path.Join(WorkloadEnvironment.ProgramData, "AzureConnectedMachineAgent", "Tokens")
            : "/var/opt/azcmagent/tokens", "a.key");

    [Fact]
    public async Task The_two_requests_are_exactly_these()
    {
        var machine = Arc();
        Challenge(machine).Answers(HttpStatusCode.OK, machine.Token());

        var result = await machine.AcquireAsync();

        Assert.True(result.Verdict == TokenVerdict.Issued, result.ToString());
        Assert.Equal("Azure Arc", result.Token!.Issuer);
        Assert.Equal(2, machine.Server.Requests.Count);
        Assert.All(machine.Server.Requests, request =>
        {
            Assert.Equal((HttpMethod.Get, ""), (request.Method, request.Body));
            Assert.Equal(
                "http://localhost:40342/metadata/identity/oauth2/token?api-version=2020-06-01&resource=https%3A%2F%2Fgraph.microsoft.com",
                request.Uri.AbsoluteUri);
        });
        Assert.Equal(["Metadata", "User-Agent"], machine.Server.Requests[0].Headers.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(["Authorization", "Metadata", "User-Agent"], machine.Server.Requests[1].Headers.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_answer_goes_where_the_challenge_came_from()
    {
        var machine = Arc();
        machine.Server.Answer(_ =>
        {
            machine.Variables["IDENTITY_ENDPOINT"] = "http://localhost:1/canary";
            return FakeServer.Response(HttpStatusCode.Unauthorized, headers: ("WWW-Authenticate", $"Basic realm={Key}"));
        });
        machine.Answers(HttpStatusCode.OK, machine.Token());

        await machine.AcquireAsync();

        Assert.Equal(machine.Server.Requests[0].Uri, machine.Server.Requests[1].Uri);
    }

    [Fact]
    public async Task A_relative_expiry_counts_from_the_second_request()
    {
        var machine = Arc();
        machine.Server.Answer(_ =>
        {
            machine.Clock.Advance(TimeSpan.FromSeconds(5));
            return FakeServer.Response(HttpStatusCode.Unauthorized, headers: ("WWW-Authenticate", $"Basic realm={Key}"));
        });
        machine.Answers(HttpStatusCode.OK, """{"access_token":"t","expires_in":3600,"token_type":"Bearer"}""");
        var started = machine.Clock.Now;

        Assert.Equal(started.AddSeconds(3605), (await machine.AcquireAsync()).Token!.ExpiresOn);
    }

    [Fact]
    public async Task A_hanging_agent_is_cut_off_at_either_round()
    {
        var machine = Arc();
        Challenge(machine).Server.Hang(machine.Clock);

        var result = await machine.AcquireAsync(configure: options => options.Retry = new RetryOptions { MaxAttempts = 1 });

        Assert.Equal(TokenErrorKind.TimedOut, result.Error!.Kind);
        Assert.Equal(Machine.Scope, result.Error.Scope);
    }

    [Fact]
    public void Access_denied_says_which_group_to_join()
    {
        var file = FileContent.Unreadable(Key, new UnauthorizedAccessException("canary"));

        var error = ArcHost.Denied(
            new ManagedIdentityRequest(Machine.Scope, "https://graph.microsoft.com", id: null) { Present = new HashSet<string>() }, file);

        Assert.Equal(TokenErrorKind.InvalidConfiguration, error.Kind);
        Assert.Contains(
            OperatingSystem.IsWindows() ? "Hybrid agent extension applications" : "himds", error.Message, StringComparison.Ordinal);
        Assert.Equal("wid explain arc-key-file", error.Help);
        Assert.False(error.IsTransient);
        Assert.DoesNotContain("canary", error.Message, StringComparison.Ordinal);
    }

    private static Machine Arc()
    {
        var machine = new Machine();
        machine.Variables["IDENTITY_ENDPOINT"] = "http://localhost:40342/metadata/identity/oauth2/token";
        machine.Variables["IMDS_ENDPOINT"] = "http://localhost:40342";
        machine.Files[Key] = "canary-key"u8.ToArray();
        return machine;
    }

    private static Machine Challenge(Machine machine) =>
        machine.Answers(HttpStatusCode.Unauthorized, headers: ("WWW-Authenticate", $"Basic realm={Key}"));
}
