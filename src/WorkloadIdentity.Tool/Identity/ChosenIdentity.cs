using WorkloadIdentity.Developer;

namespace WorkloadIdentity.Tool;

/// <summary>Who to be: a credential, and the environment it reads.</summary>
/// <param name="Description">In words.</param>
/// <param name="Credential">What gets tokens.</param>
/// <param name="Environment">What it reads, with what options replaced in it.</param>
/// <param name="Secrets">Secrets that stand elsewhere than in the environment, so that they are known and masked.</param>
internal sealed record ChosenIdentity(
    string Description, Credential Credential, WorkloadEnvironment Environment, IReadOnlyList<string> Secrets)
{
    public const string DefaultChain = "the default chain";

    /// <summary>The default chain, with the sources a build system announces: a program has those where its code adds them.</summary>
    public static ChosenIdentity Ambient(Surroundings surroundings, string? tenant, string? client, bool developer)
    {
        var replaced = new Dictionary<string, string>();
        if (tenant is not null)
        {
            replaced["AZURE_TENANT_ID"] = tenant;
        }

        if (client is not null)
        {
            replaced["AZURE_CLIENT_ID"] = client;
        }

        var environment = surroundings.Environment.With(replaced);
        var options = new DefaultCredentialsOptions
        {
            Environment = environment,
            HttpClient = surroundings.EntraClient,
            ManagedIdentityHttpClient = surroundings.LocalClient,
            TimeProvider = surroundings.TimeProvider,
        };

        // An emulator on this machine states no audience; everywhere else the cloud's is known, or has to be said in code.
        var audience =
            Authority.Choose(stated: null, environment, allowUnknown: false).Host is { } host && LiteralAddress.IsLoopback(host)
                ? ExchangeAudience.OfPublicCloud
                : null;
        if (environment.Has("ACTIONS_ID_TOKEN_REQUEST_URL"))
        {
            options.Members.Add(AssertionSource.GitHubActions(surroundings.EntraClient), audience);
        }

        if (environment.Has("SYSTEM_OIDCREQUESTURI"))
        {
            options.Members.Add(AssertionSource.AzurePipelines(httpClient: surroundings.EntraClient), audience);
        }

        options.Members.AddDeveloperLogins(developer || IsDevelopment(environment), login => login.TenantId = tenant);
        return new ChosenIdentity(DefaultChain, DefaultCredentials.FromEnvironment(options), environment, []);
    }

    /// <summary>One managed identity and nobody else.</summary>
    public static ChosenIdentity Managed(Surroundings surroundings, ManagedIdentityId? id) => new(
        "a managed identity",
        new ManagedIdentityCredential(id, new ManagedIdentityCredentialOptions
        {
            Environment = surroundings.Environment,
            HttpClient = surroundings.LocalClient,
            TimeProvider = surroundings.TimeProvider,

            // It was asked for by name: that it may be the node's is what the person wants to know.
            AllowNodeIdentity = true,
        }),
        surroundings.Environment,
        []);

    /// <summary>Gets a token, or says why there is none.</summary>
    /// <exception cref="ToolException">There is none.</exception>
    public async Task<AccessToken> GetTokenAsync(string scope, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        var result =
            await Credential.AcquireAsync(new Acquisition(new TokenRequest(scope)) { TimeProvider = timeProvider }, cancellationToken)
                .ConfigureAwait(false);
        return result.Token ?? throw new ToolException(
            ExitCodes.Of(result.Verdict, result.Error),
            new Redaction(Environment, isOn: true, Secrets).Lines(result.Error!.Message),
            "'wid doctor' with the same options shows every credential, what it looked for and what is missing.",
            result.Error.Help);
    }

    private static bool IsDevelopment(WorkloadEnvironment environment) =>
        Array.Exists(
            ["DOTNET_ENVIRONMENT", "ASPNETCORE_ENVIRONMENT"],
            name => "Development".Equals(environment.Variable(name), StringComparison.OrdinalIgnoreCase));
}
