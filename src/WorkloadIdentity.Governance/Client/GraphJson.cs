using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace WorkloadIdentity.Governance;

/// <summary>
/// How the answers of Graph are read. Each list has an instance of its own, because <see cref="Dates"/> counts what could not be read.
/// </summary>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(GraphPage<AppRegistration>), TypeInfoPropertyName = "AppRegistrations")]
[JsonSerializable(typeof(GraphPage<ServicePrincipal>), TypeInfoPropertyName = "ServicePrincipals")]
[JsonSerializable(typeof(GraphPage<AppRoleAssignment>), TypeInfoPropertyName = "AppRoleAssignments")]
[JsonSerializable(typeof(GraphPage<DelegatedGrant>), TypeInfoPropertyName = "DelegatedGrants")]
[JsonSerializable(typeof(GraphPage<DirectoryObject>), TypeInfoPropertyName = "DirectoryObjects")]
[JsonSerializable(typeof(GraphPage<FederatedCredential>), TypeInfoPropertyName = "FederatedCredentials")]
[JsonSerializable(typeof(GraphPage<DirectoryRoleAssignment>), TypeInfoPropertyName = "DirectoryRoleAssignments")]
[JsonSerializable(typeof(GraphPage<DirectoryRole>), TypeInfoPropertyName = "DirectoryRoles")]
[JsonSerializable(typeof(GraphPage<ServicePrincipalSignIns>), TypeInfoPropertyName = "SignIns")]
[JsonSerializable(typeof(GraphPage<CredentialSignIns>), TypeInfoPropertyName = "CredentialUse")]
[JsonSerializable(typeof(GraphPage<RiskyServicePrincipal>), TypeInfoPropertyName = "RiskyServicePrincipals")]
[JsonSerializable(typeof(GraphPage<RiskDetection>), TypeInfoPropertyName = "RiskDetections")]
[JsonSerializable(typeof(GraphPage<ConditionalAccessPolicy>), TypeInfoPropertyName = "ConditionalAccessPolicies")]
[JsonSerializable(typeof(GraphPage<WhatIfResult>), TypeInfoPropertyName = "WhatIfResults")]
[JsonSerializable(typeof(GraphPage<NamedLocation>), TypeInfoPropertyName = "NamedLocations")]
[JsonSerializable(typeof(GraphPage<AppManagementPolicy>), TypeInfoPropertyName = "AppManagementPolicies")]
[JsonSerializable(typeof(GraphPage<AccessReview>), TypeInfoPropertyName = "AccessReviews")]
[JsonSerializable(typeof(GraphPage<AccessReviewInstance>), TypeInfoPropertyName = "AccessReviewInstances")]
[JsonSerializable(typeof(GraphPage<AccessReviewDecision>), TypeInfoPropertyName = "AccessReviewDecisions")]
[JsonSerializable(typeof(GraphPage<Organization>), TypeInfoPropertyName = "Organizations")]
[JsonSerializable(typeof(GraphPage<JsonElement>), TypeInfoPropertyName = "Changes")]
[JsonSerializable(typeof(GraphPage<JsonObject>), TypeInfoPropertyName = "JsonObjects")]
[JsonSerializable(typeof(AppManagementPolicy))]
[JsonSerializable(typeof(AddedPassword))]
[JsonSerializable(typeof(GraphErrorBody), TypeInfoPropertyName = "Error")]
[JsonSerializable(typeof(GraphBatchBody), TypeInfoPropertyName = "Batch")]
[JsonSerializable(typeof(StateLine), TypeInfoPropertyName = "Line")]
internal sealed partial class GraphJson : JsonSerializerContext
{
    private GraphJson(PooledText pool, TolerantDate dates)
        : base(Settings(pool, dates))
    {
        Dates = dates;
    }

    /// <summary>What was wrong with the dates of this list.</summary>
    public TolerantDate Dates { get; }

    /// <summary>A reader of one list.</summary>
    /// <param name="pool">The texts that were read lately, shared by all lists of a client.</param>
    public static GraphJson Create(PooledText pool) => new(pool, new TolerantDate());

    // PooledText comes first: OpenTextConverter looks for it there.
    private static JsonSerializerOptions Settings(PooledText pool, TolerantDate dates) => new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { pool, dates },
    };
}
