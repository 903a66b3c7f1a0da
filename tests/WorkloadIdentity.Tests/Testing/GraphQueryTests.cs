using System.Text.Json;

namespace WorkloadIdentity.Tests;

/// <summary>How the emulated Graph reads queries: pages, selections, filters, counts, expansions, changes and batches.</summary>
public sealed class GraphQueryTests(GraphQueryTests.Directory directory) : IClassFixture<GraphQueryTests.Directory>
{
    private static readonly (string, string) Eventual = ("ConsistencyLevel", "eventual");
    private readonly GraphTestCaller _graph = directory.Caller;

    [Theory]
    [InlineData("", 100, 12)]
    [InlineData("?$top=999", 999, 2)]
    [InlineData("?$top=50&$select=id", 50, 23)]
    public async Task A_list_comes_in_pages(string options, int first, int requests)
    {
        var page = (await _graph.GetAsync($"v1.0/servicePrincipals{options}")).Json;
        var all = await _graph.AllAsync($"v1.0/servicePrincipals{options}");

        Assert.Equal(first, page.GetProperty("value").GetArrayLength());
        Assert.StartsWith(_graph.Graph.Url.AbsoluteUri, page.GetProperty("@odata.nextLink").GetString(), StringComparison.Ordinal);
        Assert.Equal(requests, all.Requests);
        Assert.Equal(1_104, all.Rows.Count);
    }

    [Theory]
    [InlineData("$top=999", "Request_UnsupportedQuery", "$top=1000")]
    [InlineData("$top=1", "Request_UnsupportedQuery", "$top=0")]
    [InlineData("$select=id", "BadRequest", "$skip=5")]
    [InlineData("$expand=owners", "BadRequest", "$expand=keyCredentials")]
    [InlineData("$expand=owners", "Request_UnsupportedQuery", "$expand=owners,federatedIdentityCredentials")]
    [InlineData("$filter=displayName eq 'x'", "BadRequest", "$filter=displayName is 'x'")]
    [InlineData("$filter=displayName eq 'x'", "BadRequest", "$filter=displayName eq 'x")]
    [InlineData("$filter=keyCredentials/x eq 'x'", "BadRequest", "$filter=nothing eq 'x'", false)]
    [InlineData("$filter=appId eq 'x'", "Request_UnsupportedQuery", "$filter=passwordCredentials eq 'x'")]
    public async Task A_wrong_query_is_refused(string right, string code, string wrong, bool isRightAccepted = true)
    {
        Assert.Equal(isRightAccepted ? 200 : 400, (await _graph.GetAsync($"v1.0/servicePrincipals?{right}")).Status);
        Assert.Equal((400, code), GraphTestCaller.Refusal(await _graph.GetAsync($"v1.0/servicePrincipals?{wrong}")));
    }

    [Theory]
    [InlineData("$filter=displayName ne 'x'")]
    [InlineData("$filter=not(displayName eq 'x')")]
    [InlineData("$filter=owners/$count eq 0")]
    [InlineData("$filter=federatedIdentityCredentials/$count ne 0")]
    [InlineData("$filter=customSecurityAttributes/Governance/Environment eq 'Production'")]
    [InlineData("$filter=displayName eq 'x'&$orderby=displayName")]
    public async Task An_advanced_query_says_that_it_is_one(string query)
    {
        var path = $"v1.0/servicePrincipals?{query}";

        Assert.Equal((400, "Request_UnsupportedQuery"), GraphTestCaller.Refusal(await _graph.GetAsync(path)));
        Assert.Equal((400, "Request_UnsupportedQuery"), GraphTestCaller.Refusal(await _graph.GetAsync(path, Eventual)));
        Assert.Equal((400, "Request_UnsupportedQuery"), GraphTestCaller.Refusal(await _graph.GetAsync($"{path}&$count=true")));
        Assert.Equal(200, (await _graph.GetAsync($"{path}&$count=true", Eventual)).Status);
    }

    [Theory]
    [InlineData("servicePrincipalType eq 'ManagedIdentity'", 220 + 1)]
    [InlineData("servicePrincipalType in ('ManagedIdentity','Legacy')", 220 + 1 + 44)]
    [InlineData("accountEnabled eq false", 84)]
    [InlineData("startsWith(displayName,'vm-orders')", 10)]
    [InlineData("tags/any(t:t eq 'WindowsAzureActiveDirectoryIntegratedApp')", 550)]
    [InlineData("appOwnerOrganizationId ne f8cdef31-a31e-4b4a-93e4-5f571e91255a", 1_104 - 220)]
    [InlineData("federatedIdentityCredentials/$count ne 0", 28)]
    [InlineData("customSecurityAttributes/Governance/Environment eq 'Production'", 148)]
    [InlineData("customSecurityAttributes/Governance/Environment eq 'production'", 0)]
    [InlineData("customSecurityAttributes/Engineering/Project eq 'Baker' and accountEnabled eq true", 34)]
    [InlineData("(servicePrincipalType eq 'Legacy' or servicePrincipalType eq 'SocialIdp') and not(accountEnabled eq false)", 61)]
    public async Task A_filter_selects_what_it_says(string filter, int expected)
    {
        var path = "v1.0/servicePrincipals?$count=true&$top=999&$select=id,customSecurityAttributes"
            + $"&$filter={Uri.EscapeDataString(filter)}";

        var first = (await _graph.GetAsync(path, Eventual)).Json;
        var all = await _graph.AllAsync(path, Eventual);

        Assert.Equal(expected, all.Rows.Count);
        Assert.Equal(expected, first.GetProperty("@odata.count").GetInt32());
    }

