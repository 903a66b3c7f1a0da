using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace WorkloadIdentity.Testing;

/// <summary>
/// The key files of an emulated Azure Arc agent, under the paths a real agent uses, so that the rule on where a key file may be holds in
/// tests as it does everywhere. They stand in memory, and on disk as well only where that was asked for. Safe for concurrent use.
/// </summary>
internal sealed class ArcKeys : IDisposable
{
    private const int Kept = 64;

    private readonly ConcurrentDictionary<string, byte[]> _files = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _order = new();
    private readonly List<string> _created = [];
    private readonly bool _areWritten;

    /// <exception cref="InvalidOperationException">They are to be written, and a real agent is installed here.</exception>
    /// <exception cref="UnauthorizedAccessException">They are to be written, and this process may not.</exception>
    public ArcKeys(bool areWritten)
    {
        _areWritten = areWritten;
        if (!areWritten)
        {
            return;
        }

        if (System.IO.Directory.Exists(AgentFolder))
        {
            throw new InvalidOperationException(
                $"The agent of Azure Arc is installed on this machine ({AgentFolder}). An emulator does not write between its key files: "
                    + $"turn {nameof(EntraEmulatorOptions.WritesArcKeyFiles)} off.");
        }

        CreateFolder(Folder);
    }

    /// <summary>What stands where, as of now.</summary>
    public IReadOnlyDictionary<string, byte[]> Files => _files;

    private static string Folder { get; } = OperatingSystem.IsWindows()
        ? Path.Join(Environment.GetFolderPath(Environment.SpecialFolder.CommonApplicationData), "AzureConnectedMachineAgent", "Tokens")
        : "/var/opt/azcmagent/tokens";

    private static string AgentFolder { get; } = OperatingSystem.IsWindows()
        ? Path.Join(Environment.GetFolderPath(Environment.SpecialFolder.ProgramFiles), "AzureConnectedMachineAgent")
        : "/opt/azcmagent";

    /// <summary>Writes a new key, and says where.</summary>
    public string Add()
    {
        var path = Path.Join(Folder, $"{Guid.NewGuid()}.key");
        var key = Encoding.ASCII.GetBytes(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)));
        if (_areWritten)
        {
            System.IO.File.WriteAllBytes(path, key);
        }

        _files[path] = key;
        _order.Enqueue(path);
        while (_order.Count > Kept && _order.TryDequeue(out var oldest))
        {
            Remove(oldest);
        }

        return path;
    }

    /// <summary>Whether a file holds this key, which is good once.</summary>
    public bool Take(string key)
    {
        var wanted = Encoding.UTF8.GetBytes(key);
        foreach (var (path, held) in _files)
        {
            if (CryptographicOperations.FixedTimeEquals(held, wanted))
            {
                return Remove(path);
            }
        }

        return false;
    }

    /// <summary>Removes what was written, and the folders that were made for it if nothing else has come to lie in them.</summary>
    public void Dispose()
    {
        foreach (var path in _files.Keys)
        {
            Remove(path);
        }

        foreach (var folder in _created)
        {
            if (System.IO.Directory.Exists(folder) && !System.IO.Directory.EnumerateFileSystemEntries(folder).Any())
            {
                System.IO.Directory.Delete(folder);
            }
        }
    }

    private bool Remove(string path)
    {
        var removed = _files.TryRemove(path, out _);
        if (removed && _areWritten)
        {
            System.IO.File.Delete(path);
        }

        return removed;
    }

    /// <summary>Makes a folder and those above it, and remembers which were not there: the innermost first.</summary>
    private void CreateFolder(string folder)
    {
        for (var missing = folder; !System.IO.Directory.Exists(missing); missing = Path.GetDirectoryName(missing)!)
        {
            _created.Add(missing);
        }

        System.IO.Directory.CreateDirectory(folder);
    }
}
