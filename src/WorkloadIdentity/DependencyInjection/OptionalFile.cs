using WorkloadIdentity;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>
/// Reads whether a member of a chain is optional: it is left out where the file that it names does not exist. Kinds that name no file have
/// no such setting.
/// </summary>
internal static class OptionalFile
{
    public const string Setting = "Optional";

    /// <param name="reader">Of the member's section.</param>
    /// <param name="authentication">What reads the files; null when that could not be told.</param>
    /// <param name="settings">The settings that name files; the first is the one that makes a member a file's.</param>
    public static Func<CredentialDependencies, ClientAuthentication>? Of(
        SectionReader reader, Func<CredentialDependencies, ClientAuthentication>? authentication, params IReadOnlyList<string> settings)
    {
        var isOptional = reader.Flag(Setting) ?? false;
        string[] files = [.. settings.Select(reader.Text).OfType<string>()];
        if (reader.Text(settings[0]) is null)
        {
            if (isOptional)
            {
                reader.Problem(
                    Setting,
                    $"goes with {settings[0]} only: it leaves the credential out where that file does not exist. Set {settings[0]}, or "
                        + $"remove {Setting}.");
            }

            return authentication;
        }

        return authentication is null
            ? null
            : dependencies => new FileAuthentication(authentication(dependencies), reader.PathOf(settings[0]), files, isOptional);
    }
}
