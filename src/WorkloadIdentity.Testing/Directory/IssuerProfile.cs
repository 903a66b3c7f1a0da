using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace WorkloadIdentity.Testing;

/// <summary>
/// What tells the assertions of one kind of issuer from those of another. Values that only a real run could know are plain made up.
/// </summary>
internal sealed partial class IssuerProfile
{
    private static readonly IssuerProfile Any = new(null, "", (_, _) => []);

    private static readonly IssuerProfile GitHub = new(
        "https://token.actions.githubusercontent.com", GitHubClaims.Example, GitHubClaims.For);

    /// <summary>kubernetes.io, "Managing Service Accounts": the claims of a bound token.</summary>
    private static readonly IssuerProfile Kubernetes = new(null, "system:serviceaccount:orders:api", (subject, id) =>
    {
        var parts = KubernetesSubject().Match(subject);
        var name = parts.Groups["name"].Value;
        return !parts.Success ? null : new JsonObject
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

    private static readonly IssuerProfile GitLab = new("https://gitlab.com", GitLabClaims.Example, GitLabClaims.For);

    private static readonly IssuerProfile Buildkite = new(
        "https://agent.buildkite.com", BuildClaims.BuildkiteExample, BuildClaims.Buildkite);

    private static readonly IssuerProfile CircleCI = new(null, BuildClaims.CircleCIExample, BuildClaims.CircleCI);

    private static readonly IssuerProfile Terraform = new("https://app.terraform.io", BuildClaims.TerraformExample, BuildClaims.Terraform);

    private readonly string _example;
    private readonly Func<string, Guid, JsonObject?> _claims;

    /// <param name="url">Where the one such issuer is; null when there are many.</param>
    /// <param name="example">A subject, for errors.</param>
    /// <param name="claims">The claims for a subject and the id of a run; null when no such issuer writes the subject.</param>
    private IssuerProfile(string? url, string example, Func<string, Guid, JsonObject?> claims)
    {
        Url = url;
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
        EmulatedIssuerKind.Buildkite => Buildkite,
        EmulatedIssuerKind.CircleCI => CircleCI,
        EmulatedIssuerKind.Terraform => Terraform,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "There is no such kind of issuer."),
    };

    /// <summary>The names of the claims beside the registered ones.</summary>
    public IEnumerable<string> ClaimNames => _claims(_example, Guid.Empty)!.Select(claim => claim.Key);

    /// <summary>The claims beside the registered ones.</summary>
    /// <exception cref="ArgumentException">No issuer of this kind would write such a subject.</exception>
    public JsonObject ClaimsFor(string subject) => _claims(subject, Guid.NewGuid())
        ?? throw new ArgumentException(
            $"No issuer of this kind writes the subject '{subject}'. Expected something like '{_example}'.", nameof(subject));

    [GeneratedRegex(@"\Asystem:serviceaccount:(?<namespace>[a-z0-9-]+):(?<name>[a-z0-9.-]+)\z")]
    private static partial Regex KubernetesSubject();
}
