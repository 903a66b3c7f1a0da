using WorkloadIdentity;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>
/// A configuration section of a kind that a package added (<see cref="WorkloadIdentityExtensions.AddWorkloadIdentityKind"/>), and what its
/// credential is made with.
/// </summary>
public sealed class CredentialSection
{
    private readonly SectionReader _reader;
    private readonly CredentialDependencies _parts;

    internal CredentialSection(SectionReader reader, CredentialDependencies parts)
    {
        _reader = reader;
        _parts = parts;
    }

    /// <summary>The root services. Take singletons from it only.</summary>
    public IServiceProvider Services => _parts.Services;

    /// <summary>
    /// A setting as it stands now; null when it is absent or empty. A secret is read at each use, so that a reload brings the rotated one.
    /// </summary>
    /// <param name="setting">Its name in the section.</param>
    public string? this[string setting] => _reader.Text(setting);

    /// <summary>A setting that must be there.</summary>
    /// <param name="setting">Its name in the section.</param>
    /// <exception cref="ArgumentException">It is absent or empty; the message names it by its path.</exception>
    public string Required(string setting) =>
        _reader.Text(setting) ?? throw new ArgumentException($"{_reader.PathOf(setting)} is missing or empty.");

    /// <summary>A list of texts, or one text.</summary>
    /// <param name="setting">Its name in the section.</param>
    public IReadOnlyList<string> List(string setting) => _reader.Texts(setting);

    /// <summary>What an application credential of this identity is made with: cloud, clients, clock, environment and loggers.</summary>
    public ApplicationCredentialOptions ApplicationOptions() => _parts.Application();

    /// <summary>What a managed identity credential of this identity is made with.</summary>
    public ManagedIdentityCredentialOptions ManagedIdentityOptions() => _parts.ManagedIdentity();
}
