namespace WorkloadIdentity;

/// <summary>
/// The assertion sources of this library. They read as static members of <see cref="AssertionSource"/>, such as
/// <c>AssertionSource.FromFile(path)</c>. A package adds its own source with an extension block like this one. Every source is safe for
/// concurrent use.
/// </summary>
public static partial class AssertionSources
{
    extension(AssertionSource)
    {
        /// <summary>
        /// Reads the assertion from a file that the platform keeps fresh, such as the projected service account token of Kubernetes. The
        /// file is read at each use. A file that is missing or empty while it is being replaced is read again, for less than a second.
        /// White space around the assertion is removed.
        /// </summary>
        /// <param name="path">The file; on Kubernetes the value of <c>AZURE_FEDERATED_TOKEN_FILE</c>.</param>
        /// <exception cref="ArgumentException"><paramref name="path"/> is empty or holds a control character.</exception>
        public static AssertionSource FromFile(string path) => new FileAssertionSource(path);

        /// <summary>
        /// Reads the assertion from an environment variable, such as <c>CIRCLE_OIDC_TOKEN_V2</c> (CircleCI),
        /// <c>BITBUCKET_STEP_OIDC_TOKEN</c> (Bitbucket), <c>TFC_WORKLOAD_IDENTITY_TOKEN</c> (HCP Terraform) or one that GitLab's
        /// <c>id_tokens</c> sets. The variable is read at each use, but none of these systems renews it while the job runs. White space
        /// around the assertion is removed.
        /// </summary>
        /// <param name="variable">The variable's name.</param>
        /// <exception cref="ArgumentException">
        /// <paramref name="variable"/> is empty, or holds a control character or an equals sign.
        /// </exception>
        public static AssertionSource FromVariable(string variable) => new VariableAssertionSource(variable);

        /// <summary>Gets the assertion from a function, for an issuer that has no source here.</summary>
        /// <param name="callback">
        /// Returns a JWT that is valid now. It is called for every token request and must be safe for concurrent use. An exception that it
        /// throws becomes the inner exception of the failure.
        /// </param>
        /// <param name="name">The source's name in errors and logs, in lower case.</param>
        /// <exception cref="ArgumentException"><paramref name="name"/> is empty or holds a control character.</exception>
        public static AssertionSource FromCallback(
            Func<AssertionRequest, CancellationToken, ValueTask<string>> callback, string name = "assertion callback") =>
            new CallbackAssertionSource(callback, name);

        /// <summary>
        /// Runs a command that prints the assertion, such as <c>circleci run oidc get</c> or <c>buildkite-agent oidc request-token</c>.
        /// It runs at each use, without a shell. It gets this program's variables and <c>WORKLOAD_IDENTITY_AUDIENCE</c>. A command that
        /// configuration names also needs
        /// <see cref="Microsoft.Extensions.DependencyInjection.WorkloadIdentityOptions.AllowAssertionCommand"/>.
        /// </summary>
        /// <param name="path">The absolute path of the program. No search path is used.</param>
        /// <param name="arguments">
        /// The arguments, one by one. Nothing splits or expands them. A batch file (.cmd, .bat) takes none that Windows would expand.
        /// </param>
        /// <param name="jsonField">
        /// The member of the printed JSON object that holds the assertion; null when the whole output is the assertion.
        /// </param>
        /// <param name="timeLimit">
        /// How long the command may run before it is stopped: more than zero, at most five minutes; null means 10 seconds.
        /// <see cref="RetryOptions.AttemptTimeout"/> of the credential applies as well.
        /// </param>
        /// <exception cref="ArgumentException">
        /// <paramref name="path"/> is not absolute, an argument holds a null character, <paramref name="timeLimit"/> is out of range, or a
        /// batch file would get a character that cmd.exe interprets.
        /// </exception>
        public static AssertionSource FromCommand(
            string path, IEnumerable<string>? arguments = null, string? jsonField = null, TimeSpan? timeLimit = null) =>
            new CommandAssertionSource(path, arguments, jsonField, timeLimit);