    [Fact]
    public async Task A_count_is_a_plain_number_and_needs_the_header()
    {
        var counted = await _graph.GetAsync("v1.0/servicePrincipals/$count", Eventual);

        Assert.Equal("1104", counted.Body);
        Assert.Equal((400, "Request_BadRequest"), GraphTestCaller.Refusal(await _graph.GetAsync("v1.0/servicePrincipals/$count")));
        Assert.False((await _graph.GetAsync("v1.0/servicePrincipals?$count=true")).Json.TryGetProperty("@odata.count", out _));
    }

    [Fact]
    public async Task A_link_that_was_built_anew_is_refused()
    {
        var link = (await _graph.GetAsync("v1.0/servicePrincipals?$top=10&$select=id")).Json.GetProperty("@odata.nextLink").GetString()!;
        var token = link[(link.IndexOf("$skiptoken=", StringComparison.Ordinal) + "$skiptoken=".Length)..];

        Assert.Equal(200, (await _graph.GetAsync(link)).Status);
        foreach (var built in new[]
        {
            $"v1.0/servicePrincipals?$top=20&$select=id&$skiptoken={token}", $"v1.0/applications?$top=10&$select=id&$skiptoken={token}",
            $"v1.0/servicePrincipals?$top=10&$select=id&$skiptoken=x{token[1..]}", "v1.0/servicePrincipals?$top=10&$skiptoken=!",
        })
        {
            Assert.Equal((400, "Directory_ExpiredPageToken"), GraphTestCaller.Refusal(await _graph.GetAsync(built)));
        }
    }

    [Fact]
    public async Task An_expansion_ends_at_twenty_without_a_word_and_the_relation_does_not()
    {
        var (rows, _) = await _graph.AllAsync("v1.0/applications?$top=999&$select=id&$expand=owners($select=id)");
        var full = rows.Where(row => row.GetProperty("owners").GetArrayLength() == 20).ToList();

        var application = Assert.Single(full);
        var owners = await _graph.GetAsync($"v1.0/applications/{application.GetProperty("id")}/owners");
        Assert.Equal(25, owners.Json.GetProperty("value").GetArrayLength());
        Assert.False(application.TryGetProperty("owners@odata.nextLink", out _));
        Assert.Contains(rows, row => row.GetProperty("owners").GetArrayLength() == 0);
        Assert.All(rows.SelectMany(row => row.GetProperty("owners").EnumerateArray()), owner =>
            Assert.Equal(["@odata.type", "id"], owner.EnumerateObject().Select(property => property.Name)));
    }

    [Fact]
    public async Task Certificates_come_for_one_object_by_name_and_in_no_list()
    {
        const string Path = "v1.0/applications";
        var (rows, _) = await _graph.AllAsync($"{Path}?$select=id,keyCredentials&$top=999");
        var id = rows.First(row => row.GetProperty("keyCredentials").GetArrayLength() > 0).GetProperty("id").GetString();

        var unasked = await _graph.GetAsync($"{Path}/{id}");
        var named = await _graph.GetAsync($"{Path}/{id}?$select=keyCredentials");

        Assert.All(rows.SelectMany(row => row.GetProperty("keyCredentials").EnumerateArray()), key =>
            Assert.Equal(JsonValueKind.Null, key.GetProperty("key").ValueKind));
        Assert.Equal(JsonValueKind.Null, unasked.Json.GetProperty("keyCredentials")[0].GetProperty("key").ValueKind);
        Assert.Equal(JsonValueKind.String, named.Json.GetProperty("keyCredentials")[0].GetProperty("key").ValueKind);
    }

    [Fact]
    public async Task Members_added_to_an_enumeration_later_are_hidden_from_those_who_do_not_ask()
    {
        const string Detections = "v1.0/identityProtection/servicePrincipalRiskDetections";

        var old = (await _graph.GetAsync(Detections)).Json.GetProperty("value")[0];
        var asked = await _graph.GetAsync(Detections, ("Prefer", "include-unknown-enum-members"));
        var recommended = await _graph.AllAsync("beta/directory/recommendations");

        Assert.Equal("unknownFutureValue", old.GetProperty("activity").GetString());
        Assert.Equal("servicePrincipal", asked.Json.GetProperty("value")[0].GetProperty("activity").GetString());
        Assert.Equal("include-unknown-enum-members", asked.Headers["Preference-Applied"]);
        Assert.Equal("AzureAD", old.GetProperty("tokenIssuerType").GetString());
        Assert.Equal(
            ["staleApps", "applicationCredentialExpiry", "unknownFutureValue", "unknownFutureValue"],
            recommended.Rows.Select(row => row.GetProperty("recommendationType").GetString()));
    }

    [Fact]
    public async Task Many_objects_are_read_by_their_ids()
    {
        var (rows, _) = await _graph.AllAsync("v1.0/applications?$top=20&$select=id&$expand=owners($select=id)");
        var owner = rows.SelectMany(row => row.GetProperty("owners").EnumerateArray()).First().GetProperty("id").GetString();
        var application = rows[0].GetProperty("id").GetString();

        var found = await _graph.SendAsync(
            HttpMethod.Post, "v1.0/directoryObjects/getByIds", $$"""{"ids":["{{owner}}","{{application}}","{{Guid.NewGuid()}}"]}""");

        Assert.Equal(
            ["#microsoft.graph.user", "#microsoft.graph.application"],
            found.Json.GetProperty("value").EnumerateArray().Select(each => each.GetProperty("@odata.type").GetString()));
    }

    /// <summary>One directory for all of these tests, which only read it.</summary>
    public sealed class Directory : IAsyncLifetime
    {
        internal GraphTestCaller Caller { get; private set; } = null!;

        public async Task InitializeAsync() => Caller = await GraphTestCaller.StartAsync(1_100);

        public async Task DisposeAsync() => await Caller.DisposeAsync();
    }
}
