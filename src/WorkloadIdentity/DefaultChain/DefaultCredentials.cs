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
/// lists the kinds that may be used, separated by commas. <see cref="DefaultCredentialsOptions.Members"/> adds others, before managed
/// identity.
/// </remarks>
public static class DefaultCredentials
{
    /// <summary>The name of the chain in errors, logs and <see cref="AccessToken.AcquiredBy"/>.</summary>
    internal const string ChainName = "default chain";

    /// <summary>
    /// Reads the environment once, now. The first acquisition reports what is missing or malformed there, so a program starts without a
    /// credential.
    /// </summary>
    /// <param name="options">The chain's options.</param>
    /// <returns>A chain of the credentials that are present, with a reason for each one that is not.</returns>
    /// <exception cref="ArgumentException">
    /// An option is out of range, lists an unknown kind, holds a member twice, or names a host that secrets must not go to.
    /// </exception>
    public static Credential FromEnvironment(DefaultCredentialsOptions? options = null)
    {
        options ??= new DefaultCredentialsOptions();
        ArgumentNullException.ThrowIfNull(options.Environment, nameof(options));
        ArgumentNullException.ThrowIfNull(options.TimeProvider, nameof(options));

        var builder = new DefaultChainBuilder(options);
        var (filter, problem) = DefaultChainFilter.Read(options.Environment, options.Allow, builder.Members);
        IReadOnlyList<Credential> links = filter is null
            ? [new UnusableCredential("environment", TokenErrorKind.InvalidConfiguration, problem!, HelpAnchors.Environment)]
            : builder.Links(filter);
        return new CredentialChain(ChainName, options.LoggerFactory, links);
    }

    /// <summary>
    /// Adds a source of federated assertions to the members of a default chain, such as <c>AssertionSource.GitHubActions()</c>. The chain
    /// asks it after the federated token file, for the application in <c>AZURE_TENANT_ID</c> and <c>AZURE_CLIENT_ID</c>. If the source is
    /// not present, the chain asks the next credential.
    /// </summary>
    /// <param name="members">The members: <see cref="DefaultCredentialsOptions.Members"/>.</param>
    /// <param name="source">The source of the assertions.</param>
    /// <param name="audience">
    /// The audience of the assertions; null uses that of the cloud. See <see cref="FederatedAuthentication"/>.
    /// </param>
    /// <returns>The members.</returns>
    /// <exception cref="ArgumentException"><paramref name="audience"/> is empty or holds a control character.</exception>
    public static IList<DefaultChainMember> Add(
        this IList<DefaultChainMember> members, AssertionSource source, string? audience = null)
    {
        ArgumentNullException.ThrowIfNull(members);
        members.Add(new DefaultChainMember(new FederatedAuthentication(source, audience)));
        return members;
    }
}
