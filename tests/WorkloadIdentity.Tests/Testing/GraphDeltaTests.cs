using System.Text.Json;

namespace WorkloadIdentity.Tests;

/// <summary>How the emulated Graph tells changes, and answers batches.</summary>
public sealed class GraphDeltaTests
{
    [Fact]
    public async Task A_full_round_of_changes_is_everything_and_the_next_one_nothing()
    {
        await using var graph = await GraphTestCaller.StartAsync(450);

        var (rows, requests) = await graph.AllAsync("v1.0/servicePrincipals/delta?$select=displayName");
        var page = (await graph.GetAsync("v1.0/servicePrincipals/delta()?$select=displayName", ("Prefer", "odata.maxpagesize=999"))).Json;
        var next = (await graph.GetAsync(Link(page))).Json;

        Assert.Equal((454, 3), (rows.Count, requests));
        Assert.All(rows, row => Assert.Equal(["displayName", "id"], row.EnumerateObject()
            .Select(property => property.Name).Where(name => name != "@odata.type").Order()));
        Assert.Equal(454, page.GetProperty("value").GetArrayLength());
        Assert.Equal(0, next.GetProperty("value").GetArrayLength());
    }

    [Theory]
    [InlineData("servicePrincipals")]
    [InlineData("applications")]
    [InlineData("oauth2PermissionGrants")]
    public async Task What_was_removed_is_told_once(string set)
    {
        await using var graph = await GraphTestCaller.StartAsync(50);
        graph.Grant("Application.ReadWrite.All");
        graph.Grant("DelegatedPermissionGrant.ReadWrite.All");
        var latest = (await graph.GetAsync($"v1.0/{set}/delta?$deltatoken=latest")).Json;
        var id = (await graph.GetAsync($"v1.0/{set}")).Json.GetProperty("value")[0].GetProperty("id").GetString()!;

        var deleted = await graph.SendAsync(HttpMethod.Delete, $"v1.0/{set}/{id}", null);
        var changed = (await graph.GetAsync(Link(latest))).Json;
        var after = (await graph.GetAsync(Link(changed))).Json;

        Assert.Equal(204, deleted.Status);
        Assert.Equal(0, latest.GetProperty("value").GetArrayLength());
        var removed = Assert.Single(changed.GetProperty("value").EnumerateArray());
        Assert.Equal(id, removed.GetProperty("id").GetString());
        Assert.Equal("deleted", removed.GetProperty("@removed").GetProperty("reason").GetString());
        Assert.Equal(0, after.GetProperty("value").GetArrayLength());
        Assert.DoesNotContain((await graph.AllAsync($"v1.0/{set}")).Rows, row => row.GetProperty("id").GetString() == id);
    }

    [Fact]
    public async Task What_changed_is_told_and_read_in_every_way()
    {
        await using var graph = await GraphTestCaller.StartAsync(50);
        graph.Grant("Application.ReadWrite.All");
        var latest = (await graph.GetAsync("v1.0/servicePrincipals/delta?$deltatoken=latest&$select=id,displayName,accountEnabled")).Json;
        var id = (await graph.GetAsync("v1.0/servicePrincipals")).Json.GetProperty("value")[3].GetProperty("id").GetString()!;

        await graph.SendAsync(HttpMethod.Patch, $"v1.0/servicePrincipals/{id}", """{"displayName":"Renamed","accountEnabled":false}""");
        graph.Entra.Application.IsEnabled = false;
        var changed = (await graph.GetAsync(Link(latest))).Json.GetProperty("value").EnumerateArray().ToList();
        var filtered = await graph.AllAsync("v1.0/servicePrincipals?$filter=displayName eq 'Renamed'");

        Assert.Equal([id, graph.Entra.Application.ObjectId], changed.Select(row => row.GetProperty("id").GetString()));
        Assert.All(changed, row => Assert.False(row.GetProperty("accountEnabled").GetBoolean()));
        Assert.Equal("Renamed", Assert.Single(filtered.Rows).GetProperty("displayName").GetString());
    }

    [Fact]
    public async Task A_secret_added_in_the_emulator_is_a_change_of_its_application()
    {
        await using var graph = await GraphTestCaller.StartAsync(50);
        var latest = (await graph.GetAsync("v1.0/applications/delta?$deltatoken=latest")).Json;

        graph.Application.AddSecret();
        var changed = (await graph.GetAsync(Link(latest))).Json.GetProperty("value");

        Assert.Equal(graph.Application.ClientId, Assert.Single(changed.EnumerateArray()).GetProperty("appId").GetString());
        Assert.Equal(2, changed[0].GetProperty("passwordCredentials").GetArrayLength());
    }

