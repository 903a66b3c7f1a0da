using System.Net;
using System.Text.Json.Nodes;
using WorkloadIdentity.Governance;

namespace WorkloadIdentity.Tests;

public sealed class GraphClientTests : IDisposable
{
    private readonly FakeClock _clock = new();
    private readonly FakeGraph _graph;

    public GraphClientTests()
    {
        _graph = new FakeGraph(_clock);
    }

    public void Dispose() => _graph.Dispose();

    [Fact]
    public async Task A_list_is_read_page_by_page()
    {
        _graph.PageSize = 2;
        _graph.List("/v1.0/oauth2PermissionGrants", [.. Enumerable.Range(0, 5).Select(n => $$"""{"id":"{{n}}"}""")]);

        var ids = await ReadAsync(client => client.ListDelegatedGrantsAsync());

        Assert.Equal(["0", "1", "2", "3", "4"], ids.Select(grant => grant.Id));
        Assert.Equal(3, _graph.Sent.Count);
    }

    [Theory]
    [InlineData(429, "4", 4)]
    [InlineData(503, "400", 400)]
    [InlineData(429, null, 2)]
    [InlineData(500, null, 2)]
    [InlineData(502, null, 2)]
    [InlineData(504, null, 2)]
    [InlineData(409, null, 2)]
    public async Task A_transient_answer_is_asked_for_again_after_the_time_that_it_names(int status, string? retryAfter, int seconds)
    {
        var answers = 0;
        _graph.Instead = _ => answers++ == 0
            ? FakeGraph.Error((HttpStatusCode)status, "x", retryAfter is null ? [] : [("Retry-After", retryAfter)])
            : null;
        var before = _clock.Now;

        Assert.Empty(await ReadAsync(client => client.ListDelegatedGrantsAsync()));

        Assert.Equal(2, _graph.Sent.Count);
        Assert.Equal(TimeSpan.FromSeconds(seconds), _clock.Now - before);
    }

    [Fact]
    public async Task A_page_that_was_cut_off_is_asked_for_again()
    {
        var answers = 0;
        _graph.List("/v1.0/oauth2PermissionGrants", """{"id":"1"}""");
        _graph.Instead = _ => answers++ == 0 ? FakeGraph.Json("""{"value":[{"id":"1"},{"i""") : null;

        Assert.Single(await ReadAsync(client => client.ListDelegatedGrantsAsync()));
    }

    [Fact]
    public async Task A_broken_connection_and_no_answer_are_tried_again_and_told_at_last()
    {
        _graph.Instead = _ => throw new HttpRequestException("reset");

        var error = (await Assert.ThrowsAsync<GraphException>(() => ReadAsync(client => client.ListDelegatedGrantsAsync()))).Error;

        Assert.Equal(GraphErrorKind.Unreachable, error.Kind);
        Assert.Equal(6, _graph.Sent.Count);
    }

    [Fact]
    public async Task A_wait_that_is_too_long_ends_the_attempts()
    {
        _graph.Instead = _ => FakeGraph.Error(HttpStatusCode.TooManyRequests, "x", ("Retry-After", "86400"));

        var error = (await Assert.ThrowsAsync<GraphException>(() => ReadAsync(client => client.ListDelegatedGrantsAsync()))).Error;

        Assert.Equal((GraphErrorKind.Throttled, TimeSpan.FromDays(1)), (error.Kind, error.RetryAfter));
        Assert.Single(_graph.Sent);
    }

    [Fact]
    public async Task A_refusal_is_not_asked_for_again()
    {
        _graph.Refuse("/v1.0/oauth2PermissionGrants");

        var error = (await Assert.ThrowsAsync<GraphException>(() => ReadAsync(client => client.ListDelegatedGrantsAsync()))).Error;

        Assert.Equal(GraphErrorKind.PermissionMissing, error.Kind);
        Assert.Single(_graph.Sent);
    }

    [Fact]
    public async Task A_list_whose_links_lead_in_a_circle_ends()
    {
        _graph.Instead = target => FakeGraph.Json(
            $$"""
            {"value":[],"@odata.nextLink":
              "https://graph.microsoft.com/v1.0/oauth2PermissionGrants?$skiptoken={{(target.EndsWith('a') ? 'b' : 'a')}}"}
            """);

        var error = (await Assert.ThrowsAsync<GraphException>(() => ReadAsync(client => client.ListDelegatedGrantsAsync()))).Error;

        Assert.Equal(GraphErrorKind.InvalidResponse, error.Kind);
        Assert.Equal(3, _graph.Sent.Count);
    }

    [Fact]
    public async Task A_row_that_is_null_is_left_out()
    {
        _graph.List("/v1.0/oauth2PermissionGrants", "null", """{"id":"1"}""");

        Assert.Equal("1", Assert.Single(await ReadAsync(client => client.ListDelegatedGrantsAsync())).Id);
    }