        /// <summary>
        /// Gets the assertion from a server with a GET request. The answer is the JWT as text, or a JSON object that holds it. An address
        /// that configuration names also needs
        /// <see cref="Microsoft.Extensions.DependencyInjection.WorkloadIdentityOptions.AllowAssertionUrl"/>.
        /// </summary>
        /// <param name="address">The address: https, or plain http to a literal loopback address.</param>
        /// <param name="audienceParameter">
        /// The query parameter that tells the server the audience, such as <c>audience</c>; null leaves the address as it is.
        /// </param>
        /// <param name="jsonField">
        /// The member of the answer's JSON object that holds the assertion; null when the whole answer is the assertion.
        /// </param>
        /// <param name="headers">Headers to send, such as <c>Metadata: true</c>. Their values are secrets and are never printed.</param>
        /// <param name="headersFromVariables">
        /// Headers whose values are in environment variables, by the variable's name. A variable is read at each use. If one is not set,
        /// the source is unavailable.
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
        /// <paramref name="address"/> is not such an address, a header cannot be sent, or <paramref name="timeLimit"/> is out of range.
        /// </exception>
        public static AssertionSource FromUrl(
            Uri address,
            string? audienceParameter = null,
            string? jsonField = null,
            IEnumerable<KeyValuePair<string, string>>? headers = null,
            IEnumerable<KeyValuePair<string, string>>? headersFromVariables = null,
            HttpClient? httpClient = null,
            TimeSpan? timeLimit = null) =>
            new UrlAssertionSource(
                address,
                audienceParameter,
                jsonField,
                headers ?? [],
                headersFromVariables ?? [],
                new AssertionClient(httpClient, timeLimit));

        /// <summary>
        /// Uses a token of another credential, for the exchange audience, as the assertion. The other credential gets it in its own
        /// tenant, so the application may get its tokens in another tenant. For a managed identity use <c>FromManagedIdentity</c>, for an
        /// agent identity <c>FromAgentIdentityBlueprint</c>.
        /// </summary>
        /// <param name="credential">The credential whose token represents the application. It is called at each use and not
        /// disposed.</param>
        /// <param name="fmiPath">The <c>fmi_path</c> of its token request; null for none.</param>
        /// <exception cref="ArgumentException"><paramref name="fmiPath"/> is empty or holds a control character.</exception>
        public static AssertionSource FromCredential(Credential credential, string? fmiPath = null) =>
            new CredentialAssertionSource(credential, fmiPath);

        /// <summary>
        /// Uses a token of a user-assigned managed identity of this host as the assertion
        /// (<see href="https://learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity">an
        /// application that trusts a managed identity</see>). Application and identity are registered in one tenant. The application may
        /// get tokens in another tenant where it has a service principal, but not in another cloud.
        /// </summary>
        /// <param name="id">
        /// A user-assigned identity: Entra accepts no other kind here. The federated credential's subject is its object (principal) id.
        /// </param>
        /// <param name="options">The options of the managed identity credential inside.</param>
        /// <exception cref="ArgumentException">
        /// <paramref name="id"/> is the system-assigned identity, or a value in <paramref name="options"/> is out of range.
        /// </exception>
        public static AssertionSource FromManagedIdentity(ManagedIdentityId id, ManagedIdentityCredentialOptions? options = null) =>
            new ManagedIdentityAssertionSource(id, options);

        /// <summary>
        /// Authenticates an agent identity with a token of its blueprint. The token names the agent identity in <c>fmi_path</c>, because
        /// agent identities have no credentials of their own. Use the source in an <see cref="ApplicationCredential"/> whose client id is
        /// the agent identity's. That credential gets tokens for the agent identity and on behalf of users. See
        /// <see href="https://learn.microsoft.com/entra/agent-id/identity-platform/agent-autonomous-app-oauth-flow">agent
        /// identities</see>.
        /// </summary>
        /// <param name="blueprint">
        /// The blueprint's <see cref="ApplicationCredential"/>. It gets its token in the tenant of the agent identity, so it must be a
        /// multi-tenant one if the agent identities are in several tenants. One blueprint serves any number of agent identities. It is not
        /// disposed.
        /// </param>
        public static AssertionSource FromAgentIdentityBlueprint(Credential blueprint) => new AgentIdentityAssertionSource(blueprint);

        /// <summary>
        /// Gets identity tokens of the service account that this program runs as on Google Cloud (Compute Engine, GKE, Cloud Run, Cloud
        /// Functions), from the metadata server. See
        /// <see href="https://cloud.google.com/compute/docs/instances/verifying-instance-identity">identity tokens of the metadata
        /// server</see>.
        /// </summary>
        /// <param name="httpClient">
        /// The client that sends the request. Null uses one that follows no redirects and keeps no cookies, without a proxy. A client
        /// given here must do the same and must not attach tokens. It is not disposed.
        /// </param>
        /// <param name="timeLimit">
        /// How long the server may take for one answer: more than zero, at most five minutes; null means 10 seconds.
        /// <see cref="RetryOptions.AttemptTimeout"/> of the credential applies as well.
        /// </param>
        /// <exception cref="ArgumentException"><paramref name="timeLimit"/> is out of range.</exception>
        public static AssertionSource GoogleMetadata(HttpClient? httpClient = null, TimeSpan? timeLimit = null) =>
            new GoogleMetadataAssertionSource(new AssertionClient(httpClient, timeLimit));
    }
}
