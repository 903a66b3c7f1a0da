using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>
/// The claims of GitLab CI/CD for a subject (docs.gitlab.com, "OpenID Connect (OIDC) Authentication Using ID Tokens"): by default
/// <c>project_path:group/project:ref_type:branch:ref:main</c>, otherwise the claims that a project has chosen, of which the first is its
/// path.
/// </summary>
internal static class GitLabClaims
{
    public const string Example = "project_path:contoso/orders:ref_type:branch:ref:main";

    /// <summary>What a project may choose from (docs.gitlab.com, "Projects API", <c>ci_id_token_sub_claim_components</c>).</summary>
    private static readonly IReadOnlyList<string> Names = ["project_path", "ref_type", "ref", "environment_protected", "deployment_tier"];

    /// <summary>The claims beside the registered ones; null when GitLab writes no such subject.</summary>
    public static JsonObject? For(string subject, Guid id)
    {
        if (!subject.StartsWith("project_path:", StringComparison.Ordinal) || ClaimedSubject.Read(subject, Names.Contains) is not { } said
            || said["project_path"].Split('/') is not [.. { Length: > 0 } groups, { Length: > 0 }] || groups.Contains("")
            || said.GetValueOrDefault("ref_type", "branch") is not ("branch" or "tag" or "merge_request"))
        {
            return null;
        }

        var (reference, type) = (said.GetValueOrDefault("ref", "main"), said.GetValueOrDefault("ref_type", "branch"));
        var claims = new JsonObject
        {
            ["namespace_path"] = string.Join('/', groups),
            ["project_path"] = said["project_path"],
            ["project_id"] = "1",
            ["namespace_id"] = "1",
            ["pipeline_id"] = "1",
            ["pipeline_source"] = type == "merge_request" ? "merge_request_event" : "push",
            ["job_id"] = "1",
            ["ref"] = reference,
            ["ref_path"] = type == "merge_request" ? reference : $"refs/{(type == "tag" ? "tags" : "heads")}/{reference}",
            ["ref_protected"] = "true",
            ["ref_type"] = type,
            ["runner_environment"] = "gitlab-hosted",
            ["user_login"] = "emulated",
        };
        foreach (var (name, value) in said)
        {
            claims[name] = value;
        }

        return claims;
    }
}
