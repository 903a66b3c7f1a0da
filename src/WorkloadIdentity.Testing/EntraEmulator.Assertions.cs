using System.Collections.Concurrent;

namespace WorkloadIdentity.Testing;

/// <content>Sources of assertions: jobs of build systems, and another cloud's metadata server.</content>
public sealed partial class EntraEmulator
{
    private readonly ConcurrentDictionary<string, EmulatedJob> _jobs = new();

    internal EmulatedJob? GoogleMachine { get; private set; }

    /// <summary>The environment of a GitHub Actions job with <c>id-token: write</c>. Each call is another job.</summary>
    /// <param name="issuer">Who signs its id tokens.</param>
    /// <param name="subject">Their <c>sub</c>, such as <c>repo:contoso/orders:ref:refs/heads/main</c>.</param>
    public IReadOnlyDictionary<string, string> GitHubActionsEnvironment(EmulatedIssuer issuer, string subject)
    {
        var job = AddJob(issuer, subject);
        return new Dictionary<string, string>
        {
            ["GITHUB_ACTIONS"] = "true",
            ["ACTIONS_ID_TOKEN_REQUEST_URL"] = $"{LocalAddress.AbsoluteUri}github/{job.Id}?api-version=2.0",
            ["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] = job.Token,
        };
    }

    /// <summary>The environment of an Azure Pipelines job whose step maps <c>SYSTEM_ACCESSTOKEN</c>. Each call is another job.</summary>
    /// <param name="issuer">Who signs its id tokens.</param>
    /// <param name="subject">Their <c>sub</c>, such as <c>sc://contoso/orders/production</c>.</param>
    /// <param name="serviceConnectionId">The service connection a task of the job uses, and the only one it gets tokens for; none when
    /// null.</param>
    public IReadOnlyDictionary<string, string> AzurePipelinesEnvironment(
        EmulatedIssuer issuer, string subject, string? serviceConnectionId = null)
    {
        var job = AddJob(issuer, subject, serviceConnectionId);
        return new Dictionary<string, string>
        {
            ["SYSTEM_OIDCREQUESTURI"] = $"{LocalAddress.AbsoluteUri}azure-pipelines/{job.Id}",
            ["SYSTEM_ACCESSTOKEN"] = job.Token,
        };
    }

    /// <summary>The environment of a Buildkite job. Each call is another job.</summary>
    /// <param name="issuer">Who signs its id tokens.</param>
    /// <param name="subject">Their <c>sub</c>: the value of <paramref name="subjectClaim"/>, a GUID for the claims that have an id.</param>
    /// <param name="subjectClaim">The claim that the job must ask for as the subject; null for the subject that names the commit.</param>
    public IReadOnlyDictionary<string, string> BuildkiteEnvironment(
        EmulatedIssuer issuer, string subject, string? subjectClaim = "pipeline_id")
    {
        var job = AddJob(issuer, subject, subjectClaim: subjectClaim);
        return new Dictionary<string, string>
        {
            ["BUILDKITE"] = "true",
            ["BUILDKITE_AGENT_ENDPOINT"] = $"{LocalAddress.AbsoluteUri}buildkite",
            ["BUILDKITE_JOB_ID"] = job.Id,
            ["BUILDKITE_AGENT_ACCESS_TOKEN"] = job.Token,
        };
    }

    /// <summary>The environment of a machine of Google Cloud. There is one machine: a later call replaces earlier values.</summary>
    /// <param name="issuer">Who signs its identity tokens.</param>
    /// <param name="subject">Their <c>sub</c>: the unique id of its service account, a number.</param>
    public IReadOnlyDictionary<string, string> GoogleMetadataEnvironment(EmulatedIssuer issuer, string subject)
    {
        GoogleMachine = AddJob(issuer, subject);
        return new Dictionary<string, string> { ["GCE_METADATA_HOST"] = PlainAddress.Authority };
    }

    internal EmulatedJob? FindJob(string id) => _jobs.GetValueOrDefault(id);

    private EmulatedJob AddJob(
        EmulatedIssuer issuer, string subject, string? serviceConnectionId = null, string? subjectClaim = null)
    {
        ArgumentNullException.ThrowIfNull(issuer);
        ArgumentException.ThrowIfNullOrEmpty(subject);
        var job = new EmulatedJob(issuer, subject, serviceConnectionId, subjectClaim);
        _jobs[job.Id] = job;
        return job;
    }
}
