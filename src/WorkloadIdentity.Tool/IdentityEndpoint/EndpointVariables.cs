namespace WorkloadIdentity.Tool;

/// <summary>
/// The variables by which libraries find the endpoint, and those by which they would find another identity first.
/// </summary>
internal static class EndpointVariables
{
    /// <summary>How every secret of an endpoint begins. No platform's secret does.</summary>
    public const string Mark = "wid-";

    private const string Endpoint = "IDENTITY_ENDPOINT";
    private const string Header = "IDENTITY_HEADER";

    // Settings such as AZURE_STORAGE_ACCOUNT or AZURE_SUBSCRIPTION_ID name no identity and stay.
    private static readonly IReadOnlyList<string> Prefixes =
    [
        "MSI_", "AZURE_CLIENT_", "AZURE_FEDERATED_", "AZURE_IDENTITY_", "AZURE_KUBERNETES_", "AZURE_POD_IDENTITY_",
        "AZURE_REGIONAL_AUTHORITY_", "AZURESUBSCRIPTION_",
    ];

    private static readonly IReadOnlyList<string> Names =
    [
        Endpoint, Header, "IDENTITY_SERVER_THUMBPRINT", "IDENTITY_API_VERSION", "IMDS_ENDPOINT", "DEFAULT_IDENTITY_CLIENT_ID",
        "AZURE_TENANT_ID", "AZURE_AUTHORITY_HOST", "AZURE_USERNAME", "AZURE_PASSWORD", "AZURE_TOKEN_CREDENTIALS",
        "AZURE_ADDITIONALLY_ALLOWED_TENANTS",
    ];

    private static readonly IReadOnlyList<string> Proxies = ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];

    /// <summary>Whether a library that reads this variable could use another identity, or miss the endpoint.</summary>
    public static bool Competes(string name) =>
        Names.Contains(name, StringComparer.OrdinalIgnoreCase)
        || Prefixes.Any(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));

    /// <summary>
    /// The variables of the endpoint. If there is a proxy for http, the endpoint is exempt from it: the secret would go to the proxy.
    /// </summary>
    public static IReadOnlyList<(string Name, string Value)> Of(Uri address, string secret, WorkloadEnvironment environment)
    {
        List<(string Name, string Value)> variables = [(Endpoint, address.AbsoluteUri), (Header, secret)];
        if (Proxies.Any(environment.Has))
        {
            var exempt = environment.Variable("NO_PROXY") ?? environment.Variable("no_proxy");
            var value = exempt is null ? address.Host : $"{exempt},{address.Host}";
            variables.AddRange([("NO_PROXY", value), ("no_proxy", value)]);
        }

        return variables;
    }

    /// <summary>
    /// Refuses to serve the tokens of another identity endpoint of this tool. Such an endpoint would ask itself or a copy of itself, and
    /// the audit lines would name the wrong process.
    /// </summary>
    /// <exception cref="ToolException">The variables are those of such an endpoint.</exception>
    public static void RefuseNesting(WorkloadEnvironment environment)
    {
        if (environment.Variable(Header)?.StartsWith(Mark, StringComparison.Ordinal) == true)
        {
            throw new ToolException(
                $"{Endpoint} and {Header} are those of another 'wid identity', which cannot be the source of this one.",
                "Run the command without 'wid identity': it has an identity already. For another identity, unset both variables.",
                "identity-endpoint#limits");
        }
    }
}
