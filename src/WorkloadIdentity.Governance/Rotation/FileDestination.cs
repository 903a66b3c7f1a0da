using System.Security.Cryptography;
using System.Text;

namespace WorkloadIdentity.Governance;

/// <summary>
/// A private file, and a note beside it. The note is written before a credential is added (its name), and again before the file is (with
/// the hash of the content), and once more after it, so that after a crash at any point it is known whether the credential arrived.
/// </summary>
internal sealed class FileDestination(string path) : RotationDestination($"the file {path}", $"file:{path}")
{
    private const int MaxLength = 256 * 1024;

    private readonly string _note = $"{path}.rotation";

    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    internal override string? Note =>
        !OperatingSystem.IsWindows() && File.Exists(path) && (File.GetUnixFileMode(path) & Others) != 0
            ? $"Other users may read the file {path} now. After the change this user alone may, so programs of other users will fail. Run "
                + "the command as the user of the programs."
            : null;

    internal override Task CheckAsync(CredentialKind kind, CancellationToken cancellationToken) =>
        Directory.Exists(path) ? throw new IOException($"{path} is a folder. Name a file in it.")
        : !Directory.Exists(Path.GetDirectoryName(path))
            ? throw new IOException($"The folder of the file {path} does not exist. Make it, for the user of the programs.")
        : Task.CompletedTask;

    internal override Task PrepareAsync(RotationName name, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Write(_note, $"{name}\n");
        return Task.CompletedTask;
    }

    internal override Task<DestinationState> FindAsync(RotationName name, CredentialKind kind, CancellationToken cancellationToken)
    {
        var note = Read(_note)?.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (note is null || note.Length == 0 || note[0] != name.ToString())
        {
            return Task.FromResult(DestinationState.Unknown);
        }

        if (note.Length == 1)
        {
            return Task.FromResult(DestinationState.NeverWritten);
        }

        var content = Read(path);
        return Task.FromResult(
            content is not null && Hash(content) == note[1] ? DestinationState.Held

            // It was written, and something else is there now.
            : note.Length > 2 ? DestinationState.Unknown

            // The note is written before the file: an older file is the one from before.
            : content is null || File.GetLastWriteTimeUtc(path) < File.GetLastWriteTimeUtc(_note) ? DestinationState.NeverWritten
            : DestinationState.Unknown);
    }

    internal override Task WriteAsync(NewCredential credential, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var note = $"{credential.Name}\n{Hash(credential.Content)}\n";
        Write(_note, note);
        Write(path, credential.Content);
        Write(_note, $"{note}written\n");
        return Task.CompletedTask;
    }

    internal override Task<string?> ReadAsync(CancellationToken cancellationToken) => Task.FromResult(Read(path));

    private static string Hash(string content) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content)));

    private static string? Read(string path)
    {
        try
        {
            using var reader = new StreamReader(
                new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
            var buffer = new char[MaxLength + 1];
            var length = reader.ReadBlock(buffer);
            return length <= MaxLength ? new string(buffer, 0, length) : throw new IOException($"The file {path} is too large.");
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    private static void Write(string path, string content) =>
        PrivateFile.Replace(path, stream => stream.Write(Encoding.UTF8.GetBytes(content)));
}
