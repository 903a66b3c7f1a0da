using System.CommandLine;

namespace WorkloadIdentity.Tool;

/// <summary>The platforms whose workloads can be trusted: what names one, and the issuer and subject that follow.</summary>
internal static class TrustedWorkloads
{
    /// <summary>A platform: its name, its options, and the workload that they name.</summary>
    internal sealed record Platform(
        string Name, string Description, IReadOnlyList<Option> Options, Func<ParseResult, TrustedWorkload> Read);

    public static IReadOnlyList<Platform> All => [GitHub(), Kubernetes(), GitLab(), AzurePipelines(), Aws()];

    private static Platform GitHub()
    {
        var repository = Required("--repository", "owner/name", "The repository, in the letter case of GitHub.");
        var branch = Optional("--branch", "name", "Jobs of this branch.");
        var tag = Optional("--tag", "name", "Jobs of this tag.");
        var environment = Optional("--environment", "name", "Jobs of this environment. An environment can require an approval.");
        var pulls = new Option<bool>("--pull-requests") { Description = "Jobs of pull requests, of whoever may open one." };
        var host = Optional("--server", "host", "A GitHub Enterprise Server. [default: github.com]");
        return new Platform(
            "github", "Trusts jobs of GitHub Actions.", [repository, branch, tag, environment, pulls, host],
            parsed =>
            {
                var name = Value(parsed, repository);
                if (name.Count(letter => letter == '/') != 1 || name.StartsWith('/') || name.EndsWith('/'))
                {
                    throw new ToolException("--repository is not a repository.", "Write owner/name.", "wid#wid-federate");
                }

                var rest = One(
                    "--branch, --tag, --environment and --pull-requests",
                    parsed.GetValue(branch) is { } head ? $"ref:refs/heads/{head}" : null,
                    parsed.GetValue(tag) is { } mark ? $"ref:refs/tags/{mark}" : null,
                    parsed.GetValue(environment) is { } place ? $"environment:{Claim(place)}" : null,
                    parsed.GetValue(pulls) ? "pull_request" : null);
                var issuer = parsed.GetValue(host) is { } server
                    ? $"https://{server}/_services/token"
                    : "https://token.actions.githubusercontent.com";
                return new TrustedWorkload(issuer, $"repo:{name}:{rest}");
            });
    }

    private static Platform Kubernetes()
    {
        var issuer = Required("--issuer", "url", "The issuer of the cluster. AKS ends it with a slash, and that counts.");
        var space = Required("--namespace", "name", "The namespace.");
        var account = Required("--service-account", "name", "The service account.");
        return new Platform(
            "kubernetes", "Trusts pods of a service account.", [issuer, space, account],
            parsed => new TrustedWorkload(
                Value(parsed, issuer), $"system:serviceaccount:{Value(parsed, space)}:{Value(parsed, account)}"));
    }

    private static Platform GitLab()
    {
        var project = Required("--project", "group/name", "The project with its groups.");
        var branch = Optional("--branch", "name", "Jobs of this branch.");
        var tag = Optional("--tag", "name", "Jobs of this tag.");
        var url = Optional("--url", "url", "The address of the instance. [default: https://gitlab.com]");
        return new Platform(
            "gitlab", "Trusts jobs of GitLab.", [project, branch, tag, url],
            parsed =>
            {
                var rest = One(
                    "--branch and --tag",
                    parsed.GetValue(branch) is { } head ? $"ref_type:branch:ref:{head}" : null,
                    parsed.GetValue(tag) is { } mark ? $"ref_type:tag:ref:{mark}" : null);
                return new TrustedWorkload(
                    parsed.GetValue(url) ?? "https://gitlab.com", $"project_path:{Value(parsed, project)}:{rest}");
            });
    }

    private static Platform AzurePipelines()
    {
        var issuer = Required("--issuer", "url", "The issuer, as the page of the service connection shows it.");
        var subject = Required("--subject", "text", "The subject identifier, as the same page shows it.");
        return new Platform(
            "azure-pipelines", "Trusts jobs of Azure Pipelines that use a service connection.", [issuer, subject],
            parsed => new TrustedWorkload(Value(parsed, issuer), Value(parsed, subject))
            {
                // It cannot be chosen there: it is this one in every cloud.
                Audience = ExchangeAudience.OfPublicCloud,
            });
    }

    private static Platform Aws()
    {
        var issuer = Required("--issuer", "url", "The issuer of the account (aws iam get-outbound-web-identity-federation-info).");
        var role = Required("--role", "arn", "The role that the workload runs as.");
        return new Platform(
            "aws", "Trusts workloads of an AWS role.", [issuer, role],
            parsed => Value(parsed, role) is var arn && arn.StartsWith("arn:", StringComparison.Ordinal)
                ? new TrustedWorkload(Value(parsed, issuer), arn)
                : throw new ToolException(
                    "--role is not an ARN.", "Write it whole, such as arn:aws:iam::123456789012:role/orders.", "wid#wid-federate"));
    }

    /// <summary>Exactly one of several.</summary>
    private static string One(string options, params ReadOnlySpan<string?> values)
    {
        string? one = null;
        var count = 0;
        foreach (var value in values)
        {
            if (value is not null)
            {
                (one, count) = (value, count + 1);
            }
        }

        return count == 1
            ? one!
            : throw new ToolException(
                $"One of {options} is needed.", "A subject names one of them. Run the command once for each that you need.",
                "wid#wid-federate");
    }

    private static string Value(ParseResult parsed, Option<string> option) => parsed.GetValue(option) is { } text && text.Trim().Length > 0
        ? text
        : throw new ToolException($"{option.Name} is empty.", "Give it a value.", "wid#wid-federate");

    /// <summary>GitHub writes a colon within a value so.</summary>
    private static string Claim(string value) => value.Replace(":", "%3A", StringComparison.Ordinal);

    private static Option<string> Required(string name, string value, string description) =>
        new(name) { Description = description, HelpName = value, Required = true };

    private static Option<string?> Optional(string name, string value, string description) =>
        new(name) { Description = description, HelpName = value };
}
