namespace WorkloadIdentity.Tests;

/// <summary>What the emulator's Graph enforces about federated credentials.</summary>
public sealed class GraphFederationTests
{
    private const string Body =
        """{"name":"ci-1","issuer":"https://issuer.example","subject":"orders","audiences":["api://AzureADTokenExchange"]}""";

    [Theory]
    [InlineData("""{"name":"ci-1","issuer":"https://other.example","subject":"orders","audiences":["a"]}""", 409)]
    [InlineData("""{"name":"ci-2","issuer":"https://issuer.example","subject":"orders","audiences":["a"]}""", 409)]
    [InlineData("""{"name":"ci 3","issuer":"https://issuer.example","subject":"x","audiences":["a"]}""", 400)]
    [InlineData("""{"issuer":"https://issuer.example","subject":"x","audiences":["a"]}""", 400)]
    [InlineData("""{"name":"ci-3","subject":"x","audiences":["a"]}""", 400)]
    [InlineData("""{"name":"ci-3","issuer":"https://issuer.example","audiences":["a"]}""", 400)]
    [InlineData("""{"name":"ci-3","issuer":"https://issuer.example","subject":"x","audiences":["a","b"]}""", 400)]
    [InlineData("""{"name":"ci-3","issuer":"https://issuer.example","subject":"x"}""", 400)]
    [InlineData("""{"name":"ci-3","issuer":"https://issuer.example","subject":"x","audiences":[1]}""", 400)]
    [InlineData("""{"name":"ci-3","issuer":"https://issuer.example","subject":"x\ud800","audiences":["a"]}""", 400)]
    [InlineData("""{"name":"ci-3","issuer":"https://issuer.example","subject":"x","audiences":["a"]}""", 201)]
    public async Task One_that_has_a_name_or_a_trust_twice_or_lacks_a_part_is_refused(string body, int status)
    {
        await using var bench = await ChangeBench.StartAsync(null, "Application.ReadWrite.All");
        var path = await PathAsync(bench);
        Assert.Equal(201, (await bench.SendAsync("POST", path, Body)).Status);

        Assert.Equal(status, (await bench.SendAsync("POST", path, body)).Status);
    }

    [Fact]
    public async Task The_twenty_first_is_refused()
    {
        await using var bench = await ChangeBench.StartAsync(null, "Application.ReadWrite.All");
        var path = await PathAsync(bench);
        foreach (var number in Enumerable.Range(1, 20))
        {
            Assert.Equal(201, (await bench.SendAsync("POST", path, Numbered(number))).Status);
        }

        Assert.Equal(400, (await bench.SendAsync("POST", path, Numbered(21))).Status);

        static string Numbered(int number) =>
            $$"""{"name":"ci-{{number}}","issuer":"https://issuer.example","subject":"{{number}}","audiences":["a"]}""";
    }

    [Fact]
    public async Task One_is_changed_and_removed_by_its_id_and_by_its_name()
    {
        await using var bench = await ChangeBench.StartAsync(null, "Application.ReadWrite.All");
        var path = await PathAsync(bench);
        var (_, made) = await bench.SendAsync("POST", path, Body);
        var byId = $"{path}/{made!["id"]}";
        var byName = $"{path}(name='ci-1')";

        Assert.Equal(204, (await bench.SendAsync("PATCH", byName, """{"description":"For CI"}""")).Status);
        var changed = (await bench.SendAsync("GET", path)).Body!["value"]![0]!;
        Assert.Equal(("For CI", "orders"), ((string?)changed["description"], (string?)changed["subject"]));
        Assert.Equal(400, (await bench.SendAsync("PATCH", byId, """{"name":"other"}""")).Status);
        Assert.Equal(204, (await bench.SendAsync("DELETE", byName)).Status);
        Assert.Equal(404, (await bench.SendAsync("DELETE", byId)).Status);
    }

    [Theory]
    [InlineData("Application.Read.All", true, 403)]
    [InlineData("Directory.ReadWrite.All", true, 403)]
    [InlineData("Application.ReadWrite.OwnedBy", true, 201)]
    [InlineData("Application.ReadWrite.OwnedBy", false, 403)]
    [InlineData("Application.ReadWrite.All", false, 201)]
    public async Task It_needs_a_permission_to_write_applications(string permission, bool isOwner, int status)
    {
        await using var bench = await ChangeBench.StartAsync(null, permission, "Directory.Read.All");

        Assert.Equal(status, (await bench.SendAsync("POST", await PathAsync(bench, isOwner), Body)).Status);
    }

    private static async Task<string> PathAsync(ChangeBench bench, bool isOwner = false)
    {
        var application = bench.Entra.AddApplication();
        if (isOwner)
        {
            application.AddOwner(bench.Admin);
        }

        var (_, body) = await bench.SendAsync("GET", $"v1.0/applications(appId='{application.ClientId}')?$select=id");
        return $"v1.0/applications/{body!["id"]}/federatedIdentityCredentials";
    }
}
