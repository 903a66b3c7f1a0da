using System.Globalization;
using System.Text.Json;
using Microsoft.Graph;
using Microsoft.Graph.Models;
using Microsoft.Graph.Models.ODataErrors;
using Microsoft.Kiota.Abstractions;

namespace WorkloadIdentity.IntegrationTests;

/// <summary>Microsoft.Graph reads the emulated Graph: the emulator speaks what that client expects.</summary>
public sealed class OfficialClientTests(OfficialClient official) : IClassFixture<OfficialClient>
{
    private GraphServiceClient Graph => official.Graph;

    [Fact]
    public async Task It_reads_the_same_applications_with_credentials_and_owners()
    {
        var read = new List<Application>();
        var first = await Graph.Applications.GetAsync(call =>
        {
            call.QueryParameters.Top = 100;
            call.QueryParameters.Select = ["id", "appId", "displayName", "passwordCredentials", "keyCredentials", "createdDateTime"];
            call.QueryParameters.Expand = ["owners($select=id)"];
        });
        await PageIterator<Application, ApplicationCollectionResponse>.CreatePageIterator(Graph, first!, row =>
        {
            read.Add(row);
            return true;
        }).IterateAsync();
        var rows = await official.RowsAsync(
            "v1.0/applications?$top=999&$select=id,appId,displayName,passwordCredentials,keyCredentials,createdDateTime&$expand=owners");

        Assert.Equal(
            rows.Select(row => string.Join(
                '|', Text(row, "id"), Text(row, "appId"), Text(row, "displayName"), Text(row, "createdDateTime"),
                Ids(row, "passwordCredentials", "keyId"), Ids(row, "keyCredentials", "keyId"), Ids(row, "owners", "id"))),
            read.Select(row => string.Join(
                '|', row.Id, row.AppId, row.DisplayName,
                row.CreatedDateTime!.Value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
                string.Join(',', row.PasswordCredentials!.Select(each => each.KeyId)),
                string.Join(',', row.KeyCredentials!.Select(each => each.KeyId)), string.Join(',', row.Owners!.Select(each => each.Id)))));
        Assert.True(read.Count > 300, $"{read.Count}");
    }

    [Fact]
    public async Task It_reads_the_same_service_principals_and_knows_agent_identities()
    {
        var read = new List<ServicePrincipal>();
        var first = await Graph.ServicePrincipals.GetAsync(call => call.QueryParameters.Top = 999);
        await PageIterator<ServicePrincipal, ServicePrincipalCollectionResponse>.CreatePageIterator(Graph, first!, row =>
        {
            read.Add(row);
            return true;
        }).IterateAsync();
        var rows = await official.RowsAsync("v1.0/servicePrincipals");

        Assert.Equal(
            rows.Select(row => string.Join('|', Text(row, "id"), Text(row, "appId"), Text(row, "servicePrincipalType"))),
            read.Select(row => string.Join('|', row.Id, row.AppId, row.ServicePrincipalType)));

        // It has no property for the date, and keeps it aside (msgraph-sdk-dotnet#3062).
        Assert.All(read, row => Assert.True(row.AdditionalData.ContainsKey("createdDateTime") || row is AgentIdentity));
        Assert.Equal(OfficialClient.ServicePrincipals / 50, read.OfType<AgentIdentity>().Count());
    }

    [Fact]
    public async Task It_reads_grants_permissions_roles_risks_and_policies()
    {
        var grants = (await Graph.Oauth2PermissionGrants.GetAsync(call => call.QueryParameters.Top = 999))!;
        var held = (await Graph.ServicePrincipals[await GraphIdAsync()].AppRoleAssignedTo.GetAsync(call =>
            call.QueryParameters.Top = 999))!;
        var roles = (await Graph.RoleManagement.Directory.RoleAssignments.GetAsync(call =>
            call.QueryParameters.Expand = ["principal"]))!;
        var detections = (await Graph.IdentityProtection.ServicePrincipalRiskDetections.GetAsync())!;
        var policies = (await Graph.Identity.ConditionalAccess.Policies.GetAsync())!;
        var locations = (await Graph.Identity.ConditionalAccess.NamedLocations.GetAsync())!;

        Assert.Equal(999, grants.Value!.Count);
        Assert.NotNull(grants.OdataNextLink);
        Assert.Equal(999, held.Value!.Count);
        Assert.All(held.Value, each => Assert.NotNull(each.AppRoleId));
        Assert.All(roles.Value!, each => Assert.Equal(each.PrincipalId, each.Principal!.Id));
        Assert.Contains(detections.Value!, each => each.KeyIds!.Count > 0 && each.Activity == ActivityType.UnknownFutureValue);
        Assert.Contains(policies.Value!, each => each.Conditions!.ClientApplications?.ServicePrincipalFilter?.Rule is not null);
        Assert.Equal(3, locations.Value!.OfType<IpNamedLocation>().Count());
        Assert.Single(locations.Value!.OfType<CountryNamedLocation>());
    }

