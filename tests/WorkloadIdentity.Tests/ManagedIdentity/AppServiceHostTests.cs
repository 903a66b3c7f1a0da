using System.Net;
using Microsoft.Extensions.Logging;

namespace WorkloadIdentity.Tests;

public sealed class AppServiceHostTests
{
    public static TheoryData<string, ManagedIdentityId?, string> Requests => new()
    {
        { "default", null, "?api-version=2019-08-01&resource=https%3A%2F%2Fgraph.microsoft.com" },
        { "system", ManagedIdentityId.SystemAssigned, "?api-version=2019-08-01&resource=https%3A%2F%2Fgraph.microsoft.com" },
        { "client", ManagedIdentityId.FromClientId(
            Machine.ClientId), $"?api-version=2019-08-01&resource=https%3A%2F%2Fgraph.microsoft.com&client_id={Machine.ClientId}" },
        { "object", ManagedIdentityId.FromObjectId(
            Machine.ObjectId), $"?api-version=2019-08-01&resource=https%3A%2F%2Fgraph.microsoft.com&principal_id={Machine.ObjectId}" },
        { "resource", ManagedIdentityId.FromResourceId(
            Machine.ResourceId),
            $"?api-version=2019-08-01&resource=https%3A%2F%2Fgraph.microsoft.com&mi_res_id={Uri.EscapeDataString(Machine.ResourceId)}" },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task The_request_is_exactly_that_of_2019(string kind, ManagedIdentityId? id, string query)
    {
        var machine = Machine.AppService();
        machine.Answers(HttpStatusCode.OK, machine.Token());

        var result = await machine.AcquireAsync(id);

        Assert.True(result.Verdict == TokenVerdict.Issued, $"{kind}: {result}");
        var request = Assert.Single(machine.Server.Requests);
        Assert.Equal(HttpMethod.Get, request.Method);
        Assert.Equal("http://169.254.129.2:8081/msi/token" + query, request.Uri.AbsoluteUri);
        Assert.Equal(["User-Agent", "X-IDENTITY-HEADER"], request.Headers.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("canary-header", request.Headers["X-IDENTITY-HEADER"]);
        Assert.Equal("", request.Body);
        Assert.Equal("App Service", result.Token!.Issuer);
    }

    [Theory]
    [InlineData(false, "?api-version=2017-09-01&resource=https%3A%2F%2Fgraph.microsoft.com")]
    [InlineData(true, "?api-version=2017-09-01&resource=https%3A%2F%2Fgraph.microsoft.com&clientid=" + Machine.ClientId)]
    public async Task The_request_is_exactly_that_of_2017(bool named, string query)
    {
        var machine = Machine.AppServiceOf2017();
        machine.Answers(
            HttpStatusCode.OK,
            """
            {"access_token":"t","expires_on":"1/1/2026 11:30:00 PM +00:00","resource":"https://graph.microsoft.com","token_type":"Bearer"}
            """);

        var result = await machine.AcquireAsync(named ? ManagedIdentityId.FromClientId(Machine.ClientId) : null);

        var request = Assert.Single(machine.Server.Requests);
        Assert.Equal("http://127.0.0.1:41741/MSI/token/" + query, request.Uri.AbsoluteUri);
        Assert.Equal(["User-Agent", "secret"], request.Headers.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("canary-header", request.Headers["secret"]);
        Assert.Equal(new DateTimeOffset(2026, 1, 1, 23, 30, 0, TimeSpan.Zero), result.Token!.ExpiresOn);
    }

    [Fact]
    public async Task Ids_that_2017_does_not_know_fail_without_asking()
    {
        foreach (var id in new[] { ManagedIdentityId.FromObjectId(Machine.ObjectId), ManagedIdentityId.FromResourceId(Machine.ResourceId) })
        {
            var machine = Machine.AppServiceOf2017();

            var result = await machine.AcquireAsync(id);

            Assert.Equal(TokenVerdict.Failed, result.Verdict);
            Assert.Equal(TokenErrorKind.InvalidConfiguration, result.Error!.Kind);
            Assert.Contains("client id", result.Error.Message, StringComparison.Ordinal);
            Assert.Empty(machine.Server.Requests);
        }
    }

    [Fact]
    public async Task Both_variables_are_read_again_for_every_attempt()
    {
        var machine = Machine.AppService();
        machine.Server.Answer(_ =>
        {
            machine.Variables["IDENTITY_ENDPOINT"] = "http://127.0.0.1:9/moved";
            machine.Variables["IDENTITY_HEADER"] = "rotated";
            return FakeServer.Response(HttpStatusCode.ServiceUnavailable);
        });
        machine.Answers(HttpStatusCode.OK, machine.Token());

        var result = await machine.AcquireAsync();

        Assert.Equal(TokenVerdict.Issued, result.Verdict);
        Assert.Equal(["canary-header", "rotated"], machine.Server.Requests.Select(request => request.Headers["X-IDENTITY-HEADER"]));
        Assert.Equal("/moved", machine.Server.Requests[1].Uri.AbsolutePath);
    }

    [Theory]
    [InlineData("line\r\nMetadata: true")]
    [InlineData("trailing\n")]
    [InlineData("two words")]
    [InlineData("nul\0")]
    [InlineData("gehe\u00EFm")]
    public async Task A_secret_that_cannot_stand_in_a_header_is_an_error_that_does_not_show_it(string secret)
    {
        var machine = Machine.AppService();
        machine.Variables["IDENTITY_HEADER"] = secret;

        var result = await machine.AcquireAsync(inChain: true);

        Assert.Equal(TokenVerdict.Failed, result.Verdict);
        Assert.Equal(TokenErrorKind.InvalidConfiguration, result.Error!.Kind);
        Assert.Contains("IDENTITY_HEADER", result.Error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(secret, result.Error.Message, StringComparison.Ordinal);
        Assert.Empty(machine.Server.Requests);
    }

    [Fact]
    public async Task An_address_of_the_sandbox_is_allowed_inside_it_and_warned_of_once()
    {
        var log = new FakeLog();
        var machine = Machine.AppService();
        machine.Variables["IDENTITY_ENDPOINT"] = "http://172.16.1.3:8081/msi/token";
        machine.Variables["WEBSITE_INSTANCE_ID"] = "1";
        machine.Answers(HttpStatusCode.OK, machine.Token()).Answers(HttpStatusCode.OK, machine.Token());
        var credential = machine.Credential(configure: options => options.LoggerFactory = log);

        for (var i = 0; i < 2; i++)
        {
            Assert.Equal(
                TokenVerdict.Issued,
                (await credential.AcquireAsync(new Acquisition(new TokenRequest(Machine.Scope)), CancellationToken.None)).Verdict);
        }

        var (level, id, text) = Assert.Single(log.Entries);
        Assert.Equal((LogLevel.Warning, 203), (level, id));
        Assert.Contains("172.16.1.3", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_of_the_sandbox_is_refused_outside_it()
    {
        var machine = Machine.AppService();
        machine.Variables["IDENTITY_ENDPOINT"] = "http://172.16.1.3:8081/msi/token";

        var result = await machine.AcquireAsync();

        Assert.Equal(TokenErrorKind.InvalidConfiguration, result.Error!.Kind);
        Assert.Contains("IDENTITY_ENDPOINT is plain http", result.Error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_probed_because_the_variables_say_it_is_here()
    {
        var machine = Machine.AppService();
        machine.Answers(HttpStatusCode.OK, machine.Token());

        Assert.Equal(TokenVerdict.Issued, (await machine.AcquireAsync(inChain: true)).Verdict);
        Assert.Single(machine.Server.Requests);
    }

    [Fact]
    public async Task An_endpoint_that_does_not_answer_is_a_failure_also_in_a_chain()
    {
        var machine = Machine.AppService();
        machine.Server.Refuse().Refuse().Refuse().Refuse();

        var result = await machine.AcquireAsync(inChain: true);

        Assert.Equal(TokenVerdict.Failed, result.Verdict);
        Assert.Equal(TokenErrorKind.Unreachable, result.Error!.Kind);
        Assert.Equal(Machine.Scope, result.Error.Scope);
        Assert.Equal(4, machine.Server.Requests.Count);
    }

    [Fact]
    public async Task A_federated_token_file_does_not_concern_it()
    {
        var machine = Machine.AppService();
        machine.Variables["AZURE_FEDERATED_TOKEN_FILE"] = "/var/run/secrets/token";
        machine.Answers(HttpStatusCode.OK, machine.Token());

        Assert.Equal(TokenVerdict.Issued, (await machine.AcquireAsync()).Verdict);
    }
}
