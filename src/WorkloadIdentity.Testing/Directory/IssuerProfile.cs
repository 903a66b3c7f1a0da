using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace WorkloadIdentity.Testing;

/// <summary>What tells the assertions of one kind of issuer from those of another. Values that only a real run could know are plain made up.</summary>
internal sealed partial class IssuerProfile
{
    private static readonly IssuerProfile Any = new(null, subjects: null, "", (_, _) => []);

    /// <summary>docs.github.com, "OpenID Connect reference".</summary>
    private static readonly IssuerProfile GitHub = new("https://token.actions.githubusercontent.com", GitHubSubject(), "repo:contoso/orders:ref:refs/heads/main", (subject, id) =>
    {
        var parts = GitHubSubject().Match(subject);
        var (owner, repository, rest) = (parts.Groups["owner"].Value, parts.Groups["repository"].Value, parts.Groups["rest"].Value);
        var reference = rest.StartsWith("ref:", StringComparison.Ordinal) ? rest["ref:".Length..] : rest == "pull_request" ? "refs/pull/1/merge" : "refs/heads/main";
        var claims = new JsonObject
        {
            ["actor"] = "emulated",
            ["base_ref"] = "",
            ["event_name"] = rest == "pull_request" ? "pull_request" : "push",
            ["head_ref"] = "",
            ["job_workflow_ref"] = $"{owner}/{repository}/.github/workflows/emulated.yml@{reference}",
            ["ref"] = reference,
            ["ref_type"] = reference.StartsWith("refs/tags/", StringComparison.Ordinal) ? "tag" : "branch",
            ["repository"] = $"{owner}/{repository}",
            ["repository_owner"] = owner,
            ["repository_visibility"] = "private",
            ["run_attempt"] = "1",
            ["run_id"] = id.ToString("N"),
            ["run_number"] = "1",
            ["runner_environment"] = "github-hosted",
            ["sha"] = new string('0', 40),
            ["workflow"] = "emulated",
        };
        if (rest.StartsWith("environment:", StringComparison.Ordinal))
        {
            claims["environment"] = rest["environment:".Length..];
        }

        return claims;
    });

    /// <summary>kubernetes.io, "Managing Service Accounts": the claims of a bound token.</summary>
    private static readonly IssuerProfile Kubernetes = new(null, KubernetesSubject(), "system:serviceaccount:orders:api", (subject, id) =>
    {
        var parts = KubernetesSubject().Match(subject);
        var name = parts.Groups["name"].Value;
        return new JsonObject
        {
            ["kubernetes.io"] = new JsonObject
            {
                ["namespace"] = parts.Groups["namespace"].Value,
                ["node"] = new JsonObject { ["name"] = "emulated", ["uid"] = id.ToString() },
                ["pod"] = new JsonObject { ["name"] = $"{name}-0", ["uid"] = id.ToString() },
                ["serviceaccount"] = new JsonObject { ["name"] = name, ["uid"] = id.ToString() },
            },
        };
    })
    { HasAudienceArray = true, EndsInSlash = true };

    /// <summary>docs.gitlab.com, "OpenID Connect (OIDC) Authentication Using ID Tokens".</summary>
    private static readonly IssuerProfile GitLab = new("https://gitlab.com", GitLabSubject(), "project_path:contoso/orders:ref_type:branch:ref:main", (subject, _) =>
    {
        var parts = GitLabSubject().Match(subject);
        var project = parts.Groups["project"].Value;
        return new JsonObject
        {
            ["namespace_path"] = project[..project.LastIndexOf('/')],
            ["project_path"] = project,
            ["project_id"] = "1",
            ["namespace_id"] = "1",
            ["pipeline_id"] = "1",
            ["pipeline_source"] = "push",
            ["job_id"] = "1",
            ["ref"] = parts.Groups["ref"].Value,
            ["ref_path"] = $"refs/{(parts.Groups["type"].Value == "tag" ? "tags" : "heads")}/{parts.Groups["ref"].Value}",
            ["ref_protected"] = "true",
            ["ref_type"] = parts.Groups["type"].Value,
            ["runner_environment"] = "gitlab-hosted",
            ["user_login"] = "emulated",
        };
    });

    private readonly Regex? _subjects;
    private readonly string _example;
    private readonly Func<string, Guid, JsonObject> _claims;

    private IssuerProfile(string? url, Regex? subjects, string example, Func<string, Guid, JsonObject> claims)
    {
        Url = url;
        _subjects = subjects;
        _example = example;
        _claims = claims;
    }

    /// <summary>Where the one such issuer the world knows is; null when there are as many as there are clusters.</summary>
    public string? Url { get; }

    /// <summary>Whether the audience is an array with one element.</summary>
    public bool HasAudienceArray { get; private init; }

    /// <summary>Whether issuers of this kind end in a slash, as those of AKS do: half of all mismatches are about it.</summary>
    public bool EndsInSlash { get; private init; }

    public static IssuerProfile Of(EmulatedIssuerKind kind) => kind switch
    {
        EmulatedIssuerKind.Any => Any,
        EmulatedIssuerKind.GitHub => GitHub,
        EmulatedIssuerKind.Kubernetes => Kubernetes,
        EmulatedIssuerKind.GitLab => GitLab,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "There is no such kind of issuer."),
    };

    /// <summary>The names of the claims beside the registered ones.</summary>
    public IEnumerable<string> ClaimNames => _subjects is null ? [] : _claims(_example, Guid.Empty).Select(claim => claim.Key);

    /// <summary>The claims beside the registered ones.</summary>
    /// <exception cref="ArgumentException">No issuer of this kind would write such a subject.</exception>
    public JsonObject ClaimsFor(string subject) =>
        _subjects is null || _subjects.IsMatch(subject)
            ? _claims(subject, Guid.NewGuid())
            : throw new ArgumentException($"No issuer of this kind writes the subject '{subject}'. Expected something like '{_example}'.", nameof(subject));

    [GeneratedRegex(@"\Arepo:(?<owner>[^/:]+)/(?<repository>[^/:]+):(?<rest>(ref|environment):.+|pull_request)\z")]
    private static partial Regex GitHubSubject();

    [GeneratedRegex(@"\Asystem:serviceaccount:(?<namespace>[a-z0-9-]+):(?<name>[a-z0-9.-]+)\z")]
    private static partial Regex KubernetesSubject();

    [GeneratedRegex(@"\Aproject_path:(?<project>[^:]+/[^:/]+):ref_type:(?<type>branch|tag):ref:(?<ref>.+)\z")]
    private static partial Regex GitLabSubject();
}
