namespace WorkloadIdentity.Governance;

/// <summary>What an identity is, by the types of its objects.</summary>
internal static class IdentityKinds
{
    public static IdentityKind Of(ServicePrincipal? principal, AppRegistration? application)
    {
        if (Is(principal?.ODataType, "agentIdentity") || principal?.ServicePrincipalType == ServicePrincipalType.AgentIdentity)
        {
            return IdentityKind.AgentIdentity;
        }

        if (Is(principal?.ODataType, "agentIdentityBlueprintPrincipal") || Is(application?.ODataType, "agentIdentityBlueprint"))
        {
            return IdentityKind.AgentBlueprint;
        }

        return principal?.ServicePrincipalType switch
        {
            null => principal is null || application is not null ? IdentityKind.Application : IdentityKind.Other,
            { } type when type == ServicePrincipalType.Application => IdentityKind.Application,
            { } type when type == ServicePrincipalType.ManagedIdentity => IdentityKind.ManagedIdentity,
            { } type when type == ServicePrincipalType.Legacy || OpenText.Same(type.Value, "SocialIdp") => IdentityKind.Legacy,
            _ => IdentityKind.Other,
        };
    }

    private static bool Is(string? type, string name) => type is not null && OpenText.Same(type, $"#microsoft.graph.{name}");
}
