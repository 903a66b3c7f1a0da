using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace WorkloadIdentity.Testing;

/// <summary>
/// The claims of build systems whose subject has one form. Each names the documentation that has the form. Values that only a real run
/// could know are made up.
/// </summary>
internal static partial class BuildClaims
{
    public const string BuildkiteExample = "organization:contoso:pipeline:orders:ref:refs/heads/main:commit:0a1b2c3:step:deploy";

    public const string CircleCIExample =
        "org/5a1d0e7c-9c0f-4d0e-8a54-6f1f6f0d2b11/project/0d3c1a52-9c0f-4d0e-8a54-6f1f6f0d2b11/user/7c0d2b11-9c0f-4d0e-8a54-6f1f6f0d1a52";

    public const string TerraformExample = "organization:contoso:project:shop:workspace:orders:run_phase:apply";

    /// <summary>
    /// buildkite.com, "buildkite-agent oidc": the compound subject, or the value of one claim that the request chose
    /// (<c>subject_claim</c>), which is a GUID.
    /// </summary>
    public static JsonObject? Buildkite(string subject, Guid id)
    {
        var parts = BuildkiteSubject().Match(subject);
        return !parts.Success && !Guid.TryParseExact(subject, "D", out _) ? null : new JsonObject
        {
            ["organization_slug"] = Or(parts.Groups["organization"].Value, "emulated"),
            ["pipeline_slug"] = Or(parts.Groups["pipeline"].Value, "emulated"),
            ["build_number"] = 1,
            ["build_branch"] = Or(parts.Groups["branch"].Value, "main"),
            ["build_commit"] = Or(parts.Groups["commit"].Value, "0a1b2c3"),
            ["step_key"] = Or(parts.Groups["step"].Value, "emulated"),
            ["job_id"] = id.ToString(),
            ["agent_id"] = id.ToString(),
        };
    }

    /// <summary>circleci.com, "Use OpenID Connect tokens in jobs": the subject names the person who started the pipeline.</summary>
    public static JsonObject? CircleCI(string subject, Guid id)
    {
        var parts = CircleCISubject().Match(subject);
        return !parts.Success ? null : new JsonObject
        {
            ["oidc.circleci.com/project-id"] = parts.Groups["project"].Value,
            ["oidc.circleci.com/context-ids"] = new JsonArray(id.ToString()),
        };
    }

    /// <summary>developer.hashicorp.com, "Workload identity tokens" of HCP Terraform: one subject for each phase of a run.</summary>
    public static JsonObject? Terraform(string subject, Guid id)
    {
        var parts = TerraformSubject().Match(subject);
        return !parts.Success ? null : new JsonObject
        {
            ["terraform_organization_name"] = parts.Groups["organization"].Value,
            ["terraform_project_name"] = parts.Groups["project"].Value,
            ["terraform_workspace_name"] = parts.Groups["workspace"].Value,
            ["terraform_full_workspace"] = subject[..subject.LastIndexOf(":run_phase:", StringComparison.Ordinal)],
            ["terraform_run_phase"] = parts.Groups["phase"].Value,
            ["terraform_run_id"] = $"run-{id:N}",
        };
    }

    private static string Or(string text, string otherwise) => text.Length == 0 ? otherwise : text;

    [GeneratedRegex(
        @"\Aorganization:(?<organization>[a-z0-9-]+):pipeline:(?<pipeline>[a-z0-9-]+):ref:refs/(heads|tags)/(?<branch>[^:\s]+)"
            + @":commit:(?<commit>[^:\s]+):step:(?<step>[^:\s]*)\z",
        RegexOptions.ExplicitCapture)]
    private static partial Regex BuildkiteSubject();

    [GeneratedRegex(
        @"\Aorg/[0-9a-f-]{36}/project/(?<project>[0-9a-f-]{36})/user/[0-9a-f-]{36}(/vcs-origin/\S+)?\z", RegexOptions.ExplicitCapture)]
    private static partial Regex CircleCISubject();

    [GeneratedRegex(
        @"\Aorganization:(?<organization>[^:\n]+):project:(?<project>[^:\n]+):workspace:(?<workspace>[^:\n]+)"
            + @":run_phase:(?<phase>plan|apply)\z")]
    private static partial Regex TerraformSubject();
}