    [Theory]
    [InlineData("https://evil.example/v1.0/oauth2PermissionGrants?$skiptoken=1")]
    [InlineData("https://graph.microsoft.com/v1.0/oauth2PermissionGrants?$top=999")]
    public async Task A_link_to_another_host_or_to_itself_ends_the_list(string link)
    {
        _graph.Instead = target => FakeGraph.Json($$"""{"value":[],"@odata.nextLink":"{{link}}"}""");

        var error = (await Assert.ThrowsAsync<GraphException>(() => ReadAsync(client => client.ListDelegatedGrantsAsync()))).Error;

        Assert.Equal(GraphErrorKind.InvalidResponse, error.Kind);
        Assert.Single(_graph.Sent);
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        _graph.Instead = _ => FakeServer.Response(HttpStatusCode.Found, headers: ("Location", "https://evil.example/"));

        await Assert.ThrowsAsync<GraphException>(() => ReadAsync(client => client.ListDelegatedGrantsAsync()));
        Assert.Single(_graph.Sent);
    }

    [Fact]
    public async Task The_token_of_an_acquirer_goes_along_and_answers_a_challenge()
    {
        var claims = Convert.ToBase64String("""{"access_token":{"nbf":{"value":"1"}}}"""u8);
        var sent = new List<string?>();
        using var transport = new FakeServer();
        transport.Otherwise = request =>
        {
            sent.Add(request.Headers.GetValueOrDefault("Authorization"));
            return sent.Count == 1
                ? FakeServer.Response(
                    HttpStatusCode.Unauthorized,
                    headers: ("WWW-Authenticate", $"Bearer error=\"insufficient_claims\", claims=\"{claims}\""))
                : FakeServer.Response(HttpStatusCode.OK, """{"value":[]}""");
        };
        var tokens = 0;
        using var acquirer = new TokenAcquirer(
            new ScriptedCredential("script", _ => TokenResult.Issued(new AccessToken($"t-{++tokens}", _clock.Now.AddHours(1))))
            {
                Can = RequestFeatures.Claims,
            },
            new TokenAcquirerOptions { TimeProvider = _clock });
        using var client = new GraphClient(acquirer, new GraphClientOptions { TimeProvider = _clock, Transport = transport });

        await foreach (var _ in client.ListDelegatedGrantsAsync())
        {
        }

        Assert.Equal(["Bearer t-1", "Bearer t-2"], sent);
    }

    [Fact]
    public async Task What_if_asks_about_one_sign_in()
    {
        using var transport = new FakeServer();
        transport.Answer(
            HttpStatusCode.OK,
            """
            {"value":[{"id":"p","displayName":"Block","state":"enabled","policyApplies":true,"analysisReasons":"notSet",
              "grantControls":{"builtInControls":["block"]}}]}
            """);
        using var client = new GraphClient(transport.Client, new GraphClientOptions { TimeProvider = _clock });

        var results = await client.EvaluateConditionalAccessAsync(new WhatIfQuestion(new ServicePrincipalId("sp-1"))
        {
            Applications = [new ClientId("app-1")],
            IpAddress = "203.0.113.7",
            Risk = RiskLevel.High,
        });

        Assert.True(Assert.Single(results).Blocks);
        var expected = JsonNode.Parse(
            """
            {
              "signInIdentity": { "@odata.type": "#microsoft.graph.servicePrincipalSignIn", "servicePrincipalId": "sp-1" },
              "signInContext": { "@odata.type": "#microsoft.graph.applicationContext", "includeApplications": ["app-1"] },
              "signInConditions": { "ipAddress": "203.0.113.7", "servicePrincipalRiskLevel": "high" },
              "appliedPoliciesOnly": false
            }
            """);
        Assert.True(JsonNode.DeepEquals(expected, JsonNode.Parse(transport.Requests[0].Body)));
    }

    [Theory]
    [InlineData("http://graph.example/")]
    [InlineData("https://graph.microsoft.com/v1.0")]
    [InlineData("https://u@graph.microsoft.com/")]
    [InlineData("https://graph.microsoft.com/?x=1")]
    public void An_endpoint_that_is_no_root_is_refused(string endpoint) =>
        Assert.Throws<ArgumentException>(() =>
            new GraphClient(new HttpClient(_graph), new GraphClientOptions { Endpoint = new Uri(endpoint) }));

    private async Task<List<T>> ReadAsync<T>(Func<GraphClient, IAsyncEnumerable<T>> list)
    {
        using var client = _graph.Client();
        return await _clock.RunUntilAsync(AllAsync(list(client)));
    }

    private static async Task<List<T>> AllAsync<T>(IAsyncEnumerable<T> list)
    {
        var all = new List<T>();
        await foreach (var row in list)
        {
            all.Add(row);
        }

        return all;
    }
}
