namespace WorkloadIdentity;

/// <summary>
/// Builds the credentials of the default chain from variables. An absent credential is unavailable. A half configured or malformed one
/// fails.
/// </summary>
internal sealed class DefaultChainBuilder
{
    private const string Secret = "AZURE_CLIENT_SECRET";
    private const string Password = "AZURE_CLIENT_CERTIFICATE_PASSWORD";
    private const string SendChain = "AZURE_CLIENT_SEND_CERTIFICATE_CHAIN";
    private const string TokenFile = "AZURE_FEDERATED_TOKEN_FILE";

    // The generic host, and ASP.NET Core before it, read the environment's name from these.
    private static readonly IReadOnlyList<string> EnvironmentNames = ["DOTNET_ENVIRONMENT", "ASPNETCORE_ENVIRONMENT"];

    private static readonly IReadOnlyList<string> Prod = ["prod"];

    private readonly DefaultChainMember[] _members;
    private readonly FederatedAuthentication[] _sources;
    private readonly DefaultCredentialsOptions _options;
    private readonly WorkloadEnvironment _environment;
    private readonly EnvironmentApplication _application;

    public DefaultChainBuilder(DefaultCredentialsOptions options)
    {
        _options = options;
        _environment = options.Environment;

        // Options are code, so an error in them throws at once. Variables are the environment, so an error in them is a verdict.
        _ = options.Retry?.Checked();
        if (options.AuthorityHost is { } host)
        {
            Authority.Require(host, options.AllowUnknownAuthorityHost, nameof(options.AuthorityHost));
        }

        foreach (var tenant in options.AdditionallyAllowedTenants.Where(tenant => tenant != "*"))
        {
            TenantId.Require(tenant, nameof(options.AdditionallyAllowedTenants));
        }

        CheckMembers(options.Members, nameof(options.Members));
        _sources = [.. options.Members.Select(member => member.Federation).OfType<FederatedAuthentication>()];
        _application = new EnvironmentApplication(options);
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
                path => new FederatedAuthentication(AssertionSource.FromFile(path))),
            .. options.Members.Where(member => member.Federation is null),
            new(DefaultChainMember.BuiltInKinds[3], _ => ManagedIdentity())
            {
                PickedBy = [.. Prod, "ManagedIdentityCredential"],
                AnnouncedBy = ["IDENTITY_ENDPOINT", "MSI_ENDPOINT"],
                IsFoundByAsking = true,
            },
        ];
    }

    /// <summary>Everything that may take part, in the order it is asked.</summary>
    public IReadOnlyList<DefaultChainMember> Members => _members;

    // Except for a managed identity, every member that a variable announces is an application.
    private bool HasApplication =>
        Array.Exists(_members, member => member != _members[^1] && member.IsAnnounced(_environment))
            || (_sources.Length > 0 && _environment.Has(EnvironmentApplication.Tenant));

    private bool IsDevelopment =>
        EnvironmentNames.Any(name => "Development".Equals(_environment.Variable(name), StringComparison.OrdinalIgnoreCase));

    /// <summary>
    /// The credentials of the chain: first those that may be used, then one that fails for each that is here and may not be used.
    /// </summary>
    public IReadOnlyList<Credential> Links(DefaultChainFilter filter)
    {
        WarnOfTwo(filter);
        var links = new List<Credential>();
        links.AddRange(filter.Members.Where(filter.Allows).SelectMany(LinksOf));
        links.AddRange(filter.Members.Where(member => !filter.Allows(member) && member.MayBeHere(_environment))
            .Select(member => Forbidden(member, filter)));
        if (links.Count == 0)
        {
            links.Add(new UnusableCredential(
                "environment",
                TokenErrorKind.NotAllowed,
                "No credential is left: AZURE_TOKEN_CREDENTIALS picks no kind of credential that is allowed "
                    + $"({filter.AllowedWords}). Change one of the two.",
                HelpAnchors.Environment));
        }

        // A first start on a developer's machine ends in one error, which says what to add.
        if (!filter.IsPicked && !_environment.Has(TokenFile) && WhyNoDeveloperLogin(filter) is { } reason)
        {
            links.Add(new UnusableCredential("developer login", TokenErrorKind.NotConfigured, reason, HelpAnchors.DeveloperLogin));
        }

        return links;
    }

    /// <summary>Why no login of a developer takes part; null if one does, or where nobody expects one.</summary>
    private string? WhyNoDeveloperLogin(DefaultChainFilter filter)
    {
        if (Array.Find(_members, member => member.IsDeveloper) is { } login)
        {
            return login.OnlyWhenPicked && filter.Allows(login) ? login.WhyLeftOut : null;
        }

        // On a host that has variables for a managed identity, nobody sits at a desk.
        var isMarked = EnvironmentNames.Any(_environment.Has) || Array.Exists(_members, member => member.IsAnnounced(_environment));
        if (filter.IsRestricted || (isMarked && !IsDevelopment))
        {
            return null;
        }

        var mark =
            IsDevelopment
                ? "This is Development, and no login of a developer takes part."
                : "DOTNET_ENVIRONMENT is not set, so this is not Development and no login of a developer takes part. On your own machine, "
                    + "set it to Development.";
        return $"{mark} To use the login of the Azure CLI or of azd: dotnet add package WorkloadIdentity.Developer, and on what "
            + "AddWorkloadIdentity returns: .AddDeveloperCredentials(builder.Environment)";
    }

    /// <summary>Options are code: a null or a kind that stands there twice is a mistake of the caller.</summary>
    private static void CheckMembers(IList<DefaultChainMember> members, string name)
    {
        var kinds = new HashSet<string>(DefaultChainMember.BuiltInKinds);
        for (var index = 0; index < members.Count; index++)
        {
            if (members[index] is not { } member)
            {
                throw new ArgumentException(
                    $"{nameof(DefaultCredentialsOptions)}.{nameof(DefaultCredentialsOptions.Members)}[{index}] is null. Remove it.",
                    name);
            }

            if (member.Federation is null && !kinds.Add(member.Kind))
            {
                throw new ArgumentException(
                    $"The default chain has two credentials of the kind '{member.Kind}'. Add each kind once "
                        + $"({nameof(DefaultCredentialsOptions)}.{nameof(DefaultCredentialsOptions.Members)}[{index}]).",
                    name);
            }
        }
    }

    /// <summary>A member's credential; behind the federated token file also those of the sources that code added.</summary>
    private IEnumerable<Credential> LinksOf(DefaultChainMember member) =>
        member.Kind == DefaultChainMember.BuiltInKinds[2]
            ? [member.Create(_options), .. _sources.Select(_application.FromSource)]
            : [member.Create(_options)];

    /// <summary>
    /// A member that a variable announces: its name, the kind and the further value of AZURE_TOKEN_CREDENTIALS it goes by, and how the
    /// variable's value proves the application.
    /// </summary>
    private DefaultChainMember Application(
        string name, int kind, string pick, string variable, Func<string, ClientAuthentication> authentication) =>
        new(
            DefaultChainMember.BuiltInKinds[kind],
            _ => _application.FromVariable(
                name, variable, isBound: _options.UseIdentityBinding && variable == TokenFile, authentication))
        {
            Name = name,
            PickedBy = [.. Prod, pick],
            AnnouncedBy = [variable],
        };

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
        // Beside a credential of an application, AZURE_CLIENT_ID is that application's.
        var client = HasApplication ? null : _environment.Variable(EnvironmentApplication.Client);
        return client is not null && EnvironmentApplication.ClientProblem(client) is { } problem
            ? EnvironmentApplication.Unusable("managed identity", problem)
            : new ManagedIdentityCredential(
                client is null ? null : ManagedIdentityId.FromClientId(client), _options.ForManagedIdentity());
    }

    private static UnusableCredential Forbidden(DefaultChainMember member, DefaultChainFilter filter) => new(
        member.Name,
        TokenErrorKind.NotAllowed,
        $"{(member.IsFoundByAsking
            ? $"A credential of the kind {member.Kind}"
            : $"{string.Join(" or ", member.AnnouncedBy)} is set, but a credential of this kind")} may not be used: allowed by "
                + $"WORKLOAD_IDENTITY_ALLOW and the option Allow: {filter.AllowedWords}. Configure one of those, or add {member.Kind}.",
        HelpAnchors.KindNotAllowed);

    private void WarnOfTwo(DefaultChainFilter filter)
    {
        string[] present =
            [.. filter.Members.Where(member => filter.Allows(member) && member.IsAnnounced(_environment))
                .Select(member => member.Name)];
        if (present.Length > 1)
        {
            Log.SeveralCredentials(_options.Logger, present[0], string.Join(", ", present[1..]));
        }
    }
}
