namespace WorkloadIdentity;

/// <summary>Builds the links of the default chain from variables. What is absent is "not here"; what is there by half, or malformed, fails.</summary>
internal sealed class AmbientCredentials
{
    private const string Tenant = "AZURE_TENANT_ID";
    private const string Client = "AZURE_CLIENT_ID";
    private const string OtherTenants = "AZURE_ADDITIONALLY_ALLOWED_TENANTS";
    private const string Password = "AZURE_CLIENT_CERTIFICATE_PASSWORD";

    // The link's name, the variable that says it is here, and how its value proves the application.
    private static readonly (AmbientKind Kind, string Name, string Variable, Func<string, WorkloadEnvironment, ClientAuthentication> Authentication)[] Rows =
    [
        (AmbientKind.Secret, "client secret", "AZURE_CLIENT_SECRET", (value, _) => ClientSecretAuthentication.FromValue(value)),
        (AmbientKind.Certificate, "client certificate", "AZURE_CLIENT_CERTIFICATE_PATH",
            (path, environment) => ClientCertificateAuthentication.FromFile(path, environment.Variable(Password))),
        (AmbientKind.Federated, "federated token file", "AZURE_FEDERATED_TOKEN_FILE", (path, _) => new FederatedAuthentication(new FileAssertionSource(path))),
    ];

    private readonly DefaultCredentialsOptions _options;
    private readonly WorkloadEnvironment _environment;
    private readonly RetryOptions? _retry;

    public AmbientCredentials(DefaultCredentialsOptions options)
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
    }

    private bool HasApplication => Array.Exists(Rows, row => _environment.Has(row.Variable));

    /// <summary>The links, those that may be used first. One that may not be used and is here comes behind them and fails.</summary>
    public IReadOnlyList<Credential> Links(AmbientSelection selection)
    {
        WarnOfTwo(selection);
        var links = new List<Credential>();
        links.AddRange(selection.Kinds.Where(selection.Allowed.Contains).Select(kind => kind == AmbientKind.ManagedIdentity ? ManagedIdentity() : Application(Row(kind))));
        links.AddRange(selection.Kinds.Where(kind => !selection.Allowed.Contains(kind) && MayBeHere(kind)).Select(kind => Forbidden(kind, selection)));
        return links.Count > 0
            ? links
            : [new AmbientVerdict("environment", TokenErrorKind.NotAllowed, $"Nothing is left to use: AZURE_TOKEN_CREDENTIALS picks no kind of credential that is allowed ({selection.AllowedWords}). Change one of the two.", HelpAnchors.Environment)];
    }

    private Credential Application((AmbientKind Kind, string Name, string Variable, Func<string, WorkloadEnvironment, ClientAuthentication> Authentication) row)
    {
        if (_environment.Variable(row.Variable) is not { } value)
        {
            return new AmbientVerdict(row.Name, TokenErrorKind.NotConfigured, $"{row.Variable} is not set. Set it together with {Tenant} and {Client}.", HelpAnchors.Environment, $"the variable {row.Variable}");
        }

        string[] missing = [.. new[] { Tenant, Client }.Where(name => !_environment.Has(name))];
        if (missing.Length > 0)
        {
            return Wrong(row.Name, $"{row.Variable} is set and {string.Join(" and ", missing)} {(missing.Length == 1 ? "is" : "are")} not: half a configuration. Set {(missing.Length == 1 ? "it" : "them")}, or remove {row.Variable}.");
        }

        var (tenant, client) = (_environment.Variable(Tenant)!, _environment.Variable(Client)!);
        if (TenantId.Problem(tenant) is { } tenantProblem)
        {
            return Wrong(row.Name, $"{Tenant} cannot be used. {tenantProblem}");
        }

        if (ClientProblem(client) is { } clientProblem)
        {
            return Wrong(row.Name, clientProblem);
        }

        var (authority, authorityProblem) = Authority.Choose(_options.AuthorityHost, _environment, _options.AllowUnknownAuthorityHost);
        if (authority is null)
        {
            return Wrong(row.Name, authorityProblem!);
        }

        var isBound = _options.UseIdentityBinding && row.Kind == AmbientKind.Federated;
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
                return Wrong(row.Name, $"{OtherTenants} cannot be used (tenants, separated by semicolons, or *). {otherProblem}");
            }

            options.AdditionallyAllowedTenants.Add(other);
        }

        try
        {
            return new ApplicationCredential(tenant, client, row.Authentication(value, _environment), options);
        }
        catch (ArgumentException exception)
        {
            // All else was checked above: this is the value itself, which the message does not quote.
            return Wrong(row.Name, $"{row.Variable} cannot be used. {exception.Message.Replace($" (Parameter '{exception.ParamName}')", "", StringComparison.Ordinal)}");
        }
    }

    private Credential ManagedIdentity()
    {
        // Next to a credential of an application, the client id is that application's.
        var client = HasApplication ? null : _environment.Variable(Client);
        return client is not null && ClientProblem(client) is { } problem
            ? Wrong("managed identity", problem)
            : new ManagedIdentityCredential(client is null ? null : ManagedIdentityId.FromClientId(client), new ManagedIdentityCredentialOptions
            {
                HttpClient = _options.ManagedIdentityHttpClient,
                TimeProvider = _options.TimeProvider,
                Environment = _environment,
                LoggerFactory = _options.LoggerFactory,
                Retry = _retry,
                AllowNodeIdentity = _options.AllowNodeIdentity,
            });
    }

    private static AmbientVerdict Forbidden(AmbientKind kind, AmbientSelection selection)
    {
        var (name, here) = kind == AmbientKind.ManagedIdentity ? ("managed identity", "A managed identity") : (Row(kind).Name, Row(kind).Variable + " is set, but a credential of this kind");
        return new AmbientVerdict(
            name,
            TokenErrorKind.NotAllowed,
            $"{here} may not be used: allowed by WORKLOAD_IDENTITY_ALLOW and the option Allow: {selection.AllowedWords}. Configure one of those, or add {AmbientSelection.WordFor(kind)}.",
            HelpAnchors.KindNotAllowed);
    }

    private void WarnOfTwo(AmbientSelection selection)
    {
        string[] present = [.. selection.Kinds
            .Where(selection.Allowed.Contains)
            .Where(kind => kind == AmbientKind.ManagedIdentity ? _environment.Has("IDENTITY_ENDPOINT") || _environment.Has("MSI_ENDPOINT") : MayBeHere(kind))
            .Select(kind => kind == AmbientKind.ManagedIdentity ? "managed identity" : Row(kind).Name)];
        if (present.Length > 1)
        {
            Log.TwoAmbientCredentials(_options.Logger, present[0], string.Join(", ", present[1..]));
        }
    }

    /// <summary>Whether a managed identity is here cannot be known without asking it.</summary>
    private bool MayBeHere(AmbientKind kind) => kind == AmbientKind.ManagedIdentity || _environment.Has(Row(kind).Variable);

    private static (AmbientKind Kind, string Name, string Variable, Func<string, WorkloadEnvironment, ClientAuthentication> Authentication) Row(AmbientKind kind) =>
        Array.Find(Rows, row => row.Kind == kind);

    private static string? ClientProblem(string client) => Require.IsGuid(client)
        ? null
        : $"{Client} is not a GUID. Use the application (client) id, such as 6bf7ab3f-6a37-4f6d-9a3c-2ee0f1d1f8a3.";

    private static AmbientVerdict Wrong(string name, string message) => new(name, TokenErrorKind.InvalidConfiguration, message, HelpAnchors.Environment);
}
