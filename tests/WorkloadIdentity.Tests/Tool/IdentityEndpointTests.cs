using System.Net;
using System.Text.Json.Nodes;
using WorkloadIdentity.Tool;

namespace WorkloadIdentity.Tests;

/// <summary>What the identity endpoint answers to callers that have its secret.</summary>
public sealed class IdentityEndpointTests
{
    private const string Other = "https://storage.azure.com";

    [Fact]
    public async Task An_answer_has_the_form_of_App_Service()
    {
        await using var bench = await EndpointBench.StartAsync();

        var answer = await bench.GetAsync();

        Assert.Equal(200, answer.Status);
        Assert.Contains("\r\nCache-Control: no-store", answer.Head, StringComparison.Ordinal);
        Assert.Contains("\r\nContent-Type: application/json", answer.Head, StringComparison.Ordinal);
        Assert.Equal(
            new JsonObject
            {
                ["access_token"] = EndpointBench.Token(EndpointBench.Resource),
                ["client_id"] = EntraFake.ClientId,
                ["expires_on"] = "1767229200",
                ["not_before"] = "1767225600",
                ["resource"] = EndpointBench.Resource,
                ["token_type"] = "Bearer",
            }.ToJsonString(),
            answer.Json.ToJsonString());
    }

    [Fact]
    public async Task An_audit_line_names_time_resource_and_process_and_has_no_token()
    {
        await using var bench = await EndpointBench.StartAsync();

        var answer = await bench.GetAsync();

        var process = OperatingSystem.IsLinux() ? $"process {Environment.ProcessId}" : "an unknown process";
        Assert.Equal($"wid:  2026-01-01T00:00:00Z token for {EndpointBench.Resource} to {process}\n", bench.Error);
        Assert.Equal(200, answer.Status);
    }

