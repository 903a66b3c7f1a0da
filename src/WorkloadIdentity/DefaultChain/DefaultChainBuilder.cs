namespace WorkloadIdentity;

/// <summary>
/// Builds the links of the default chain from variables. What is absent is "not here"; what is there by half, or malformed, fails.
/// </summary>
internal sealed class DefaultChainBuilder
{
    private const string Tenant = "AZURE_TENANT_ID";
    private const string Client = "AZURE_CLIENT_ID";
    private const string OtherTenants = "AZURE_ADDITIONALLY_ALLOWED_TENANTS";
    private const string Secret = "AZURE_CLIENT_SECRET";
    private const string Password = "AZURE_CLIENT_CERTIFICATE_PASSWORD";
    private const string SendChain = "AZURE_CLIENT_SEND_CERTIFICATE_CHAIN";
    private const string TokenFile = "AZURE_FEDERATED_TOKEN_FILE";

    // Where the generic host, and ASP.NET Core before it, read the environment's name.
    private static readonly string[] EnvironmentNames = ["DOTNET_ENVIRONMENT", "ASPNETCORE_ENVIRONMENT"];

    private static readonly string[] Prod = ["prod"];

    private readonly DefaultChainMember[] _members;
    private readonly DefaultCredentialsOptions _options;
    private readonly WorkloadEnvironment _environment;
    private readonly RetryOptions? _retry;

    public DefaultChainBuilder(DefaultCredentialsOptions options)
    {
        _options = options;
        _environment = options.Environment;

        // Options are code: what is wrong with them is said at once. Variables are surroundings: what is wrong with them is a verdict.
        _retry = options.Retry?.Checked();
        if (options.AuthorityHost is { } host)
        {
            Authority.Require(host, options.AllowUnknownAuthorityHost, nameof(options.AuthorityHost));
        }

        foreach (var tenant in options.AdditionallyAllowedTenants.Where(tenant => tenant != "*"))
        {
            TenantId.Require(tenant, nameof(options.AdditionallyAllowedTenants));
        }

        _members =
        [
            Application(
                "client secret",
                0,
                "EnvironmentCredential",
                Secret,
                secret => ClientSecretAuthentication.FromValue(secret, $"the variable {Secret}")),
            Application("client certificate", 1, "EnvironmentCredential", "AZURE_CLIENT_CERTIFICATE_PATH", Certificate),
            Application(
                "federated token file",
                2,
                "WorkloadIdentityCredential",
                TokenFile,
                path => new FederatedAuthentication(new FileAssertionSource(path))),
            .. options.Members,
            new(OwnKinds[3], _ => ManagedIdentity())
            {
                PickedBy = [.. Prod, "ManagedIdentityCredential"],
                AnnouncedBy = ["IDENTITY_ENDPOINT", "MSI_ENDPOINT"],
                IsFoundByAsking = true,
            },
        ];
    }

    /// <summary>The kinds that are the chain's own.</summary>
    public static IReadOnlyList<string> OwnKinds { get; } = ["secret", "certificate", "federated", "managed-identity"];

    /// <summary>Everything that may take part, in the order it is asked.</summary>
    public IReadOnlyList<DefaultChainMember> Members => _members;

    // A managed identity apart, every member that a variable announces is an application.
    private bool HasApplication =>
        Array.Exists(_members, member => member != _members[^1] && member.IsAnnounced(_environment))
            || (_options.Members.Sources.Count > 0 && _environment.Has(Tenant));

