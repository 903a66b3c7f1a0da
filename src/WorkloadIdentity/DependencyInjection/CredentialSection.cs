using WorkloadIdentity;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>
/// A configuration section of a kind that a package added (<see cref="WorkloadIdentityExtensions.AddWorkloadIdentityKind"/>). It reads the
/// settings and has what the credential is made with.
/// </summary>
public sealed class CredentialSection
{
    private readonly SectionReader _reader;
    private readonly CredentialDependencies _dependencies;
    private readonly List<string> _problems = [];

    internal CredentialSection(SectionReader reader, CredentialDependencies dependencies)
    {
        _reader = reader.WithProblems(_problems);
        _dependencies = dependencies;
    }

    /// <summary>The settings that <see cref="Application"/> reads: <c>TenantId</c>, <c>ClientId</c> and <c>MultiTenant</c>.</summary>
    public static IReadOnlyList<string> ApplicationSettings { get; } = DependencyInjection.ApplicationSettings.Names;

    /// <summary>The name of the identity that the section configures; empty for the default one.</summary>
    public string Identity => _dependencies.Identity;

    /// <summary>The root services. Take singletons from it only.</summary>
    public IServiceProvider Services => _dependencies.Services;

    /// <summary>
    /// A setting as it is now; null if it is absent or empty. Read a secret at each use, so that a reload of the configuration brings the
    /// rotated one.
    /// </summary>
    /// <param name="setting">The setting's name in the section.</param>
    public string? this[string setting] => _reader.Text(setting);

    /// <summary>A setting that must be present.</summary>
    /// <param name="setting">The setting's name in the section.</param>
    /// <exception cref="ArgumentException">The setting is absent or empty. The host's error names it by its path.</exception>
    public string Required(string setting) =>
        _reader.Required(setting, "Set it.") ?? throw new InvalidSettingsException(_problems);

    /// <summary>A setting that is <c>true</c> or <c>false</c>. Another value is noted as a <see cref="Problem"/>.</summary>
    /// <param name="setting">The setting's name in the section.</param>
    /// <returns>The value; false if the setting is absent or empty.</returns>
    public bool Flag(string setting) => _reader.Flag(setting) ?? false;

    /// <summary>A list of texts, or one text.</summary>
    /// <param name="setting">The setting's name in the section.</param>
    public IReadOnlyList<string> List(string setting) => _reader.Texts(setting);

    /// <summary>
    /// Notes what is wrong with a setting. The host then does not start, and its error lists all problems of all identities.
    /// </summary>
    /// <param name="setting">The setting's name in the section.</param>
    /// <param name="problem">The end of a sentence that begins with the setting's path. It must not quote the value.</param>
    public void Problem(string setting, string problem) => _reader.Problem(setting, problem);

    /// <summary>Makes something of a setting. If that throws an <see cref="ArgumentException"/>, it is noted as a problem.</summary>
    /// <param name="setting">The setting's name in the section.</param>
    /// <param name="make">Makes it. Its exception must not quote the value.</param>
    /// <returns>What was made; null if a problem was noted.</returns>
    public T? Check<T>(string setting, Func<T> make)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(make);
        return _reader.Check(setting, make);
    }

    /// <summary>The application credential that the section describes, in the cloud and with the clients of its identity.</summary>
    /// <param name="authentication">
    /// Makes the client authentication. It may return null after it noted a problem.
    /// </param>
    /// <returns>The credential; null if a problem was noted.</returns>
    public Credential? Application(Func<ClientAuthentication?> authentication)
    {
        ArgumentNullException.ThrowIfNull(authentication);
        var proof = authentication();
        return DependencyInjection.ApplicationSettings.Read(_reader, proof is null ? null : _ => proof)?.Invoke(_dependencies);
    }

    /// <summary>Options of an application credential of this identity: cloud, clients, clock, environment and loggers.</summary>
    public ApplicationCredentialOptions ApplicationOptions() => _dependencies.Application();

    /// <summary>Options of a managed identity credential of this identity.</summary>
    public ManagedIdentityCredentialOptions ManagedIdentityOptions() => _dependencies.ManagedIdentity();

    /// <summary>Makes the credential.</summary>
    /// <exception cref="ArgumentException">The function that makes it threw it, or returned null.</exception>
    internal Credential Make(string kind, Func<CredentialSection, Credential?> create)
    {
        Credential? credential = null;
        try
        {
            credential = create(this);
        }
        catch (ArgumentException) when (_problems.Count > 0)
        {
            // The function went on with a setting that is missing. The noted problems say which.
        }

        return _problems.Count > 0 ? throw new InvalidSettingsException(_problems)
            : credential ?? throw new ArgumentException($"The function that makes credentials of kind {kind} returned null.");
    }
}
