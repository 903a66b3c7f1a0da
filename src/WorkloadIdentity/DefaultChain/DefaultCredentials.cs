namespace WorkloadIdentity;

/// <summary>
/// The credentials that the environment offers: a client secret, a client certificate, a federated token file, a managed identity, in this
/// order, from the variables that Azure's SDKs read too.
/// </summary>
/// <remarks>
/// <c>AZURE_TENANT_ID</c> and <c>AZURE_CLIENT_ID</c> with one of <c>AZURE_CLIENT_SECRET</c>, <c>AZURE_CLIENT_CERTIFICATE_PATH</c> (and
/// <c>AZURE_CLIENT_CERTIFICATE_PASSWORD</c>, and <c>AZURE_CLIENT_SEND_CERTIFICATE_CHAIN</c>, true or false) or
/// <c>AZURE_FEDERATED_TOKEN_FILE</c>; <c>AZURE_AUTHORITY_HOST</c>; <c>AZURE_ADDITIONALLY_ALLOWED_TENANTS</c>, separated by semicolons.
/// <c>AZURE_CLIENT_ID</c> alone names a user-assigned managed identity. <c>AZURE_TOKEN_CREDENTIALS</c> picks links: <c>prod</c>,
/// <c>EnvironmentCredential</c>, <c>WorkloadIdentityCredential</c> or <c>ManagedIdentityCredential</c>. <c>WORKLOAD_IDENTITY_ALLOW</c>
/// lists the kinds that may be used, separated by commas. Others join through <see cref="DefaultCredentialsOptions.Members"/>, before
/// managed identity.
/// </remarks>
public static class DefaultCredentials
{
    /// <summary>The name of the chain in errors, logs and <see cref="AccessToken.AcquiredBy"/>.</summary>
    internal const string ChainName = "default chain";

    /// <summary>
    /// Reads the environment, once and now. Whatever is missing or malformed there is told by the first acquisition, so that a program
    /// starts without a credential present.
    /// </summary>
    /// <param name="options">What it works with.</param>
    /// <returns>A chain of the credentials there are, with a reason for each there is not.</returns>
    /// <exception cref="ArgumentException">An option is out of range, lists a kind that is not known, or names a host that secrets must not
    /// go to.</exception>
    public static Credential FromEnvironment(DefaultCredentialsOptions? options = null)
    {
        options ??= new DefaultCredentialsOptions();
        ArgumentNullException.ThrowIfNull(options.Environment, nameof(options));
        ArgumentNullException.ThrowIfNull(options.TimeProvider, nameof(options));

        var ambient = new DefaultChainBuilder(options);
        var (selection, problem) = DefaultChainFilter.Read(options.Environment, options.Allow, ambient.Members);
        IReadOnlyList<Credential> links = selection is null
            ? [new UnusableCredential("environment", TokenErrorKind.InvalidConfiguration, problem!, HelpAnchors.Environment)]
            : ambient.Links(selection);
        return new CredentialChain(ChainName, options.LoggerFactory, links);
    }
}