    /// <summary>The links, those that may be used first. One that may not be used and is here comes behind them and fails.</summary>
    public IReadOnlyList<Credential> Links(DefaultChainFilter selection)
    {
        WarnOfTwo(selection);
        var links = new List<Credential>();
        links.AddRange(selection.Members.Where(selection.Allows).SelectMany(LinksOf));
        links.AddRange(selection.Members.Where(member => !selection.Allows(member) && member.MayBeHere(_environment))
            .Select(member => Forbidden(member, selection)));
        if (links.Count == 0)
        {
            links.Add(new UnusableCredential(
                "environment",
                TokenErrorKind.NotAllowed,
                "Nothing is left to use: AZURE_TOKEN_CREDENTIALS picks no kind of credential that is allowed "
                    + $"({selection.AllowedWords}). Change one of the two.",
                HelpAnchors.Environment));
        }

        // At a desk, the one error a first start ends in says what would have made it work.
        if (IsDevelopment && !selection.IsPicked && !selection.IsRestricted && !Array.Exists(_members, member => member.IsDeveloper)
            && !_environment.Has(TokenFile))
        {
            links.Add(new UnusableCredential(
                "developer login",
                TokenErrorKind.NotConfigured,
                "This is Development, and no login of a developer takes part. To use that of the Azure CLI or of azd: dotnet add package "
                    + "WorkloadIdentity.Developer, and on what AddWorkloadIdentity returns: .AddDeveloperCredentials(builder.Environment)",
                HelpAnchors.DeveloperLogin));
        }

        return links;
    }

    /// <summary>A member's link; behind the federated token file also those of the sources that code added.</summary>
    private IEnumerable<Credential> LinksOf(DefaultChainMember member) =>
        member.Kind == OwnKinds[2] ? [member.Create(_options), .. _options.Members.Sources.Select(Application)] : [member.Create(_options)];

    /// <summary>
    /// A source that code added. Whether it is here only it can tell; who it would be for is told by the variables every link reads.
    /// </summary>
    private Credential Application(FederatedAuthentication federation) =>
        !_environment.Has(Tenant)
            ? new UnusableCredential(
                federation.Name,
                TokenErrorKind.NotConfigured,
                $"{Tenant} is not set, so there is no application for '{federation.Name}' to prove. Set it together with {Client}.",
                HelpAnchors.Environment)
        : !_environment.Has(Client)
        ? Wrong(federation.Name, $"{Tenant} is set and {Client} is not: half a configuration. Set it, or remove {Tenant}.")
        : Application(federation.Name, "The source", isBound: false, () => federation);

    private bool IsDevelopment =>
        Array.Exists(EnvironmentNames, name => "Development".Equals(_environment.Variable(name), StringComparison.OrdinalIgnoreCase));

    /// <summary>
    /// A link that a variable announces: its name, the kind and the further value of AZURE_TOKEN_CREDENTIALS it goes by, and how the
    /// variable's value proves the application.
    /// </summary>
    private DefaultChainMember Application(
        string name, int kind, string pick, string variable, Func<string, ClientAuthentication> authentication) =>
        new(
            OwnKinds[kind],
            _ => Application(name, variable, authentication))
        { Name = name, PickedBy = [.. Prod, pick], AnnouncedBy = [variable] };

    private Credential Application(string name, string variable, Func<string, ClientAuthentication> authentication)
    {
        if (_environment.Variable(variable) is not { } value)
        {
            return new UnusableCredential(
                name,
                TokenErrorKind.NotConfigured,
                $"{variable} is not set. Set it together with {Tenant} and {Client}.",
                HelpAnchors.Environment,
                $"the variable {variable}");
        }

        string[] missing = [.. new[] { Tenant, Client }.Where(needed => !_environment.Has(needed))];
        if (missing.Length > 0)
        {
            return Wrong(
                name,
                $"{variable} is set and {string.Join(" and ", missing)} {(missing.Length == 1
                    ? "is"
                    : "are")} not: half a configuration. Set {(missing.Length == 1 ? "it" : "them")}, or remove {variable}.");
        }

