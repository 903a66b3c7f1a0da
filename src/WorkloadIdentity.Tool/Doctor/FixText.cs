namespace WorkloadIdentity.Tool;

/// <summary>A federated credential in one format, with a comment on each part.</summary>
internal static class FixText
{
    /// <summary>The values of <c>--fix</c>.</summary>
    public static IReadOnlyList<string> Forms { get; } = ["az", "bicep", "terraform", "json"];

    public static string Of(FederatedCredentialFinding federated, string form)
    {
        var (application, identity) = (federated.Application, federated.ManagedIdentity);
        return form switch
        {
            "az" => Parts("#", application.Az, identity.Az ?? "# The values contain characters that are not safe in a shell. Use bicep."),
            "bicep" => Parts(
                "//",
                $"/* bicepconfig.json beside it:\n{FederatedCredentialRecipe.BicepConfiguration}\n*/\n{application.Bicep}",
                identity.Bicep),
            "terraform" => Parts("#", application.Terraform, identity.Terraform),
            _ => federated.Json.ToJsonString(DoctorJson.Indented),
        };
    }

    private static string Parts(string comment, string? application, string identity) =>
        $"{comment} For an application\n{application}\n\n{comment} For a user-assigned managed identity\n{identity}";
}