    [Fact]
    public async Task A_caller_with_a_socket_for_both_versions_of_IP_is_known_too()
    {
        await using var bench = await EndpointBench.StartAsync();
        using var client = Client(bench);

        using var answer = await client.GetAsync(new Uri($"{bench.Server.Address}?{EndpointBench.Query()}"));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains(
            OperatingSystem.IsLinux() ? $"to process {Environment.ProcessId}\n" : "unknown", bench.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("resource=https://vault.azure.net")]
    [InlineData("api-version=2017-09-01&resource=https://vault.azure.net")]
    [InlineData("api-version=2019-08-01")]
    [InlineData("api-version=2019-08-01&resource=")]
    [InlineData("api-version=2019-08-01&api-version=2019-08-01&resource=https://vault.azure.net")]
    [InlineData("api-version=2019-08-01&resource=https://vault.azure.net&resource=https://storage.azure.com")]
    [InlineData("api-version=2019-08-01&resource=https://vault.azure.net&Resource=https://storage.azure.com")]
    [InlineData("api-version=2019-08-01&resource=https://vault.azure.net&msi_res_id=/subscriptions/x")]
    [InlineData("api-version=2019-08-01&resource=https://vault.azure.net&clientid=6bf7ab3f-6a37-4f6d-9a3c-2ee0f1d1f8a3")]
    [InlineData("api-version=2019-08-01&resource=https://vault.azure.net&bypass_cache=true")]
    public async Task A_query_that_is_not_exactly_the_protocol_is_refused(string query) => await RefusedAsync(query);

    [Theory]
    [InlineData("https://storage.azure.com")]
    [InlineData("https://vault.azure.net/")]
    [InlineData("https://VAULT.azure.net")]
    [InlineData("https://vault.azure.net/.default")]
    [InlineData(" https://vault.azure.net")]
    [InlineData("https://vault.azure.net https://storage.azure.com")]
    [InlineData("https://vault.azure.net.evil.example")]
    [InlineData("api://AzureADTokenExchange")]
    [InlineData("api://AzureADTokenExchangeUSGov")]
    [InlineData("api://AzureADTokenExchangeChina")]
    public async Task A_resource_that_no_scope_names_is_refused(string resource)
    {
        var answer = await RefusedAsync(EndpointBench.Query(resource));

        Assert.Contains("is not served. Served: https://vault.azure.net.", answer.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("client_id", EntraFake.ClientId, 200)]
    [InlineData("client_id", "6BF7AB3F-6A37-4F6D-9A3C-2EE0F1D1F8A3", 200)]
    [InlineData("principal_id", EndpointBench.ObjectId, 200)]
    [InlineData("object_id", EndpointBench.ObjectId, 200)]
    [InlineData("mi_res_id", EndpointBench.ResourceId, 200)]
    [InlineData("client_id", EndpointBench.ObjectId, 400)]
    [InlineData("client_id", "00000000-0000-0000-0000-000000000001", 400)]
    [InlineData("client_id", "", 400)]
    [InlineData("Client_Id", "00000000-0000-0000-0000-000000000001", 400)]
    [InlineData("principal_id", EntraFake.ClientId, 400)]
    [InlineData("object_id", "00000000-0000-0000-0000-000000000001", 400)]
    [InlineData("mi_res_id", "/subscriptions/other", 400)]
    public async Task A_caller_that_names_another_identity_gets_no_token(string selector, string id, int status)
    {
        await using var bench = await EndpointBench.StartAsync();

        var answer = await bench.GetAsync($"{EndpointBench.Query()}&{selector}={Uri.EscapeDataString(id)}");

        Assert.Equal(status, answer.Status);
        Assert.Equal(status == 200, bench.Error.Contains("token for", StringComparison.Ordinal));
        if (status == 400)
        {
            Assert.StartsWith("No User Assigned or Delegated Managed Identity found", answer.Message, StringComparison.Ordinal);
            Assert.Equal(["statusCode", "message", "correlationId"], answer.Json.AsObject().Select(member => member.Key));
        }
    }

    [Fact]
    public async Task Two_selectors_are_refused_even_if_both_are_right() =>
        await RefusedAsync($"{EndpointBench.Query()}&client_id={EntraFake.ClientId}&principal_id={EndpointBench.ObjectId}");

    [Theory]
    [InlineData("client_id", "04b07795-8ddb-461a-bbee-02f9e1bf7b46", 400)]
    [InlineData("principal_id", EndpointBench.ObjectId, 200)]
    public async Task The_client_of_a_user_s_login_is_not_the_identity(string selector, string id, int status)
    {
        var claims = new JsonObject
        {
            ["aud"] = EndpointBench.Resource,
            ["appid"] = "04b07795-8ddb-461a-bbee-02f9e1bf7b46",
            ["oid"] = EndpointBench.ObjectId,
            ["scp"] = "user_impersonation",
        };
        await using var bench = await EndpointBench.StartAsync(EndpointBench.Issuing(claims));

        Assert.Equal(status, (await bench.GetAsync($"{EndpointBench.Query()}&{selector}={id}")).Status);
    }

    [Theory]
    [InlineData("client_id", EntraFake.ClientId, 200)]
    [InlineData("principal_id", EndpointBench.ObjectId, 400)]
    public async Task Of_a_token_that_cannot_be_read_the_credential_knows_the_client(string selector, string id, int status)
    {
        await using var bench = await EndpointBench.StartAsync(new ScriptedCredential("test", _ => TokenResult.Issued(
            new AccessToken("opaque", new(2026, 1, 1, 1, 0, 0, TimeSpan.Zero)).IssuedBy("test", EntraFake.ClientId))));

        Assert.Equal(status, (await bench.GetAsync($"{EndpointBench.Query()}&{selector}={id}")).Status);
    }

    [Theory]
    [InlineData("api://AzureADTokenExchange/.default")]
    [InlineData("api://AzureADTokenExchangeUSGov/.default")]
    [InlineData("api://AzureADTokenExchangeChina/.default")]
    [InlineData("api://AzureADTokenExchangeFrance/.default")]
    [InlineData("api://AzureFMITokenExchange/.default")]
    [InlineData("API://azureadtokenexchange/.default")]
    [InlineData("api%3A%2F%2FAzureADTokenExchange/.default")]
    [InlineData("spn:api://AzureADTokenExchange/.default")]
    [InlineData("fb60f99c-7a34-4190-8149-302f77469936/.default")]
    [InlineData("vault")]
    [InlineData("https://vault.azure.net")]
    [InlineData("https://vault.azure.net/user_impersonation")]
    [InlineData("https://vault.azure.net/.default https://storage.azure.com/.default")]
    [InlineData("")]
    public async Task No_endpoint_starts_for_an_exchange_audience_or_for_what_is_no_resource(string scope)
    {
        var wrong = await Assert.ThrowsAsync<ToolException>(() => EndpointBench.StartAsync(EndpointBench.Issuing(), [scope]));

        Assert.Equal(ExitCodes.Usage, wrong.ExitCode);
    }

    [Fact]
    public async Task A_token_for_an_exchange_audience_is_not_given_away_under_another_name()
    {
        await using var bench =
            await EndpointBench.StartAsync(EndpointBench.Issuing(new JsonObject { ["aud"] = "api://AzureADTokenExchange" }));

        var answer = await bench.GetAsync();

        Assert.Equal(400, answer.Status);
        Assert.DoesNotContain("token for", bench.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(TokenErrorKind.NotConfigured)]
    [InlineData(TokenErrorKind.TimedOut)]
    [InlineData(TokenErrorKind.Unreachable)]
    public async Task Where_no_credential_is_a_caller_is_not_asked_to_try_again(TokenErrorKind kind)
    {
        var chain = new CredentialChain(
            new ScriptedCredential("absent", _ => TokenResult.Unavailable(new TokenError(TokenErrorKind.NotConfigured, "Not here."))),
            new ScriptedCredential("silent", _ => TokenResult.Unavailable(new TokenError(kind, "No host."))));
        await using var bench = await EndpointBench.StartAsync(chain, [$"{EndpointBench.Resource}/.default"], secrets: []);

        Assert.Equal(400, (await bench.GetAsync()).Status);
    }

    [Theory]
    [InlineData(TokenErrorKind.Refused, 400)]
    [InlineData(TokenErrorKind.NotConfigured, 400)]
    [InlineData(TokenErrorKind.InvalidConfiguration, 400)]
    [InlineData(TokenErrorKind.Throttled, 429)]
    [InlineData(TokenErrorKind.TimedOut, 503)]
    [InlineData(TokenErrorKind.Unreachable, 503)]
    public async Task The_caller_learns_the_kind_of_a_failure_and_the_developer_the_reason(TokenErrorKind kind, int status)
    {
        var credential = new ScriptedCredential("test", _ => TokenResult.Failed(
            new TokenError(kind, "Entra said: the secret canary-secret is wrong.")
            {
                EntraErrorCodes = [7000215],
                RetryAfter = kind == TokenErrorKind.Throttled ? TimeSpan.FromSeconds(17) : null,
            }));
        await using var bench =
            await EndpointBench.StartAsync(credential, [$"{EndpointBench.Resource}/.default"], secrets: ["canary-secret"]);

        var first = await bench.GetAsync();
        var second = await bench.GetAsync();

        Assert.Equal((status, status), (first.Status, (int)first.Json["statusCode"]!));
        Assert.Equal(status, second.Status);
        Assert.Contains($"({kind}, AADSTS7000215)", first.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Entra said", first.Body, StringComparison.Ordinal);
        Assert.Equal(kind == TokenErrorKind.Throttled, first.Head.Contains("\r\nRetry-After: 17", StringComparison.Ordinal));
        Assert.Contains("Entra said: the secret (hidden) is wrong.", bench.Error, StringComparison.Ordinal);
        Assert.Contains("fix:  Run 'wid doctor'", bench.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("canary-secret", bench.Error + first.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ten_thousand_requests_cause_one_token_request_for_each_resource()
    {
        var credential = EndpointBench.Issuing();
        await using var bench = await EndpointBench.StartAsync(credential, [$"{EndpointBench.Resource}/.default", $"{Other}/.default"]);
        using var client = Client(bench);
        Uri[] addresses =
        [
            new($"{bench.Server.Address}?{EndpointBench.Query()}"), new($"{bench.Server.Address}?{EndpointBench.Query(Other)}"),
        ];

        var issued = 0;
        await Parallel.ForAsync(0, 10_000, new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (i, cancellationToken) =>
        {
            using var answer = await client.GetAsync(addresses[i % 2], cancellationToken);
            Interlocked.Add(ref issued, answer.StatusCode == HttpStatusCode.OK ? 1 : 0);
        });

        Assert.Equal(10_000, issued);
        Assert.Equal(
            [$"{Other}/.default", $"{EndpointBench.Resource}/.default"], credential.Asked.Select(asked => asked.Request.Scope).Order());
        Assert.Equal(10_000, bench.Error.Count(character => character == '\n'));
    }

    [Fact]
    public async Task It_ends_when_nobody_with_the_secret_has_asked_for_the_idle_limit()
    {
        await using var bench = await EndpointBench.StartAsync();
        var idle = bench.Server.UntilIdleAsync(TimeSpan.FromMinutes(30), CancellationToken.None);

        bench.Clock.Advance(TimeSpan.FromMinutes(20));
        await bench.GetAsync();
        bench.Clock.Advance(TimeSpan.FromMinutes(20));
        await bench.SendAsync("GET /msi/token HTTP/1.1", $"Host: {bench.Authority}", "X-IDENTITY-HEADER: wrong");
        await Patience.UntilAsync(() => bench.Clock.NextDue == TimeSpan.FromMinutes(10));
        Assert.False(idle.IsCompleted);
        bench.Clock.Advance(TimeSpan.FromMinutes(10));

        await idle.WaitAsync(Patience.Limit);
    }

    private static HttpClient Client(EndpointBench bench)
    {
        var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, MaxConnectionsPerServer = 64 });
        client.DefaultRequestHeaders.Add("X-IDENTITY-HEADER", bench.Server.Secret);
        return client;
    }

    /// <summary>A query that is refused before anybody is asked for a token.</summary>
    private static async Task<RawAnswer> RefusedAsync(string query)
    {
        var credential = EndpointBench.Issuing();
        await using var bench = await EndpointBench.StartAsync(credential);

        var answer = await bench.GetAsync(query);

        Assert.Equal((400, 400), (answer.Status, (int)answer.Json["statusCode"]!));
        Assert.True(Guid.TryParseExact((string)answer.Json["correlationId"]!, "D", out _));
        Assert.Empty(credential.Asked);
        return answer;
    }
}
