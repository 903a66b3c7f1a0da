using System.Text;
using System.Text.Json.Nodes;

namespace WorkloadIdentity;

/// <summary>The id tokens of a Buildkite job, from the agent's API (as <c>buildkite-agent oidc request-token</c> gets them).</summary>
internal sealed class BuildkiteAssertionSource : AssertionSource
{
    private const string AddressVariable = "BUILDKITE_AGENT_ENDPOINT";
    private const string JobVariable = "BUILDKITE_JOB_ID";
    private const string TokenVariable = "BUILDKITE_AGENT_ACCESS_TOKEN";

    private static readonly Uri KnownAddress = new("https://agent.buildkite.com/v3");

    private static readonly AssertionEndpoint Endpoint = new(
        "Buildkite's endpoint for id tokens",
        $"Check that the job still runs, that {TokenVariable} and {JobVariable} are this job's, and the subject claim.",
        HelpAnchors.AssertionSource);

    private readonly string? _subjectClaim;
    private readonly AssertionClient _client;

    public BuildkiteAssertionSource(string? subjectClaim, AssertionClient client)
    {
        _subjectClaim = subjectClaim is null ? null : Guard.Text(subjectClaim, "The subject claim", "pipeline_id");
        _client = client;
    }

    public override string Name => "buildkite";

    protected internal override string? LooksFor =>
        $"the id token of a Buildkite job (the variables {JobVariable} and {TokenVariable})";

    public override ValueTask<AssertionResult> GetAssertionAsync(AssertionRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var environment = request.Environment;
        var job = environment.Variable(JobVariable);
        if (job is null && !environment.Has(TokenVariable))
        {
            return new(Endpoint.Absent($"{JobVariable} and {TokenVariable} are not set, so this is not a Buildkite job."));
        }

        if (job is null || !environment.Has(TokenVariable))
        {
            return new(Endpoint.OnlyOneIsSet(JobVariable, TokenVariable));
        }

        var (address, addressProblem) = environment.Has(AddressVariable)
            ? SourceAddress.Read(environment, AddressVariable)
            : (KnownAddress, null);
        var (token, tokenProblem) = HostVariable.Header(environment, TokenVariable);
        var jobProblem = Guid.TryParseExact(job, "D", out _) ? null : $"{JobVariable} is not a GUID.";
        if (address is null || token is null || jobProblem is not null)
        {
            return new(Endpoint.CannotAsk(addressProblem ?? tokenProblem ?? jobProblem));
        }

        var message = new HttpRequestMessage(
            HttpMethod.Post, new Uri($"{address.GetLeftPart(UriPartial.Path).TrimEnd('/')}/jobs/{job}/oidc/tokens"))
        {
            Content = new StringContent(Body(request.RequireAudience()), Encoding.UTF8, "application/json"),
        };
        message.Headers.TryAddWithoutValidation("Authorization", $"Token {token}");
        message.Headers.TryAddWithoutValidation("Accept", "application/json");
        return Endpoint.AskAsync(_client.For(address), message, _client.TimeLimit, request, "token", cancellationToken);
    }

    private string Body(string audience)
    {
        var body = new JsonObject { ["audience"] = audience };
        if (_subjectClaim is not null)
        {
            body["subject_claim"] = _subjectClaim;
        }

        return body.ToJsonString();
    }
}
