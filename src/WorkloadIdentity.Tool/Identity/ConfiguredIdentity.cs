using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using WorkloadIdentity.Developer;

namespace WorkloadIdentity.Tool;

/// <summary>
/// The identity of a section in a configuration file. The same code reads it in a program. As there, environment variables override the
/// file.
/// </summary>
internal static class ConfiguredIdentity
{
    private const string FileEnd = ".json";

    /// <exception cref="ToolException">The file cannot be read, or the section does not describe an identity.</exception>
    public static ChosenIdentity Read(Surroundings surroundings, string argument)
    {
        var (path, section) = Split(argument);
        var configuration = Load(surroundings, path);
        IConfiguration chosen = section is null ? configuration : configuration.GetSection(section);
        if (!chosen.GetChildren().Any())
        {
            var sections = string.Join(", ", configuration.GetChildren().Select(child => child.Key).Take(8));
            throw new ToolException(
                $"'{path}' has no section '{section}'.",
                $"Use one of its sections: {(sections.Length == 0 ? "(the file is empty)" : sections)}.");
        }

        var services = new ServiceCollection();
        services.AddSingleton(surroundings.Environment);
        services.AddSingleton(surroundings.TimeProvider);
        services.AddWorkloadIdentity(chosen).Configure(options =>
        {
            options.Credentials.HttpClient = surroundings.EntraClient;
            options.Credentials.ManagedIdentityHttpClient = surroundings.LocalClient;
            options.Credentials.Members.AddDeveloperLogins(isDevelopment: false);
        });
        using var provider = services.BuildServiceProvider();
        try
        {
            var credential = provider.GetRequiredService<IOptionsMonitor<WorkloadIdentityOptions>>().Get(Options.DefaultName).Planned!;
            return new ChosenIdentity(
                $"'{section ?? path}' of the configuration", credential, surroundings.Environment, [.. SecretsOf(chosen)]);
        }
        catch (OptionsValidationException exception)
        {
            throw new ToolException(
                ExitCodes.Failed,
                string.Join('\n', exception.Failures),
                "Correct these settings. A program refuses to start with the same message.",
                new TokenError(TokenErrorKind.InvalidConfiguration, "settings").Help);
        }
    }

    /// <summary>Both a path (a drive) and a section may contain colons. The file's extension separates the two.</summary>
    private static (string Path, string? Section) Split(string argument) =>
        argument.IndexOf(FileEnd + ':', StringComparison.OrdinalIgnoreCase) is >= 0 and var end
            ? (argument[..(end + FileEnd.Length)], argument[(end + FileEnd.Length + 1)..])
            : (argument, null);

    private static IConfigurationRoot Load(Surroundings surroundings, string path)
    {
        var content = surroundings.Environment.ReadFile(path);
        if (content.Bytes is null)
        {
            throw new ToolException(
                $"The configuration file {content.Problem}.", "Give its path and a section: --config appsettings.json:Identity");
        }

        try
        {
            return new ConfigurationBuilder()
                .AddJsonStream(new MemoryStream(content.Bytes, writable: false))
                .AddInMemoryCollection(surroundings.Environment.Names
                    .Where(name => name.Contains("__", StringComparison.Ordinal))
                    .Select(name =>
                        KeyValuePair.Create(name.Replace("__", ":", StringComparison.Ordinal), surroundings.Environment.Variable(name))))
                .Build();
        }
        catch (Exception exception) when (exception is FormatException or JsonException)
        {
            throw new ToolException(
                $"'{path}' is not a JSON configuration file.",
                "Check for a missing comma or bracket. Comments and trailing commas are allowed.");
        }
    }

    /// <summary>Every value in the section whose name indicates a secret. The path of a secret's file is not a secret.</summary>
    private static IEnumerable<string> SecretsOf(IConfiguration section) => section.AsEnumerable()
        .Where(entry =>
            entry.Value is not null
                && !entry.Key.EndsWith("File", StringComparison.OrdinalIgnoreCase)
                && (entry.Key.Contains("Secret", StringComparison.OrdinalIgnoreCase)
                    || entry.Key.Contains("Password", StringComparison.OrdinalIgnoreCase)))
        .Select(entry => entry.Value!);
}
