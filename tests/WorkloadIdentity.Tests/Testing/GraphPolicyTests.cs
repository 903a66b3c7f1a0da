using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Tests;

/// <summary>What the emulator's Graph enforces about policies, reviews and attributes.</summary>
public sealed class GraphPolicyTests
{
    private const string Access = "v1.0/identity/conditionalAccess/policies";
    private const string Reviews = "v1.0/identityGovernance/accessReviews/definitions";

    private static readonly string[] Permissions =
    [
        "Policy.ReadWrite.ConditionalAccess", "Policy.Read.All", "Application.Read.All", "AccessReview.ReadWrite.All",
        "CustomSecAttributeAssignment.ReadWrite.All", "Policy.ReadWrite.ApplicationConfiguration",
    ];

    [Theory]
    [InlineData("""{"Governance":{"CostCenter@odata.type":"#Int32","CostCenter":1}}""")]
    [InlineData("""{"Governance":{"@odata.type":"#microsoft.graph.customSecurityAttributeValue","Owner":"a"}}""")]
    [InlineData("""{"Governance":{"@odata.type":"#Microsoft.DirectoryServices.CustomSecurityAttributeValue","CostCenter":1}}""")]
    [InlineData("""{"Engineering":{"@odata.type":"#Microsoft.DirectoryServices.CustomSecurityAttributeValue","Project":["a"]}}""")]
    [InlineData("""{"Engineering":{"@odata.type":"#Microsoft.DirectoryServices.CustomSecurityAttributeValue","Project":null}}""")]
    [InlineData("""{"Governance":{"@odata.type":"#Microsoft.DirectoryServices.CustomSecurityAttributeValue","Environment":"Moon"}}""")]
    [InlineData("""{"Governance":{"@odata.type":"#Microsoft.DirectoryServices.CustomSecurityAttributeValue","Owner":1}}""")]
    [InlineData("""{"Governance":{"@odata.type":"#Microsoft.DirectoryServices.CustomSecurityAttributeValue","Unknown":"a"}}""")]
    public async Task A_value_without_its_annotation_or_that_is_not_defined_is_refused(string sets)
    {
        await using var bench = await StartAsync();
        var first = (await bench.SendAsync("GET", "v1.0/servicePrincipals?$select=id&$top=1")).Body!["value"]![0]!["id"];

        Assert.Equal(400, (await bench.SendAsync(
            "PATCH", $"v1.0/servicePrincipals/{first}", $$"""{"customSecurityAttributes":{{sets}}}""")).Status);
    }

    [Theory]
    [InlineData("""{"includeServicePrincipals":["ServicePrincipalsInMyTenant"]}""", "block", 201)]
    [InlineData("""{"includeServicePrincipals":["ServicePrincipalsInMyTenant"]}""", "mfa", 400)]
    [InlineData("""{"includeServicePrincipals":[]}""", "block", 400)]
    [InlineData("""{"includeServicePrincipals":["00000000-0000-0000-0000-000000000001"]}""", "block", 400)]
    [InlineData("""{"includeServicePrincipals":[],"servicePrincipalFilter":{"mode":"include","rule":"x"}}""", "block", 201)]
    [InlineData("null", "block", 400)]
    public async Task A_policy_about_workloads_covers_some_and_blocks(string workloads, string control, int status)
    {
        await using var bench = await StartAsync();

        Assert.Equal(status, (await bench.SendAsync("POST", Access, Policy(workloads, control))).Status);
    }

    [Fact]
    public async Task A_change_of_a_policy_replaces_its_conditions()
    {
        await using var bench = await StartAsync();
        var made = (await bench.SendAsync(
            "POST", Access, Policy("""{"includeServicePrincipals":["ServicePrincipalsInMyTenant"]}"""))).Body!;

        var path = $"{Access}/{made["id"]}";
        Assert.Equal(400, (await bench.SendAsync("PATCH", path, """{"conditions":{"locations":{"includeLocations":["All"]}}}""")).Status);
        Assert.Equal(204, (await bench.SendAsync("PATCH", path, """{"state":"disabled"}""")).Status);
        Assert.Equal("disabled", (string?)(await bench.SendAsync("GET", path)).Body!["state"]);
        Assert.Equal(204, (await bench.SendAsync("DELETE", path)).Status);
        Assert.Equal(404, (await bench.SendAsync("GET", path)).Status);
    }

    [Fact]
    public async Task What_a_replaced_review_does_not_name_is_gone()
    {
        await using var bench = await StartAsync();
        const string Body = """{"displayName":"x","scope":{"query":"/q"},"settings":{"instanceDurationInDays":3}}""";
        var made = (await bench.SendAsync("POST", Reviews, $"{Body[..^1]},\"descriptionForAdmins\":\"d\"}}")).Body!;
        var path = $"{Reviews}/{made["id"]}";
        Assert.Equal("d", (string?)(await bench.SendAsync("GET", path)).Body!["descriptionForAdmins"]);

        Assert.Equal(204, (await bench.SendAsync("PUT", path, Body)).Status);

        var replaced = (await bench.SendAsync("GET", path)).Body!;
        Assert.Null(replaced["descriptionForAdmins"]);
        Assert.Equal((string?)made["id"], (string?)replaced["id"]);
        Assert.Equal(400, (await bench.SendAsync("PUT", path, """{"displayName":"x"}""")).Status);
        Assert.Equal(405, (await bench.SendAsync("PATCH", path, """{"displayName":"y"}""")).Status);
    }

    [Theory]
    [InlineData("""{"restrictionType":"passwordLifetime","state":"enabled"}""", 400)]
    [InlineData("""{"restrictionType":"passwordLifetime","state":"enabled","maxLifetime":"90 days"}""", 400)]
    [InlineData("""{"restrictionType":"passwordAddition","state":"enabled","maxLifetime":"P90D"}""", 400)]
    [InlineData("""{"restrictionType":"asymmetricKeyLifetime","state":"enabled","maxLifetime":"P90D"}""", 400)]
    [InlineData("""{"restrictionType":"passwordLifetime","state":"enabled","maxLifetime":"P90D"}""", 201)]
    public async Task A_restriction_has_a_known_type_and_a_life_if_it_is_one_of_it(string restriction, int status)
    {
        await using var bench = await StartAsync();

        Assert.Equal(status, (await bench.SendAsync(
            "POST", "v1.0/policies/appManagementPolicies",
            $$$"""{"displayName":"x","restrictions":{"passwordCredentials":[{{{restriction}}}]}}""")).Status);
    }

    private static Task<ChangeBench> StartAsync() =>
        ChangeBench.StartAsync(new EmulatedGraphOptions { ServicePrincipals = 20, EnforcesLimits = false }, Permissions);

    private static string Policy(string workloads, string control = "block") =>
        $$$"""
        {"displayName":"x","state":"enabled","grantControls":{"operator":"OR","builtInControls":["{{{control}}}"]},
        "conditions":{"clientAppTypes":["all"],"applications":{"includeApplications":["All"]},"clientApplications":{{{workloads}}}}}
        """;
}