    [Fact]
    public async Task An_old_link_to_changes_says_to_begin_again()
    {
        var clock = new FakeClock();
        await using var graph = await GraphTestCaller.StartAsync(50, clock);
        graph.Entra.TokenLifetime = TimeSpan.FromDays(30);
        var latest = (await graph.GetAsync("v1.0/servicePrincipals/delta?$deltatoken=latest")).Json;

        clock.Advance(TimeSpan.FromDays(7));
        var inTime = await graph.GetAsync(Link(latest));
        clock.Advance(TimeSpan.FromSeconds(1));
        var late = await graph.GetAsync(Link(latest));
        var foreign = await graph.GetAsync("v1.0/servicePrincipals/delta?$deltatoken=of-another-server");

        Assert.Equal(200, inTime.Status);
        Assert.Equal((410, "syncStateNotFound"), GraphTestCaller.Refusal(late));
        Assert.Equal((410, "syncStateNotFound"), GraphTestCaller.Refusal(foreign));
        Assert.Contains("/servicePrincipals/delta", late.Headers["Location"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_batch_answers_each_call_on_its_own_in_another_order()
    {
        await using var graph = await GraphTestCaller.StartAsync(50, permissions: ["Application.Read.All"]);

        var batch = await graph.SendAsync(HttpMethod.Post, "v1.0/$batch", """
            {"requests":[
              {"id":"1","method":"GET","url":"/applications?$top=2&$select=id"},
              {"id":"2","method":"GET","url":"/oauth2PermissionGrants"},
              {"id":"3","method":"GET","url":"/servicePrincipals/$count","headers":{"ConsistencyLevel":"eventual"}},
              {"id":"4","method":"GET","url":"/applications","dependsOn":["2"]},
              {"id":"5","method":"GET","url":"/nothing"}]}
            """);

        var responses = batch.Json.GetProperty("responses").EnumerateArray().ToList();
        var byId = responses.ToDictionary(each => each.GetProperty("id").GetString()!);
        Assert.Equal(200, batch.Status);
        Assert.NotEqual(["1", "2", "3", "4", "5"], responses.Select(each => each.GetProperty("id").GetString()));
        Assert.Equal(
            [200, 403, 200, 424, 400],
            new[] { "1", "2", "3", "4", "5" }.Select(id => byId[id].GetProperty("status").GetInt32()));
        Assert.Equal(54, byId["3"].GetProperty("body").GetInt32());
        var link = byId["1"].GetProperty("body").GetProperty("@odata.nextLink").GetString()!;
        Assert.Equal(2, (await graph.GetAsync(link)).Json.GetProperty("value").GetArrayLength());
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"requests":[]}""")]
    [InlineData("""{"requests":[{"id":"1","method":"GET"}]}""")]
    [InlineData("""{"requests":[{"id":"a","method":"GET","url":"/applications"},{"id":"A","method":"GET","url":"/applications"}]}""")]
    [InlineData("""{"requests":[{"id":"1","method":"POST","url":"/applications","body":{}}]}""")]
    [InlineData("not JSON")]
    public async Task A_wrong_batch_is_refused_whole(string body)
    {
        await using var graph = await GraphTestCaller.StartAsync(10);

        Assert.Equal((400, "BadRequest"), GraphTestCaller.Refusal(await graph.SendAsync(HttpMethod.Post, "v1.0/$batch", body)));
    }

    [Fact]
    public async Task A_batch_has_twenty_calls_at_the_most()
    {
        await using var graph = await GraphTestCaller.StartAsync(10);
        static string Batch(int count) => JsonSerializer.Serialize(new
        {
            requests = Enumerable.Range(0, count).Select(id => new { id = $"{id}", method = "GET", url = "/organization" }),
        });

        Assert.Equal(200, (await graph.SendAsync(HttpMethod.Post, "v1.0/$batch", Batch(20))).Status);
        Assert.Equal(400, (await graph.SendAsync(HttpMethod.Post, "v1.0/$batch", Batch(21))).Status);
    }

    private static string Link(JsonElement page) => page.GetProperty("@odata.deltaLink").GetString()!;
}