        return Application(name, variable, _options.UseIdentityBinding && variable == TokenFile, () => authentication(value));
    }

    private Credential Application(string name, string proof, bool isBound, Func<ClientAuthentication> authentication)
    {
        var (tenant, client) = (_environment.Variable(Tenant)!, _environment.Variable(Client)!);
        if (TenantId.Problem(tenant) is { } tenantProblem)
        {
            return Wrong(name, $"{Tenant} cannot be used. {tenantProblem}");
        }

        if (ClientProblem(client) is { } clientProblem)
        {
            return Wrong(name, clientProblem);
        }

        var (authority, authorityProblem) = Authority.Choose(_options.AuthorityHost, _environment, _options.AllowUnknownAuthorityHost);
        if (authority is null)
        {
            return Wrong(name, authorityProblem!);
        }

        var options = new ApplicationCredentialOptions
        {
            AuthorityHost = authority,
            AllowUnknownAuthorityHost = _options.AllowUnknownAuthorityHost,
            HttpClient = isBound ? null : _options.HttpClient,
            UseIdentityBinding = isBound,
            TimeProvider = _options.TimeProvider,
            Environment = _environment,
            LoggerFactory = _options.LoggerFactory,
            Retry = _retry ?? new RetryOptions(),
        };
        foreach (var other in _options.AdditionallyAllowedTenants.Concat(
            _environment.Variable(OtherTenants)?.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? []))
        {
            if (other != "*" && TenantId.Problem(other) is { } otherProblem)
            {
                return Wrong(name, $"{OtherTenants} cannot be used (tenants, separated by semicolons, or *). {otherProblem}");
            }

            options.AdditionallyAllowedTenants.Add(other);
        }

        try
        {
            return new ApplicationCredential(tenant, client, authentication(), options);
        }
        catch (ArgumentException exception)
        {
            // All else was checked above: this is the value itself, or what goes with it, which the message does not quote.
            return Wrong(
                name,
                $"{proof} cannot be used. {exception.Message.Replace(
                    $" (Parameter '{exception.ParamName}')", "", StringComparison.Ordinal)}");
        }
    }

    private ClientCertificateAuthentication Certificate(string path)
    {
        var certificate = CertificatePath.Stored(path) is { } stored
            ? ClientCertificateAuthentication.FromStore(stored)
            : ClientCertificateAuthentication.FromFile(path, _environment.Variable(Password));
        return _environment.Variable(SendChain)?.ToUpperInvariant() switch
        {
            null or "0" or "FALSE" => certificate,
            "1" or "TRUE" => certificate.WithChain(),
            _ => throw new ArgumentException($"{SendChain} is neither true nor false."),
        };
    }

    private Credential ManagedIdentity()
    {
        // Next to a credential of an application, the client id is that application's.
        var client = HasApplication ? null : _environment.Variable(Client);
        return client is not null && ClientProblem(client) is { } problem
            ? Wrong("managed identity", problem)
            : new ManagedIdentityCredential(
                client is null ? null : ManagedIdentityId.FromClientId(client), new ManagedIdentityCredentialOptions
                {
                    HttpClient = _options.ManagedIdentityHttpClient,
                    TimeProvider = _options.TimeProvider,
                    Environment = _environment,
                    LoggerFactory = _options.LoggerFactory,
                    Retry = _retry,
                    AllowNodeIdentity = _options.AllowNodeIdentity,
                });
    }

    private static UnusableCredential Forbidden(DefaultChainMember member, DefaultChainFilter selection) => new(
        member.Name,
        TokenErrorKind.NotAllowed,
        $"{(member.IsFoundByAsking
            ? $"A credential of the kind {member.Kind}"
            : $"{string.Join(
                " or ",
                member.AnnouncedBy)} is set, but a credential of this kind")} may not be used: allowed by WORKLOAD_IDENTITY_ALLOW and the "
                    + $"option Allow: {selection.AllowedWords}. Configure one of those, or add {member.Kind}.",
        HelpAnchors.KindNotAllowed);

    private void WarnOfTwo(DefaultChainFilter selection)
    {
        string[] present =
            [.. selection.Members.Where(member => selection.Allows(member) && member.IsAnnounced(_environment))
                .Select(member => member.Name)];
        if (present.Length > 1)
        {
            Log.TwoAmbientCredentials(_options.Logger, present[0], string.Join(", ", present[1..]));
        }
    }

    private static string? ClientProblem(string client) => Guard.GuidProblem(client, Client) is { } problem
        ? $"{problem} Use the application (client) id, such as 6bf7ab3f-6a37-4f6d-9a3c-2ee0f1d1f8a3."
        : null;

    private static UnusableCredential Wrong(string name, string message) =>
        new(name, TokenErrorKind.InvalidConfiguration, message, HelpAnchors.Environment);
}
