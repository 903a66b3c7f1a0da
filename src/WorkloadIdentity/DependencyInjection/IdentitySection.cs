using Microsoft.Extensions.Configuration;
using WorkloadIdentity;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Reads an identity's configuration section: a credential of some kind, and what the identity works with beside it.</summary>
internal static class IdentitySection
{
    private const string Kind = "Kind";

    /// <summary>Options of an identity with a credential of any kind. A member of a chain has none of these settings.</summary>
    private static readonly IReadOnlyList<(string Name, Action<SectionReader, string, WorkloadIdentityOptions> Read)> Settings =
        [
            (nameof(DefaultCredentialsOptions.AuthorityHost), (reader, name, options) =>
                options.Credentials.AuthorityHost = reader.Address(name) ?? options.Credentials.AuthorityHost),
            (nameof(DefaultCredentialsOptions.AdditionallyAllowedTenants), (reader, name, options) =>
                reader.Tenants(name).ForEach(options.Credentials.AdditionallyAllowedTenants.Add)),
            (nameof(DefaultCredentialsOptions.AllowNodeIdentity), (reader, name, options) =>
                options.Credentials.AllowNodeIdentity = reader.Flag(name) ?? options.Credentials.AllowNodeIdentity),
            (nameof(DefaultCredentialsOptions.UseIdentityBinding), (reader, name, options) =>
                options.Credentials.UseIdentityBinding = reader.Flag(name) ?? options.Credentials.UseIdentityBinding),
            (nameof(TokenAcquirerOptions.Capacity), (reader, name, options) =>
                options.Acquirer.Capacity = reader.Number(name) ?? options.Acquirer.Capacity),
            (nameof(TokenAcquirerOptions.OnBehalfOfCapacity), (reader, name, options) =>
                options.Acquirer.OnBehalfOfCapacity = reader.Number(name) ?? options.Acquirer.OnBehalfOfCapacity),
            (nameof(TokenAcquirerOptions.MaxConcurrentAcquisitions), (reader, name, options) =>
                options.Acquirer.MaxConcurrentAcquisitions = reader.Number(name) ?? options.Acquirer.MaxConcurrentAcquisitions),
            (nameof(TokenAcquirerOptions.MaxQueuedAcquisitions), (reader, name, options) =>
                options.Acquirer.MaxQueuedAcquisitions = reader.Number(name) ?? options.Acquirer.MaxQueuedAcquisitions),
            (nameof(TokenAcquirerOptions.AcquisitionTimeLimit), (reader, name, options) =>
                options.Acquirer.AcquisitionTimeLimit = reader.Duration(name) ?? options.Acquirer.AcquisitionTimeLimit),
        ];

    /// <summary>Their names.</summary>
    public static IEnumerable<string> SettingNames => Settings.Select(setting => setting.Name);

    public static void Read(IConfiguration section, WorkloadIdentityOptions options, IServiceProvider services)
    {
        CredentialKind[] kinds = [.. CredentialKind.All, .. services.GetServices<CredentialKind>()];
        var reader = new SectionReader(section, options.Problems);
        options.Section = reader.Path.Length == 0 ? null : reader.Path;
        if (reader.IsMissing)
        {
            reader.SectionProblem(
                $"is not in the configuration, or has no settings. Check the section's name, and that its file is read. It needs a {Kind}, "
                    + $"one of: {Names(kinds)}.");
            return;
        }

        foreach (var (name, read) in Settings)
        {
            read(reader, name, options);
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
        var names = Names(kinds);
        var name = reader.Text(Kind);
        var kind = name is null ? null : kinds.FirstOrDefault(kind => kind.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        if (OtherLibrarySettings.Refuse(reader, kind?.Settings ?? []))
        {
            return null;
        }

        if (name is null)
        {
            var meant = kinds.Where(kind => reader.HasOnly([Kind, .. kind.Settings, .. others])).ToList();
            reader.Problem(
                Kind,
                $"is missing or empty. {(meant is [var one] ? $"The settings beside it are those of {one.Name}. " : "")}Set it to one of: "
                    + $"{names}.");
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

    private static string Names(IEnumerable<CredentialKind> kinds) => string.Join(", ", kinds.Select(kind => kind.Name));
}
