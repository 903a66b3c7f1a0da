namespace WorkloadIdentity.Tool;

/// <summary>
/// The workload that runs here, by the token that its platform gives it: what <c>wid doctor</c> shows as issuer and subject.
/// </summary>
internal static class WorkloadHere
{
    /// <summary>In the place of a tenant or an application where none is known yet. Neither is part of a platform's token.</summary>
    public const string Unknown = "00000000-0000-0000-0000-000000000000";

    /// <exception cref="ToolException">There is no token of a platform here.</exception>
    public static async Task<TrustedWorkload> FindAsync(
        Surroundings surroundings, string? file, string? variable, string client, CancellationToken cancellationToken)
    {
        var environment = surroundings.Environment;
        var source = file is not null ? AssertionSource.FromFile(file)
            : variable is not null ? AssertionSource.FromVariable(variable)
            : environment.Variable("AZURE_FEDERATED_TOKEN_FILE") is { } projected ? AssertionSource.FromFile(projected)
            : PlatformSources.Of(surroundings, environment).FirstOrDefault() ?? throw new ToolException(
                ExitCodes.NoCredential, "No token of a platform was found here.",
                "Run it in the pod or job, name the token (--token-file, --token-variable), or name the platform (wid federate --help).",
                ToolException.Reference("wid#wid-federate"));
        var authority = AuthorityOf(environment);
        var tenant = environment.Variable("AZURE_TENANT_ID") ?? Unknown;
        var result = await source.GetAssertionAsync(
            new AssertionRequest(authority, tenant, client, ScopeArgument.Graph(environment))
            {
                Audience = AudienceOf(authority),
                Environment = environment,
                TimeProvider = surroundings.TimeProvider,
            },
            cancellationToken).ConfigureAwait(false);
        return UnverifiedJwt.TryRead(result.Assertion) is { Issuer: { } issuer, Subject: { } subject } token
            ? new TrustedWorkload(issuer, subject)
            {
                Audience = token.Audiences.FirstOrDefault(EntraCloud.TokenExchangeAudiences.Contains)
                    ?? (token.Audiences is [var first, ..] ? first : null),
                Source = source,
            }
            : throw new ToolException(
                ExitCodes.Failed,
                new Redaction(environment, isOn: true).Lines(
                    result.Error?.Message ?? "The token that was found here is not a JWT with an issuer and a subject."),
                "Run 'wid doctor' to see what is here.", ToolException.Reference("wid#wid-federate"));
    }

    /// <summary>Gets a token as the application, with the platform's token as proof.</summary>
    /// <exception cref="ToolException">Entra issued none.</exception>
    public static async Task TryAsync(
        Surroundings surroundings, TrustedWorkload workload, string tenant, string client, CancellationToken cancellationToken)
    {
        var environment = surroundings.Environment;
        var authority = AuthorityOf(environment);
        var credential = new ApplicationCredential(
            tenant, client,
            new FederatedAuthentication(workload.Source!, workload.Audience ?? AudienceOf(authority))
            {
                PropagationTolerance = TimeSpan.FromMinutes(2),
            },
            new ApplicationCredentialOptions
            {
                AuthorityHost = authority,
                Environment = environment,
                HttpClient = surroundings.EntraClient,
                TimeProvider = surroundings.TimeProvider,
            });
        var chosen = new ChosenIdentity($"application {client}", credential, environment, []);
        await Progress.ShowAsync(
            surroundings, "Getting a token without a secret",
            cancel => chosen.GetTokenAsync(ScopeArgument.Graph(environment), surroundings.TimeProvider, cancel), cancellationToken)
            .ConfigureAwait(false);
    }

    public static string AudienceOf(Uri authority) => EntraCloud.TokenExchangeAudience(authority) ?? ExchangeAudience.OfPublicCloud;

    public static Uri AuthorityOf(WorkloadEnvironment environment) =>
        Authority.Choose(stated: null, environment, allowUnknown: false) is { Host: { } host }
            ? host
            : throw new ToolException("AZURE_AUTHORITY_HOST cannot be used.", "Unset it, or set it to the cloud's address.");
}
