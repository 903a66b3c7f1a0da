namespace WorkloadIdentity;

/// <summary>
/// Builds the credential of the application that <c>AZURE_TENANT_ID</c> and <c>AZURE_CLIENT_ID</c> name. A variable that is absent makes
/// the credential unavailable; a variable that is malformed, or half of a pair, makes it fail.
/// </summary>
internal sealed class EnvironmentApplication(DefaultCredentialsOptions options)
{
    public const string Tenant = "AZURE_TENANT_ID";
    public const string Client = "AZURE_CLIENT_ID";

    private const string OtherTenants = "AZURE_ADDITIONALLY_ALLOWED_TENANTS";

    private readonly WorkloadEnvironment _environment = options.Environment;

    /// <summary>The credential that one variable's value proves: a secret, a certificate or a federated token file.</summary>
    /// <param name="name">The credential's name.</param>
    /// <param name="variable">The variable.</param>
    /// <param name="isBound">Whether the proxy of the identity binding is asked.</param>
    /// <param name="authentication">Makes the client authentication from the variable's value.</param>
    public Credential FromVariable(string name, string variable, bool isBound, Func<string, ClientAuthentication> authentication)
    {
        if (_environment.Variable(variable) is not { } value)
        {
            return Absent(
                name, $"{variable} is not set. Set it together with {Tenant} and {Client}.", looksFor: $"the variable {variable}");
        }

        string[] missing = [.. new[] { Tenant, Client }.Where(needed => !_environment.Has(needed))];
        return missing.Length == 0
            ? Create(name, variable, isBound, () => authentication(value))
            : Unusable(
                name,
                $"{variable} is set and {string.Join(" and ", missing)} {(missing.Length == 1
                    ? "is"
                    : "are")} not: half a configuration. Set {(missing.Length == 1 ? "it" : "them")}, or remove {variable}.");
    }

    /// <summary>
    /// The credential that an assertion source added in code proves. Only the source can tell whether it is available.
    /// </summary>
    public Credential FromSource(FederatedAuthentication federation) =>
        !_environment.Has(Tenant)
            ? Absent(
                federation.Name,
                $"{Tenant} is not set, so there is no application for '{federation.Name}' to prove. Set it together with {Client}.")
        : !_environment.Has(Client)
            ? Unusable(federation.Name, $"{Tenant} is set and {Client} is not: half a configuration. Set it, or remove {Tenant}.")
        : Create(federation.Name, "The source", isBound: false, () => federation);

    public static UnusableCredential Unusable(string name, string message) =>
        new(name, TokenErrorKind.InvalidConfiguration, message, HelpAnchors.Environment);

    public static string? ClientProblem(string client) => Guard.GuidProblem(client, Client) is { } problem
        ? $"{problem} Use the application (client) id, such as 6bf7ab3f-6a37-4f6d-9a3c-2ee0f1d1f8a3."
        : null;

    private static UnusableCredential Absent(string name, string message, string? looksFor = null) =>
        new(name, TokenErrorKind.NotConfigured, message, HelpAnchors.Environment, looksFor);

    /// <param name="name">The credential's name.</param>
    /// <param name="proof">Where the client authentication comes from, for messages.</param>
    /// <param name="isBound">Whether the proxy of the identity binding is asked.</param>
    /// <param name="authentication">Makes the client authentication.</param>
    private Credential Create(string name, string proof, bool isBound, Func<ClientAuthentication> authentication)
    {
        var (tenant, client) = (_environment.Variable(Tenant)!, _environment.Variable(Client)!);
        if (TenantId.Problem(tenant) is { } tenantProblem)
        {
            return Unusable(name, $"{Tenant} cannot be used. {tenantProblem}");
        }

        if (ClientProblem(client) is { } clientProblem)
        {
            return Unusable(name, clientProblem);
        }

        var (authority, authorityProblem) = Authority.Choose(options.AuthorityHost, _environment, options.AllowUnknownAuthorityHost);
        if (authority is null)
        {
            return Unusable(name, authorityProblem!);
        }

        var application = ApplicationOptions(authority, isBound);
        foreach (var other in application.AdditionallyAllowedTenants.Where(other => other != "*"))
        {
            if (TenantId.Problem(other) is { } otherProblem)
            {
                return Unusable(name, $"{OtherTenants} cannot be used (tenants, separated by semicolons, or *). {otherProblem}");
            }
        }

        try
        {
            return new ApplicationCredential(tenant, client, authentication(), application);
        }
        catch (ArgumentException exception)
        {
            // Everything else was checked above, so this is the value itself, or what belongs to it. The message does not quote it.
            return Unusable(name, $"{proof} cannot be used. {TokenError.Explain(exception)}");
        }
    }

    private ApplicationCredentialOptions ApplicationOptions(Uri authority, bool isBound)
    {
        var application = options.ForApplication(authority);
        application.UseIdentityBinding = isBound;
        application.HttpClient = isBound ? null : options.HttpClient;
        foreach (var other in _environment.Variable(OtherTenants)
            ?.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [])
        {
            application.AdditionallyAllowedTenants.Add(other);
        }

        return application;
    }
}
