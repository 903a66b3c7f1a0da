using Microsoft.Extensions.Configuration;
using WorkloadIdentity;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Reads an identity's configuration section: a credential of some kind, and what the identity works with beside it.</summary>
internal static class IdentitySection
{
    private const string Kind = "Kind";

    /// <summary>What an identity works with, whatever its credential; not for the members of a chain.</summary>
    private static readonly IReadOnlyList<(string Name, Action<SectionReader, WorkloadIdentityOptions> Read)> Settings =
        [
            (nameof(WorkloadIdentityOptions.AuthorityHost), (reader, options) =>
                options.AuthorityHost = reader.Address(nameof(options.AuthorityHost)) ?? options.AuthorityHost),
            (nameof(WorkloadIdentityOptions.AdditionallyAllowedTenants), (reader, options) =>
                reader.Tenants(nameof(options.AdditionallyAllowedTenants)).ForEach(options.AdditionallyAllowedTenants.Add)),
            (nameof(WorkloadIdentityOptions.AllowNodeIdentity), (reader, options) =>
                options.AllowNodeIdentity = reader.Flag(nameof(options.AllowNodeIdentity)) ?? options.AllowNodeIdentity),
            (nameof(WorkloadIdentityOptions.UseIdentityBinding), (reader, options) =>
                options.UseIdentityBinding = reader.Flag(nameof(options.UseIdentityBinding)) ?? options.UseIdentityBinding),
            (nameof(WorkloadIdentityOptions.Capacity), (reader, options) =>
                options.Capacity = reader.Number(nameof(options.Capacity)) ?? options.Capacity),
            (nameof(WorkloadIdentityOptions.OnBehalfOfCapacity), (reader, options) =>
                options.OnBehalfOfCapacity = reader.Number(nameof(options.OnBehalfOfCapacity)) ?? options.OnBehalfOfCapacity),
            (nameof(WorkloadIdentityOptions.MaxConcurrentAcquisitions), (reader, options) =>
                options.MaxConcurrentAcquisitions = reader.Number(nameof(options.MaxConcurrentAcquisitions))
                    ?? options.MaxConcurrentAcquisitions),
            (nameof(WorkloadIdentityOptions.MaxQueuedAcquisitions), (reader, options) =>
                options.MaxQueuedAcquisitions = reader.Number(nameof(options.MaxQueuedAcquisitions)) ?? options.MaxQueuedAcquisitions),
            (nameof(WorkloadIdentityOptions.AcquisitionTimeLimit), (reader, options) =>
                options.AcquisitionTimeLimit = reader.Duration(nameof(options.AcquisitionTimeLimit)) ?? options.AcquisitionTimeLimit),
        ];

    /// <summary>Their names.</summary>
    public static IEnumerable<string> SettingNames => Settings.Select(setting => setting.Name);

    public static void Read(IConfiguration section, WorkloadIdentityOptions options, IServiceProvider services)
    {
        CredentialKind[] kinds = [.. CredentialKind.All, .. services.GetServices<CredentialKind>()];
        var reader = new SectionReader(section, options.Problems);
        options.Section = reader.Path.Length == 0 ? null : reader.Path;
        foreach (var (_, read) in Settings)
        {
            read(reader, options);
        }

        if (Credential(reader, kinds, SettingNames) is { } create)
        {
            options.Plan = ("its configuration section", create);
        }
    }

    /// <summary>The credential a section describes; null when that could not be told, for reasons the reader noted.</summary>
    /// <param name="reader">Of the section.</param>
    /// <param name="kinds">The kinds there are.</param>
    /// <param name="others">Settings that may stand there beside the kind's own.</param>
    /// <param name="isMember">Whether the section is a member of a chain.</param>
    public static Func<CredentialDependencies, Credential>? Credential(
        SectionReader reader, IReadOnlyList<CredentialKind> kinds, IEnumerable<string> others, bool isMember = false)
    {
        var names = string.Join(", ", kinds.Select(kind => kind.Name));
        var name = reader.Text(Kind);
        var kind = name is null ? null : kinds.FirstOrDefault(kind => kind.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        if (OtherLibrarySettings.Refuse(reader, kind?.Settings ?? []))
        {
            return null;
        }

        if (name is null)
        {
            reader.Problem(Kind, $"is missing or empty. Set it to one of: {names}.");
            return null;
        }

        if (kind is null)
        {
            reader.Problem(Kind, $"is not a kind of credential. Set it to one of: {names}.");
            return null;
        }

        string[] optional = isMember && kind.MayBeOptional ? [OptionalFile.Setting] : [];
        reader.RefuseOthers([Kind, .. kind.Settings, .. optional, .. others], kind.Name);
        var problems = reader.ProblemCount;
        var create = kind.Read(reader, kinds);
        return reader.ProblemCount == problems ? create : null;
    }
}
