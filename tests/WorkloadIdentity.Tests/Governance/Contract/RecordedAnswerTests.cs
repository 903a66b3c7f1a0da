using System.Text.Json;
using System.Text.RegularExpressions;
using WorkloadIdentity.Governance;

namespace WorkloadIdentity.Tests;

/// <summary>Microsoft's published examples of answers, read with the library's types.</summary>
public sealed class RecordedAnswerTests
{
    /// <summary>Which type reads the answers of which paths.</summary>
    private static readonly IReadOnlyList<(string Path, Type Type)> Read =
    [
        (@"applications(/delta|/\*)?(\?.*)?", typeof(AppRegistration)),
        (@"applications\((appId|uniqueName)=\*\)(\?.*)?", typeof(AppRegistration)),
        (@"policies/appManagementPolicies/\*/appliesTo(\?.*)?", typeof(AppRegistration)),
        (@"serviceprincipals(/delta|/\*)?(\?.*)?", typeof(ServicePrincipal)),
        (@"serviceprincipals\(appId=\*\)(\?.*)?", typeof(ServicePrincipal)),
        (@"(applications|serviceprincipals)(/\*|\(\w+=\*\))/federatedIdentityCredentials(/\*|\(name=\*\))?", typeof(FederatedCredential)),
        (@"serviceprincipals(/\*|\(appId=\*\))/appRoleAssign(ments|edTo)(/\*)?", typeof(AppRoleAssignment)),
        (@"(serviceprincipals/\*/)?oauth2PermissionGrants(/\*|/delta)?", typeof(DelegatedGrant)),
        (@"serviceprincipals(/\*|\(appId=\*\))/(owners|memberOf|ownedObjects|createdObjects|transitiveMemberOf)", typeof(DirectoryObject)),
        (@"applications(/\*|\(appId=\*\))/owners", typeof(DirectoryObject)),
        (@"roleManagement/directory/roleDefinitions(/\*)?", typeof(DirectoryRole)),
        (@"roleManagement/directory/roleAssignments(/\*)?(\?.*)?", typeof(DirectoryRoleAssignment)),
        (@"roleManagement/directory/role(Assignment|Eligibility)ScheduleInstances(/\*)?", typeof(DirectoryRoleAssignment)),
        (@"identityProtection/riskyServicePrincipals(/\*|/\*/history)?", typeof(RiskyServicePrincipal)),
        (@"identityProtection/servicePrincipalRiskDetections(/\*)?(\?.*)?", typeof(RiskDetection)),
        (@"identity/conditionalAccess/policies(/\*)?", typeof(ConditionalAccessPolicy)),
        (@"identity/conditionalAccess/namedLocations(/\*)?(\?.*)?", typeof(NamedLocation)),
        (@"policies/(default)?appManagementPolic(y|ies)(/\*)?", typeof(AppManagementPolicy)),
        (@"identityGovernance/accessReviews/definitions(/\*)?(\?.*)?", typeof(AccessReview)),
        (@"identityGovernance/accessReviews/definitions/\*/instances(/\*)?", typeof(AccessReviewInstance)),
        (@"identityGovernance/accessReviews/definitions/\*/instances/\*(/stages/\*)?/decisions(/\*)?(\?.*)?", typeof(AccessReviewDecision)),
    ];

    /// <summary>Paths that the library does not read.</summary>
    private static readonly Regex Elsewhere = new(
        "/synchronization|/remoteDesktop|filterByCurrentUser|historyDefinitions|Schedule(s|Requests)|deletedItems|extensionProperties"
        + "|delegatedPermissionClassifications|(claimsMapping|tokenIssuance|tokenLifetime|homeRealmDiscovery)Policies|contactedReviewers"
        + "|/stages|add(Key|Password|TokenSigningCertificate)|auditLogs|attributeSets|customSecurityAttributeDefinitions|checkMember"
        + "|getMember",
        RegexOptions.IgnoreCase);

    /// <summary>What a published example has that is no value of its type: each with the text that proves that it was met.</summary>
    private static readonly IReadOnlyList<string> Malformed =
    [
        "2021-10-26T16:28:17.8202975Z)", "datetime-value",
    ];

    [GraphReferenceFact]
    public void Every_recorded_answer_that_the_library_reads_loses_nothing()
    {
        var lost = new List<string>();
        var read = 0;
        foreach (var (path, body) in Recorded())
        {
            if (TypeOf(path) is { } type && body.ValueKind == JsonValueKind.Object)
            {
                read++;
                lost.AddRange(GraphModel.Lost(type, body)
                    .Where(each => !Malformed.Any(text => each.Contains(text, StringComparison.Ordinal)))
                    .Select(each => $"{path}{each}"));
            }
        }

        Assert.Equal([], lost);
        Assert.InRange(read, 75, 252);
    }

    [GraphReferenceFact]
    public void Every_recorded_answer_is_read_or_said_not_to_be()
    {
        var unknown = Recorded().Where(each => each.Body.ValueKind == JsonValueKind.Object && TypeOf(each.Path) is null
            && !Elsewhere.IsMatch(each.Path)).Select(each => each.Path);

        Assert.Equal([], unknown.Distinct());
    }

    [GraphReferenceFact]
    public void Examples_that_are_no_JSON_are_refused()
    {
        var texts = Recorded().Where(each => each.Body.ValueKind == JsonValueKind.String && TypeOf(each.Path) is not null)
            .Select(each => each.Body.GetString()!).ToList();

        Assert.NotEmpty(texts);
        Assert.All(texts, text => Assert.ThrowsAny<JsonException>(() => JsonSerializer.Deserialize(
            text, GraphJson.Create(new PooledText()).ServicePrincipals)));
    }

    private static Type? TypeOf(string path) => Read.FirstOrDefault(each => Regex.IsMatch(
        path, $@"\A{each.Path}\z", RegexOptions.IgnoreCase)).Type;

    /// <summary>The recorded answers that have a body, by their path below the version.</summary>
    private static IEnumerable<(string Path, JsonElement Body)> Recorded()
    {
        using var document = JsonDocument.Parse(GraphReference.Read("fixtures.json"));
        foreach (var mock in document.RootElement.GetProperty("mocks").EnumerateArray())
        {
            var url = mock.GetProperty("request").GetProperty("url").GetString()!;
            if (mock.GetProperty("response").TryGetProperty("body", out var body) && !Elsewhere.IsMatch(url))
            {
                yield return (url[(url.IndexOf("/v1.0/", StringComparison.Ordinal) + 6)..], body.Clone());
            }
        }
    }
}