    [Fact]
    public async Task Its_advanced_queries_and_changes_work()
    {
        var counted = await Graph.ServicePrincipals.Count.GetAsync(call => call.Headers.Add("ConsistencyLevel", "eventual"));
        var filtered = (await Graph.ServicePrincipals.GetAsync(call =>
        {
            call.Headers.Add("ConsistencyLevel", "eventual");
            call.QueryParameters.Count = true;
            call.QueryParameters.Filter = "federatedIdentityCredentials/$count ne 0";
        }))!;
        var delta = (await Graph.ServicePrincipals.Delta.GetAsDeltaGetResponseAsync())!;
        while (delta.OdataNextLink is { } next)
        {
            delta = (await Graph.ServicePrincipals.Delta.WithUrl(next).GetAsDeltaGetResponseAsync())!;
        }

        var changes = (await Graph.ServicePrincipals.Delta.WithUrl(delta.OdataDeltaLink!).GetAsDeltaGetResponseAsync())!;

        Assert.Equal((await official.RowsAsync("v1.0/servicePrincipals?$top=999&$select=id")).Count, counted);
        Assert.Equal(filtered.OdataCount, filtered.Value!.Count);
        Assert.InRange(filtered.Value.Count, 1, 99);
        Assert.Empty(changes.Value!);
    }

    [Fact]
    public async Task Its_batch_is_answered_call_by_call()
    {
        var batch = new BatchRequestContentCollection(Graph);
        var applications = await batch.AddBatchRequestStepAsync(Graph.Applications.ToGetRequestInformation(call =>
            call.QueryParameters.Top = 3));
        var unknown = await batch.AddBatchRequestStepAsync(
            Graph.Applications["00000000-0000-0000-0000-000000000001"].ToGetRequestInformation());

        var answers = await Graph.Batch.PostAsync(batch);

        Assert.Equal(3, (await answers.GetResponseByIdAsync<ApplicationCollectionResponse>(applications)).Value!.Count);
        var refused = await Assert.ThrowsAnyAsync<ApiException>(() => answers.GetResponseByIdAsync<Application>(unknown));
        Assert.Equal(404, refused.ResponseStatusCode);
    }

    [Fact]
    public async Task Its_errors_have_the_codes_of_Graph()
    {
        using var nobody = await official.WithoutPermissionsAsync();

        var denied = await Assert.ThrowsAsync<ODataError>(() => nobody.Applications.GetAsync());
        var unsupported = await Assert.ThrowsAsync<ODataError>(() => Graph.ServicePrincipals.GetAsync(call =>
            call.QueryParameters.Filter = "displayName ne 'x'"));

        Assert.Equal((403, "Authorization_RequestDenied"), (denied.ResponseStatusCode, denied.Error!.Code));
        Assert.Equal((400, "Request_UnsupportedQuery"), (unsupported.ResponseStatusCode, unsupported.Error!.Code));
    }

    private async Task<string> GraphIdAsync() =>
        (await Graph.ServicePrincipalsWithAppId("00000003-0000-0000-c000-000000000000").GetAsync())!.Id!;

    private static string Text(JsonElement row, string name) => row.GetProperty(name).GetString()!;

    private static string Ids(JsonElement row, string list, string name) =>
        string.Join(',', row.GetProperty(list).EnumerateArray().Select(each => each.GetProperty(name).GetString()));
}
