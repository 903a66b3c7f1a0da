using System.Net.Sockets;
using WorkloadIdentity.Governance;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Tool;

/// <summary>
/// The file of <c>--env-file</c>: the variables of one application of the emulator, for <c>set -a; . file; set +a</c> and for readers of
/// such files. It exists, complete, only while its emulator listens or after the emulator was killed.
/// </summary>
internal static class EmulatorVariables
{
    private const string AuthorityHost = "AZURE_AUTHORITY_HOST";
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>The first application of the file that has a secret, or its first; without any, the one that is always there.</summary>
    public static EmulatedApplication Application(EntraEmulator entra) =>
        entra.StatedApplications.FirstOrDefault(application => application.UnexpiredSecret is not null)
            ?? (entra.StatedApplications is [var first, ..] ? first : entra.Application);

    /// <summary>Deletes an old file, so that it is not mistaken for the file of the emulator that starts now.</summary>
    public static void Remove(string path) => Use(path, () => File.Delete(path));

    /// <summary>Writes a new file, because an existing one would keep its permissions. Moves it into place when complete.</summary>
    public static void Write(string path, EntraEmulator entra, EmulatedApplication application) => Use(path, () =>
    {
        // Plain http on this machine: the certificate is new at each start, and nobody trusts it yet.
        List<(string Name, string Value)> variables =
        [
            (AuthorityHost, entra.LocalAddress.AbsoluteUri), ("AZURE_TENANT_ID", application.TenantId),
            ("AZURE_CLIENT_ID", application.ClientId),
        ];
        if (application.UnexpiredSecret is { } secret)
        {
            variables.Add(("AZURE_CLIENT_SECRET", secret));
        }

        PrivateFile.Replace(path, file => VariablesFile.Write(file, variables));
    });

    /// <summary>Waits until the emulator of this file listens and has written the file.</summary>
    /// <exception cref="ToolException">The time limit was reached.</exception>
    public static async Task WaitAsync(string path, Surroundings surroundings, CancellationToken cancellationToken)
    {
        var started = surroundings.TimeProvider.GetTimestamp();
        while (surroundings.TimeProvider.GetElapsedTime(started) < Limit)
        {
            // Read again after the response, because the first file may have been that of an older emulator.
            var content = Read(path);
            if (content is not null && await AnswersAsync(content, cancellationToken).ConfigureAwait(false) && Read(path) == content)
            {
                return;
            }

            await Task.Delay(Pause, surroundings.TimeProvider, cancellationToken).ConfigureAwait(false);
        }

        throw new ToolException(
            ExitCodes.TryAgain,
            $"No emulator wrote this file and listens within {Limit.TotalSeconds:0} s.",
            "Start one with the same file first: wid emulator --env-file <path> &",
            ToolException.Reference("wid#wid-emulator"));
    }

    private static string? Read(string path)
    {
        try
        {
#pragma warning disable RS0030 // Not a file of the environment: it was written here.
            return File.Exists(path) ? File.ReadAllText(path) : null;
#pragma warning restore RS0030
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static async Task<bool> AnswersAsync(string content, CancellationToken cancellationToken)
    {
        var line = content.Split('\n').FirstOrDefault(each => each.StartsWith($"{AuthorityHost}=", StringComparison.Ordinal));
        if (line is null || !Uri.TryCreate(line[(AuthorityHost.Length + 1)..], UriKind.Absolute, out var address))
        {
            return false;
        }

        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(address.Host, address.Port, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static void Use(string path, Action action)
    {
        try
        {
            action();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ToolException(
                "The file of --env-file could not be written.", $"Name a path in a folder this user may write to. {exception.Message}");
        }
    }
}
