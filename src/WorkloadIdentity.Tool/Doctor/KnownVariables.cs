namespace WorkloadIdentity.Tool;

/// <summary>The variables that select a workload's identity, and how each is shown and checked.</summary>
internal static class KnownVariables
{
    /// <summary>The address of a SPIFFE agent, for programs with the package WorkloadIdentity.Spiffe.</summary>
    public const string SpiffeAgent = "SPIFFE_ENDPOINT_SOCKET";

    private static readonly KnownVariable[] Rows =
    [
        new("AZURE_TENANT_ID", TenantId.Problem),
        new("AZURE_CLIENT_ID", Client),
        new("AZURE_CLIENT_SECRET", Secret) { IsSecret = true },
        new("AZURE_CLIENT_CERTIFICATE_PATH") { IsFile = true, IsPrivate = true },
        new("AZURE_CLIENT_CERTIFICATE_PASSWORD") { IsSecret = true },
        new("AZURE_CLIENT_SEND_CERTIFICATE_CHAIN"),
        new("AZURE_FEDERATED_TOKEN_FILE") { IsFile = true, IsAssertion = true },
        new("AZURE_AUTHORITY_HOST", Authority),
        new("AZURE_ADDITIONALLY_ALLOWED_TENANTS"),
        new("AZURE_TOKEN_CREDENTIALS"),
        new("WORKLOAD_IDENTITY_ALLOW"),
        new("WORKLOAD_IDENTITY_EXPLAIN"),
        new("DOTNET_ENVIRONMENT"),
        new("ASPNETCORE_ENVIRONMENT"),

        // Managed identity hosts.
        new("IDENTITY_ENDPOINT", Url) { IsAddress = true },
        new("IDENTITY_HEADER") { IsSecret = true },
        new("IDENTITY_SERVER_THUMBPRINT"),
        new("IDENTITY_API_VERSION"),
        new("IMDS_ENDPOINT", Url) { IsAddress = true },
        new("MSI_ENDPOINT", Url) { IsAddress = true },
        new("MSI_SECRET") { IsSecret = true },
        new("DEFAULT_IDENTITY_CLIENT_ID", ComputeClient),
        new("AZURE_POD_IDENTITY_AUTHORITY_HOST", Url) { IsAddress = true },

        // Sources of assertions.
        new("AZURE_KUBERNETES_TOKEN_PROXY", Url) { IsAddress = true },
        new("AZURE_KUBERNETES_CA_FILE") { IsFile = true },
        new("AZURE_KUBERNETES_SNI_NAME"),
        new("ACTIONS_ID_TOKEN_REQUEST_URL", Url) { IsAddress = true },
        new("ACTIONS_ID_TOKEN_REQUEST_TOKEN") { IsSecret = true },
        new("SYSTEM_OIDCREQUESTURI", Url) { IsAddress = true },
        new("SYSTEM_ACCESSTOKEN") { IsSecret = true },
        new("AZURESUBSCRIPTION_SERVICE_CONNECTION_ID"),
        new("BUILDKITE_AGENT_ENDPOINT", Url) { IsAddress = true },
        new("BUILDKITE_JOB_ID"),
        new("BUILDKITE_AGENT_ACCESS_TOKEN") { IsSecret = true },
        new("CIRCLE_OIDC_TOKEN_V2") { IsSecret = true },
        new("GCE_METADATA_HOST"),
        new(SpiffeAgent, Agent),
        new("AWS_ROLE_ARN"),
        new("AWS_WEB_IDENTITY_TOKEN_FILE") { IsFile = true },
        new("AWS_PROFILE"),
        new("AWS_REGION"),
        new("AWS_DEFAULT_REGION"),
        new("AWS_ACCESS_KEY_ID"),
        new("AWS_SECRET_ACCESS_KEY") { IsSecret = true },
        new("AWS_SESSION_TOKEN") { IsSecret = true },
        new("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"),
        new("AWS_CONTAINER_CREDENTIALS_FULL_URI", Url) { IsAddress = true },
        new("AWS_CONTAINER_AUTHORIZATION_TOKEN") { IsSecret = true },
        new("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") { IsFile = true },

        // The connection to Entra.
        new("HTTPS_PROXY", Proxy) { IsAddress = true },
        new("https_proxy", Proxy) { IsAddress = true },
        new("HTTP_PROXY", Proxy) { IsAddress = true },
        new("http_proxy", Proxy) { IsAddress = true },
        new("ALL_PROXY", Proxy) { IsAddress = true },
        new("all_proxy", Proxy) { IsAddress = true },
        new("NO_PROXY"),
        new("no_proxy"),
        new("SSL_CERT_FILE") { IsFile = true },
        new("SSL_CERT_DIR"),
    ];

    public static IReadOnlyList<KnownVariable> All => Rows;

    private static string? Client(string value) =>
        Guard.GuidProblem(value, "It") is { } problem
            ? $"{problem} Use the application (client) id, such as 6bf7ab3f-6a37-4f6d-9a3c-2ee0f1d1f8a3."
            : null;

    private static string? ComputeClient(string value) => value == AzureMachineLearningHost.NoIdentity
        ? "Azure Machine Learning sets this value if the compute has no managed identity. Assign one to the compute."
        : Client(value);

    // The message never contains the value.
    private static string? Secret(string value) =>
        value.Length > 1 && value[0] is '"' or '\'' && value[^1] == value[0]
            ? "The value stands in quotes, which become part of the secret. Remove them."
        : Guard.IsGuid(value) ? "It is a GUID, so it is the secret's id. Use the secret's value, which is shown once, when it is created."
        : null;

    private static string? Authority(string value) =>
        Guard.HasControlCharacter(value) || !Uri.TryCreate(value, UriKind.Absolute, out var host)
            ? "It is not an absolute URL. Use one such as https://login.microsoftonline.com/."
            : WorkloadIdentity.Authority.Problem(host, allowUnknown: false);

    private static string? Url(string value) =>
        Uri.TryCreate(value, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? null
            : "It is not an absolute http or https URL.";

    private static string? Agent(string value) =>
        value.StartsWith("unix:", StringComparison.OrdinalIgnoreCase) || value.StartsWith("tcp:", StringComparison.OrdinalIgnoreCase)
            ? null
            : "It is not the address of a SPIFFE agent. Use one such as unix:///run/spire/sockets/agent.sock.";

    // The scheme is optional, as in many tools.
    private static string? Proxy(string value) =>
        Uri.TryCreate(value.Contains("://", StringComparison.Ordinal) ? value : $"http://{value}", UriKind.Absolute, out var address)
            && address.Host.Length > 0
            ? null
            : "It is not the URL of a proxy. Use one such as http://proxy.example:3128.";
}
