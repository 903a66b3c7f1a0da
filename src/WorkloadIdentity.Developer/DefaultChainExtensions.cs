using Microsoft.Extensions.Hosting;

namespace WorkloadIdentity.Developer;

/// <summary>Lets a developer's login join the default chain.</summary>
public static class DefaultChainExtensions
{
    private const string TokenFile = "AZURE_FEDERATED_TOKEN_FILE";

    private const string Pick = "AZURE_TOKEN_CREDENTIALS";

    // Its value that picks any credential of a developer.
    private const string Developer = "dev";

    /// <summary>
    /// Adds the logins of the Azure CLI and the Azure Developer CLI, in this order, before managed identity. They take part in the
    /// environment Development, and elsewhere only where <c>AZURE_TOKEN_CREDENTIALS</c> is <c>dev</c> or names them
    /// (<c>AzureCliCredential</c>, <c>AzureDeveloperCliCredential</c>); never where a federated token file says that this is a workload.
    /// </summary>
    /// <param name="members">The chain's.</param>
    /// <param name="environment">The host's; null for a program without one, where only the variable lets them take part.</param>
    /// <param name="configure">Sets tenant and time limit. Clock and environment are the chain's.</param>
    /// <exception cref="ArgumentException">They were added before, or an option is out of range.</exception>
    public static IList<DefaultChainMember> AddDeveloperCredentials(
        this IList<DefaultChainMember> members, IHostEnvironment? environment, Action<DeveloperCredentialOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(members);
        var (reason, remedy) =
            environment is null
                ? ("this program has no host that says Development", $"{Pick}={Developer}")
                : ($"the environment is '{environment.EnvironmentName}' and not 'Development'",
                    $"DOTNET_ENVIRONMENT=Development (ASPNETCORE_ENVIRONMENT in a web application), or {Pick}={Developer}");
        return members.AddDeveloperLogins(
            environment?.IsDevelopment() == true,
            configure,
            $"The logins of az and azd take no part, because {reason}. On your own machine, set {remedy}.");
    }

    /// <summary>The same for a program that is no host and knows in another way whether this is Development.</summary>
    internal static IList<DefaultChainMember> AddDeveloperLogins(
        this IList<DefaultChainMember> members, bool isDevelopment, Action<DeveloperCredentialOptions>? configure = null,
        string? whyLeftOut = null)
    {
        var options = new DeveloperCredentialOptions();
        configure?.Invoke(options);
        _ = DeveloperCredential.AzureCli(options);
        var onlyWhenPicked = !isDevelopment;
        Add("azure-cli", "AzureCliCredential", DeveloperCredential.AzureCli);
        Add("azure-developer-cli", "AzureDeveloperCliCredential", DeveloperCredential.AzureDeveloperCli);
        return members;

        void Add(string kind, string pick, Func<DeveloperCredentialOptions, DeveloperCredential> create) =>
            members.Add(new DefaultChainMember(kind, chain => Create(kind, create, options, chain))
            {
                PickedBy = [Developer, pick],
                OnlyWhenPicked = onlyWhenPicked,
                WhyLeftOut = whyLeftOut,
            });
    }

    /// <summary>
    /// Beside a federated token file a person's login would stand in for a workload's identity, with whatever that person may do.
    /// </summary>
    private static Credential Create(
        string kind, Func<DeveloperCredentialOptions, DeveloperCredential> create, DeveloperCredentialOptions options,
        DefaultCredentialsOptions chain) =>
        chain.Environment.Variable(TokenFile) is not null
            ? new RefusedLogin(kind.Replace('-', ' '), TokenFile)
            : create(new DeveloperCredentialOptions
            {
                TenantId = options.TenantId,
                TimeLimit = options.TimeLimit,
                Environment = chain.Environment,
                TimeProvider = chain.TimeProvider,
            });
}
