namespace WorkloadIdentity;

/// <content>The id tokens of build systems.</content>
#pragma warning disable CA1708 // The rule compares the names of the two extension blocks, and an extension block has none.
public static partial class AssertionSources
#pragma warning restore CA1708
{
    extension(AssertionSource)
    {
        /// <summary>
        /// Gets id tokens of the GitHub Actions job that this program runs in, a new one at each use. A token is valid for five minutes;
        /// the job can get them for about six hours. The job needs <c>permissions: id-token: write</c>. See
        /// <see href="https://docs.github.com/actions/reference/security/oidc">OpenID Connect in GitHub Actions</see>.
        /// </summary>
        /// <param name="httpClient">
        /// The client that sends the request. Null uses one that follows no redirects and keeps no cookies. A client given here must do
        /// the same and must not attach tokens. It is not disposed.
        /// </param>
        /// <param name="timeLimit">
        /// How long the server may take for one answer: more than zero, at most five minutes; null means 10 seconds.
        /// <see cref="RetryOptions.AttemptTimeout"/> of the credential applies as well.
        /// </param>
        /// <exception cref="ArgumentException"><paramref name="timeLimit"/> is out of range.</exception>
        public static AssertionSource GitHubActions(HttpClient? httpClient = null, TimeSpan? timeLimit = null) =>
            new GitHubActionsAssertionSource(new AssertionClient(httpClient, timeLimit));

        /// <summary>
        /// Gets id tokens of the Azure Pipelines job that this program runs in, a new one at each use. A token can be used for about five
        /// minutes. The step needs <c>env: SYSTEM_ACCESSTOKEN: $(System.AccessToken)</c>. The audience is always
        /// <c>api://AzureADTokenExchange</c>. See
        /// <see href="https://learn.microsoft.com/rest/api/azure/devops/distributedtask/oidctoken/create">Oidctoken - Create</see>.
        /// </summary>
        /// <param name="serviceConnectionId">
        /// The service connection that the token represents: a GUID, the <c>resourceId</c> in the address of its page. Null uses
        /// <c>AZURESUBSCRIPTION_SERVICE_CONNECTION_ID</c>, which the Azure CLI and Azure PowerShell tasks set. Without that variable the
        /// token represents the pipeline (subject <c>p://organization/project/pipeline</c>).
        /// </param>
        /// <param name="httpClient">
        /// The client that sends the request. Null uses one that follows no redirects and keeps no cookies. A client given here must do
        /// the same and must not attach tokens. It is not disposed.
        /// </param>
        /// <param name="timeLimit">
        /// How long the server may take for one answer: more than zero, at most five minutes; null means 10 seconds.
        /// <see cref="RetryOptions.AttemptTimeout"/> of the credential applies as well.
        /// </param>
        /// <exception cref="ArgumentException">
        /// <paramref name="serviceConnectionId"/> is not a GUID, or <paramref name="timeLimit"/> is out of range.
        /// </exception>
        public static AssertionSource AzurePipelines(
            string? serviceConnectionId = null, HttpClient? httpClient = null, TimeSpan? timeLimit = null) =>
            new AzurePipelinesAssertionSource(serviceConnectionId, new AssertionClient(httpClient, timeLimit));

        /// <summary>
        /// Gets id tokens of the Buildkite job that this program runs in, a new one at each use. See
        /// <see href="https://buildkite.com/docs/agent/v3/cli-oidc">buildkite-agent oidc</see>.
        /// </summary>
        /// <param name="subjectClaim">
        /// The claim that is the subject, such as <c>pipeline_id</c> or <c>cluster_id</c>. Null leaves Buildkite's own subject. That has
        /// the commit in it, so no federated credential matches it for longer than one commit.
        /// </param>
        /// <param name="httpClient">
        /// The client that sends the request. Null uses one that follows no redirects and keeps no cookies. A client given here must do
        /// the same and must not attach tokens. It is not disposed.
        /// </param>
        /// <param name="timeLimit">
        /// How long the server may take for one answer: more than zero, at most five minutes; null means 10 seconds.
        /// <see cref="RetryOptions.AttemptTimeout"/> of the credential applies as well.
        /// </param>
        /// <exception cref="ArgumentException">
        /// <paramref name="subjectClaim"/> is empty or holds a control character, or <paramref name="timeLimit"/> is out of range.
        /// </exception>
        public static AssertionSource Buildkite(
            string? subjectClaim = "pipeline_id", HttpClient? httpClient = null, TimeSpan? timeLimit = null) =>
            new BuildkiteAssertionSource(subjectClaim, new AssertionClient(httpClient, timeLimit));

        /// <summary>
        /// Reads the id token of the CircleCI job that this program runs in, from <c>CIRCLE_OIDC_TOKEN_V2</c>. It is valid for an hour and
        /// is not renewed. Its audience is the organization's id, so the federated credential has that audience. Its subject names the
        /// person who started the pipeline, so each person needs a federated credential. See
        /// <see href="https://circleci.com/docs/openid-connect-tokens/">OpenID Connect tokens in jobs</see>.
        /// </summary>
        public static AssertionSource CircleCI() => new VariableAssertionSource(
            "CIRCLE_OIDC_TOKEN_V2",
            "circleci",
            "CircleCI sets it in its jobs, but not in those that a pull request of a fork starts.");

        /// <summary>
        /// Reads the workload identity token of the run of HCP Terraform (Terraform Cloud) or Terraform Enterprise that this program runs
        /// in. Each phase of a run, <c>plan</c> and <c>apply</c>, has a subject of its own. See
        /// <see href="https://developer.hashicorp.com/terraform/cloud-docs/workspaces/dynamic-provider-credentials/manual-generation">
        /// workload identity tokens</see>.
        /// </summary>
        /// <param name="tag">
        /// The tag of one of several tokens: <c>ORDERS</c> reads <c>TFC_WORKLOAD_IDENTITY_TOKEN_ORDERS</c>. Null reads
        /// <c>TFC_WORKLOAD_IDENTITY_TOKEN</c>.
        /// </param>
        /// <exception cref="ArgumentException">
        /// <paramref name="tag"/> is empty, or has other characters than letters, digits and underscores.
        /// </exception>
        public static AssertionSource TerraformCloud(string? tag = null)
        {
            if (tag is not null && (tag.Length == 0 || !tag.All(character => char.IsAsciiLetterOrDigit(character) || character == '_')))
            {
                throw new ArgumentException(
                    "The tag is not made of letters, digits and underscores. Use what follows TFC_WORKLOAD_IDENTITY_AUDIENCE_.",
                    nameof(tag));
            }

            var end = tag is null ? "" : $"_{tag}";
            return new VariableAssertionSource(
                $"TFC_WORKLOAD_IDENTITY_TOKEN{end}",
                "terraform cloud",
                $"Set the environment variable TFC_WORKLOAD_IDENTITY_AUDIENCE{end} of the workspace to the audience of the federated "
                    + "credential.");
        }
    }
}
