using System.Collections.Frozen;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace WorkloadIdentity.Testing;

/// <summary>
/// The claims of GitHub Actions for a subject (docs.github.com, "OpenID Connect reference"): by default <c>repo:owner/name:ref:…</c>, and
/// <c>repo:owner@123/name@456:ref:…</c> for repositories with immutable ids; otherwise the claims that a repository or organisation has
/// chosen.
/// </summary>
internal static partial class GitHubClaims
{
    public const string Example = "repo:contoso/orders:ref:refs/heads/main";

    private const string PullRequest = "pull_request";

    /// <summary>Claims that a job has in certain places only. All others are in every token.</summary>
    private static readonly IReadOnlyList<string> Occasional = ["enterprise", "enterprise_id", "environment", "environment_node_id"];

    private static readonly FrozenSet<string> Names =
        [.. Complete([], Guid.Empty).Select(claim => claim.Key), .. Occasional, "repo"];

    /// <summary>The claims beside the registered ones; null when GitHub writes no such subject.</summary>
    public static JsonObject? For(string subject, Guid id) =>
        ClaimedSubject.Read(subject, IsClaim, PullRequest) is { } said && AreOfOneJob(said) ? Complete(said, id) : null;

    private static bool IsClaim(string name) => Names.Contains(name) || PropertyName().IsMatch(name);

    /// <summary>Adds what the claims of the subject imply; false when they contradict each other.</summary>
    private static bool AreOfOneJob(Dictionary<string, string> said)
    {
        if (said.Remove("repo", out var repo))
        {
            var match = Repository().Match(repo);
            var (owner, name) = (match.Groups["owner"].Value, match.Groups["name"].Value);
            if (!match.Success
                || !said.Implies("repository", $"{owner}/{name}")
                || (match.Groups["id"] is { Success: true, Value: var id } && !said.Implies("repository_id", id))
                || (match.Groups["ownerId"] is { Success: true, Value: var ownerId } && !said.Implies("repository_owner_id", ownerId)))
            {
                return false;
            }
        }

        if (said.TryGetValue("repository", out var repository)
            && !(RepositoryName().IsMatch(repository) && said.Implies("repository_owner", repository.Split('/')[0])))
        {
            return false;
        }

        if (said.Remove(PullRequest) && !(said.Implies("event_name", PullRequest) && said.Implies("ref", "refs/pull/1/merge")))
        {
            return false;
        }

        return !said.TryGetValue("ref", out var reference)
            || (reference.StartsWith("refs/", StringComparison.Ordinal) && said.Implies("ref_type", TypeOf(reference)));
    }

    /// <summary>All claims: those of the subject, and for the others what a real run could have.</summary>
    private static JsonObject Complete(Dictionary<string, string> said, Guid id)
    {
        var owner = said.GetValueOrDefault("repository_owner", "contoso");
        var repository = said.GetValueOrDefault("repository", $"{owner}/emulated");
        var reference = said.GetValueOrDefault("ref", said.GetValueOrDefault("ref_type") == "tag" ? "refs/tags/v1" : "refs/heads/main");
        var isPullRequest = said.GetValueOrDefault("event_name") == PullRequest;
        var workflow = $"{repository}/.github/workflows/emulated.yml@{reference}";
        var sha = new string('0', 40);
        var claims = new JsonObject
        {
            ["actor"] = "emulated",
            ["actor_id"] = "1",
            ["base_ref"] = isPullRequest ? "main" : "",
            ["event_name"] = "push",
            ["head_ref"] = isPullRequest ? "emulated" : "",
            ["job_workflow_ref"] = workflow,
            ["job_workflow_sha"] = sha,
            ["ref"] = reference,
            ["ref_protected"] = "false",
            ["ref_type"] = TypeOf(reference),
            ["repository"] = repository,
            ["repository_id"] = "1",
            ["repository_owner"] = owner,
            ["repository_owner_id"] = "1",
            ["repository_visibility"] = "private",
            ["run_attempt"] = "1",
            ["run_id"] = id.ToString("N"),
            ["run_number"] = "1",
            ["runner_environment"] = "github-hosted",
            ["sha"] = sha,
            ["workflow"] = "emulated",
            ["workflow_ref"] = workflow,
            ["workflow_sha"] = sha,
        };
        foreach (var (name, value) in said)
        {
            claims[name] = value;
        }

        return claims;
    }

    private static string TypeOf(string reference) => reference.StartsWith("refs/tags/", StringComparison.Ordinal) ? "tag" : "branch";

    // Both ids or none: a repository has immutable subjects or it has not.
    [GeneratedRegex(@"\A((?<owner>[^/@]+)/(?<name>[^/@]+)|(?<owner>[^/@]+)@(?<ownerId>[0-9]+)/(?<name>[^/@]+)@(?<id>[0-9]+))\z")]
    private static partial Regex Repository();

    [GeneratedRegex(@"\A[^/@]+/[^/@]+\z")]
    private static partial Regex RepositoryName();

    /// <summary>A custom property of the repository.</summary>
    [GeneratedRegex(@"\Arepo_property_[A-Za-z0-9_]+\z")]
    private static partial Regex PropertyName();
}
