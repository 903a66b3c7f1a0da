using WorkloadIdentity.Aws;
using WorkloadIdentity.Developer;

namespace WorkloadIdentity.Tool;

/// <summary>The selected identity: a credential, and the environment that it reads.</summary>
/// <param name="Description">The identity in words.</param>
/// <param name="Credential">The credential.</param>
/// <param name="Environment">The environment of the credential, with the values that options replace.</param>
/// <param name="Secrets">Secrets from outside the environment, so that output masks them.</param>
internal sealed record ChosenIdentity(
    string Description, Credential Credential, WorkloadEnvironment Environment, IReadOnlyList<string> Secrets)
{
    public const string DefaultChain = "the default chain";

    /// <summary>
    /// The default chain, with the assertion source of the build system or of AWS. A program has that source if its code adds it.
    /// </summary>
    public static ChosenIdentity Ambient(
        Surroundings surroundings, string? tenant, string? client, bool developer, bool mayUseAws)
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

        // An emulator on this machine has no exchange audience of its own. Other authorities have that of their cloud, or need code.
        var audience =
            Authority.Choose(stated: null, environment, allowUnknown: false).Host is { } host && LiteralAddress.IsLoopback(host)
                ? ExchangeAudience.OfPublicCloud
                : null;
        foreach (var source in PlatformSources.Of(surroundings, environment))
        {
            options.Members.Add(source, audience);
        }

        if (mayUseAws && AwsMachine.Is(environment))
        {
            options.Members.Add(
                AssertionSource.Aws(new AwsAssertionOptions { Client = surroundings.AwsTokenService }), audience);
        }

        options.Members.AddDeveloperLogins(developer || IsDevelopment(environment), login => login.TenantId = tenant);
        return new ChosenIdentity(DefaultChain, DefaultCredentials.FromEnvironment(options), environment, []);
    }

    /// <summary>A single managed identity.</summary>
    public static ChosenIdentity Managed(Surroundings surroundings, ManagedIdentityId? id) => new(
        "a managed identity",
        new ManagedIdentityCredential(id, new ManagedIdentityCredentialOptions
        {
            Environment = surroundings.Environment,
            HttpClient = surroundings.LocalClient,
            TimeProvider = surroundings.TimeProvider,

            // The person asked for the managed identity by option, so the identity of the node is allowed.
            AllowNodeIdentity = true,
        }),
        surroundings.Environment,
        []);

    /// <summary>Gets a token.</summary>
    /// <exception cref="ToolException">No token could be acquired.</exception>
    public async Task<AccessToken> GetTokenAsync(string scope, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        var result =
            await Credential.AcquireAsync(new Acquisition(new TokenRequest(scope)) { TimeProvider = timeProvider }, cancellationToken)
                .ConfigureAwait(false);
        return result.Token ?? throw new ToolException(
            ExitCodes.Of(result.Verdict, result.Error),
            new Redaction(Environment, isOn: true, Secrets).Lines(result.Error!.Message),
            "Run 'wid doctor' with the same options to see every credential, what it looked for and what is missing.",
            result.Error.Help);
    }

    private static bool IsDevelopment(WorkloadEnvironment environment) =>
        Array.Exists(
            ["DOTNET_ENVIRONMENT", "ASPNETCORE_ENVIRONMENT"],
            name => "Development".Equals(environment.Variable(name), StringComparison.OrdinalIgnoreCase));
}
