using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using WorkloadIdentity.Testing;
using static WorkloadIdentity.Tests.EmulatorCalls;

namespace WorkloadIdentity.Tests;

/// <summary>The admin API: who may use it, and that it does what the same call in C# does.</summary>
public sealed class AdminEndpointTests : IAsyncLifetime
{
    private EntraEmulator _entra = null!;
    private HttpClient Http { get; set; } = null!;

    public async Task InitializeAsync()
    {
        _entra = await EntraEmulator.StartAsync(new() { HasAdminApi = true });
        Http = new HttpClient(_entra.CreateHandler()) { BaseAddress = _entra.PlainAddress };
    }

    public async Task DisposeAsync()
    {
        Http.Dispose();
        await _entra.DisposeAsync();
    }

    [Fact]
    public async Task It_is_off_unless_asked_for()
    {
        await using var entra = await EntraEmulator.StartAsync();

        Assert.Null(entra.AdminToken);
        Assert.Equal(404, (await entra.GetAsync("admin", ("Authorization", "Bearer "))).Status);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Bearer wrong")]
    [InlineData("Basic {0}")]
    [InlineData("Bearer {0}x")]
    public async Task It_answers_nobody_without_its_token(string? authorization)
    {
        using var request =
            Request(
                HttpMethod.Get,
                "admin",
                body: null,
                authorization is null
                    ? null
                    : string.Format(System.Globalization.CultureInfo.InvariantCulture, authorization, _entra.AdminToken));
        using var response = await Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.DoesNotContain(_entra.Application.ClientId, await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Origin", "https://attacker.example")]
    [InlineData("Origin", "null")]
    [InlineData("Origin", "http://127.0.0.1")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    [InlineData("Host", "attacker.example")]
    public async Task It_answers_no_page_of_a_browser_even_with_the_token(string name, string value)
    {
        using var request = Request(HttpMethod.Post, "admin/keys/roll");
        Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        var before = _entra.Keys.CurrentKeyId;
        using var response = await Http.SendAsync(request);

        Assert.Equal(name == "Host" ? HttpStatusCode.MisdirectedRequest : HttpStatusCode.Forbidden, response.StatusCode);
        Assert.False(response.Headers.Contains("Access-Control-Allow-Origin"));
        Assert.Equal(before, _entra.Keys.CurrentKeyId);
    }

    [Fact]
    public async Task A_body_that_a_page_could_send_without_asking_is_not_read()
    {
        using var request = Request(HttpMethod.Post, "admin/keys/roll");
        request.Content = new StringContent("{}", Encoding.UTF8, "text/plain");
        using var response = await Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData(null)]
    public async Task Nor_is_one_that_does_not_state_its_length(string? type)
    {
        using var request = Request(HttpMethod.Post, "admin/keys/roll");
        request.Content = new ByteArrayContent("{}"u8.ToArray()) { Headers = { ContentType = type is null ? null : new(type) } };
        request.Headers.TransferEncodingChunked = true;
        var before = _entra.Keys.CurrentKeyId;
        using var response = await Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
        Assert.Equal(before, _entra.Keys.CurrentKeyId);

        using var asJson = Request(HttpMethod.Post, "admin/keys/roll", "{}");
        asJson.Headers.TransferEncodingChunked = true;
        using var rolled = await Http.SendAsync(asJson);
        Assert.Equal(HttpStatusCode.Created, rolled.StatusCode);
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Over_https_the_same_holds_in_each_version_of_http(string version)
    {
        using var http = new HttpClient(_entra.CreateHandler())
        {
            BaseAddress = _entra.SecureAddress,
            DefaultRequestVersion = new Version(version),
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        using var request = Request(HttpMethod.Post, "admin/keys/roll");
        request.Content = new StreamContent(new MemoryStream("{}"u8.ToArray())) { Headers = { ContentType = new("text/plain") } };
        using var empty = Request(HttpMethod.Post, "admin/keys/roll");

        using var refused = await http.SendAsync(request);
        using var rolled = await http.SendAsync(empty);

        Assert.Equal((HttpStatusCode.UnsupportedMediaType, HttpStatusCode.Created), (refused.StatusCode, rolled.StatusCode));
    }

    [Fact]
    public async Task Beyond_loopback_it_speaks_https_only()
    {
        await using var entra =
            await EntraEmulator.StartAsync(new() { Address = IPAddress.Any, HostName = "localhost", HasAdminApi = true });
        using var http = new HttpClient(entra.CreateHandler());

        async Task<HttpStatusCode> AskAsync(Uri address)
        {
            using var request =
                new HttpRequestMessage(
                    HttpMethod.Get, new Uri(address, "admin"))
                { Headers = { Authorization = new("Bearer", entra.AdminToken) } };
            using var response = await http.SendAsync(request);
            return response.StatusCode;
        }

        Assert.Equal(Uri.UriSchemeHttps, entra.AdminAddress.Scheme);
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(entra.PlainAddress));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(entra.SecureAddress));
    }

    [Theory]
    [InlineData("short")]
    [InlineData("0123456789012345678901234567890 23456789")]
    public void A_token_that_can_be_guessed_or_not_be_sent_is_refused(string token) =>
        Assert.Throws<ArgumentException>(() => new EntraEmulatorOptions { AdminToken = token });

    [Fact]
    public async Task Every_call_of_the_documentation_works_in_its_order()
    {
        var calls = EmulatorDocs.Calls();
        Assert.True(calls.Count > 20, $"{calls.Count} calls found");
        using var certificate = Certificate();
        var pem = JsonSerializer.Serialize(certificate.ExportCertificatePem());
        await using var entra = await EmulatorFile.Parse(EmulatorDocs.Example()
            .Replace("\"orders.pem\"", pem, StringComparison.Ordinal)
            .Replace("\"authority.pem\"", pem, StringComparison.Ordinal)
            .Replace("\"valueFile\": \"orders-secret.txt\"", "\"value\": \"s3cret\"", StringComparison.Ordinal)
            .Replace(
                "\"tokenFile\": \"admin-token.txt\"", "\"token\": \"0123456789012345678901234567890123456789\"", StringComparison.Ordinal)
            .Replace("\"certificateAuthorityFile\": \"entra-ca.pem\",", "", StringComparison.Ordinal)).StartAsync();
        using var http = new HttpClient(entra.CreateHandler()) { BaseAddress = entra.PlainAddress };

        foreach (var (method, path, body) in calls)
        {
            using var request = Request(new HttpMethod(method), path, body, $"Bearer {entra.AdminToken}");
            using var response = await http.SendAsync(request);
            Assert.True(
                response.IsSuccessStatusCode, $"{method} {path}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
        }
    }

    [Fact]
    public async Task What_it_adds_works_at_once()
    {
        var clientId = Guid.NewGuid().ToString();
        await SendAsync(HttpMethod.Post, "admin/apis", """{ "audience": "api://orders" }""");
        await SendAsync(HttpMethod.Post, "admin/issuers", """{ "kind": "gitHub" }""");
        await SendAsync(HttpMethod.Post, "admin/applications", $$"""
            { "clientId": "{{clientId}}", "secrets": [ { "value": "s3cret" } ],
              "roles": [ { "api": "api://orders", "role": "Orders.Read" } ] }
            """);
        await SendAsync(
            HttpMethod.Post,
            $"admin/applications/{clientId}/federatedCredentials",
            """{ "issuer": "https://token.actions.githubusercontent.com", "subject": "repo:contoso/orders:pull_request" }""");
        var app = _entra.Directory.FindApplication(clientId)!;
        var assertion =
            (await SendAsync(
                HttpMethod.Post,
                "admin/issuers/assertions",
                """{ "url": "https://token.actions.githubusercontent.com", "subject": "repo:contoso/orders:pull_request" }"""))![
                    "assertion"]!.GetValue<string>();
        var form =
            app.Form(
                ("client_secret", "s3cret"),
                ("scope", "api://orders/.default"),
                ("claims", """{"access_token":{"xms_cc":{"values":["cp1"]}}}"""));
        var token = (await _entra.PostAsync(form)).Token;

        Assert.Equal("Orders.Read", Claims(token).GetProperty("roles")[0].GetString());
        Assert.Equal(200, (await _entra.PostAsync(app.Asserting(assertion))).Status);
        await SendAsync(HttpMethod.Post, $"admin/applications/{clientId}/revoke");
        Assert.Equal(401, (await _entra.CallAsync(token, _entra.Directory.FindApi("api://orders"))).Status);
        await SendAsync(HttpMethod.Patch, $"admin/applications/{clientId}", """{ "block": { "code": 53003 } }""");
        Assert.Equal(53003, (await _entra.PostAsync(form)).Code);
        await SendAsync(HttpMethod.Patch, $"admin/applications/{clientId}", """{ "isEnabled": false, "block": null }""");
        Assert.Equal(7000112, (await _entra.PostAsync(form)).Code);
        await SendAsync(HttpMethod.Patch, $"admin/applications/{clientId}", """{ "isEnabled": true }""");
        await SendAsync(HttpMethod.Post, "admin/faults/tokenEndpoint", """{ "kind": "throttled", "retryAfter": "00:00:07" }""");
        Assert.Equal("7", (await _entra.PostAsync(form)).Headers["Retry-After"]);
        await SendAsync(HttpMethod.Patch, "admin/faults", """{ "outage": true }""");
        await Assert.ThrowsAsync<HttpRequestException>(() => _entra.PostAsync(form));
        await SendAsync(HttpMethod.Delete, "admin/faults");
        Assert.Equal(200, (await _entra.PostAsync(form)).Status);
    }

    [Fact]
    public async Task A_wrong_body_changes_nothing_and_is_told_in_full()
    {
        using var response =
            await Http.SendAsync(
                Request(HttpMethod.Patch, "admin/settings", """{ "latency": "00:00:30", "tokenLifetime": "soon", "colour": 1 }"""));
        var problems = (await response.Content.ReadFromJsonAsync<JsonObject>())!["problems"]!.AsArray();

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(["tokenLifetime", "colour"], problems.Select(problem => problem!["path"]!.GetValue<string>()));
        Assert.Equal(TimeSpan.Zero, _entra.Latency);
    }

    [Theory]
    [InlineData("POST", "admin/applications/nobody/revoke", "{}", 404)]
    [InlineData("GET", "admin/nothing", null, 404)]
    [InlineData("PUT", "admin/journal", null, 405)]
    [InlineData("POST", "admin/faults/dns", """{ "kind": "reset" }""", 404)]
    [InlineData("POST", "admin/faults/api", """{ "kind": "refusal", "code": 53003 }""", 400)]
    [InlineData("POST", "admin/apis", """{ "audience": "api://emulated-api-2", "isGraph": 1 }""", 400)]
    [InlineData("POST", "admin/tenants", """{ "id": "72f988bf-86f1-41af-91ab-2d7cd011db47", "domains": [ "emulated.example" ] }""", 409)]
    [InlineData("POST", "admin/issuers/assertions", """{ "url": "https://nobody.example", "subject": "me" }""", 404)]
    [InlineData(
        "POST", "admin/applications", """{ "clientId": "6bf7ab3f-6a37-4f6d-9a3c-2ee0f1d1f8a3", "certificates": [ "/etc/passwd" ] }""", 400)]
    [InlineData(
        "POST",
        "admin/applications",
        """{ "clientId": "6bf7ab3f-6a37-4f6d-9a3c-2ee0f1d1f8a3", "secrets": [ { "valueFile": "/etc/passwd" } ] }""",
        400)]
    [InlineData("GET", "admin/environments/mainframe", null, 404)]
    public async Task What_cannot_be_done_is_answered_with_a_reason(string method, string path, string? body, int status)
    {
        using var response = await Http.SendAsync(Request(new HttpMethod(method), path, body));

        Assert.Equal(status, (int)response.StatusCode);
        Assert.NotEmpty((await response.Content.ReadFromJsonAsync<JsonObject>())!["problems"]![0]!["message"]!.GetValue<string>());
    }

    [Fact]
    public async Task Its_views_hold_no_secret()
    {
        var secret = _entra.Application.EnvironmentWithSecret()["AZURE_CLIENT_SECRET"];
        var token = await _entra.TokenAsync();
        await _entra.CallAsync(token);

        var state = (await SendAsync(HttpMethod.Get, "admin"))!.ToJsonString();
        var journal = (await SendAsync(HttpMethod.Get, "admin/journal"))!;

        Assert.Contains(_entra.Application.ClientId, state, StringComparison.Ordinal);
        Assert.Equal(EmulatorJournal.Hash(token), journal["apiRequests"]![0]!["tokenHash"]!.GetValue<string>());
        Assert.All([state, journal.ToJsonString()], text =>
        {
            Assert.DoesNotContain(secret, text, StringComparison.Ordinal);
            Assert.DoesNotContain(token, text, StringComparison.Ordinal);
            Assert.DoesNotContain(_entra.AdminToken!, text, StringComparison.Ordinal);
        });
    }

    private async Task<JsonNode?> SendAsync(HttpMethod method, string path, string? body = null)
    {
        using var request = Request(method, path, body);
        using var response = await Http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return text.Length == 0 ? null : JsonNode.Parse(text);
    }

    private HttpRequestMessage Request(HttpMethod method, string path, string? body = null) =>
        Request(method, path, body, $"Bearer {_entra.AdminToken}");

    private static HttpRequestMessage Request(HttpMethod method, string path, string? body, string? authorization)
    {
        var request =
            new HttpRequestMessage(
                method, path)
            { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json") };
        if (authorization is not null)
        {
            Assert.True(request.Headers.TryAddWithoutValidation("Authorization", authorization));
        }

        return request;
    }
}
