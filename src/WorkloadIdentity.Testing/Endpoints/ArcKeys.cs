using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace WorkloadIdentity.Testing;

/// <summary>
/// The key files of an emulated Azure Arc agent. They stand in memory under the paths a real agent uses: nothing on the machine is written,
/// and the rule on where a key file may be holds in tests as it does everywhere. Safe for concurrent use.
/// </summary>
internal sealed class ArcKeys
{
    private const int Kept = 64;

    private readonly ConcurrentDictionary<string, byte[]> _files = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _order = new();

    /// <summary>What stands where, as of now.</summary>
    public IReadOnlyDictionary<string, byte[]> Files => _files;

    private static string Folder { get; } = OperatingSystem.IsWindows()
        ? Path.Join(Environment.GetFolderPath(Environment.SpecialFolder.CommonApplicationData), "AzureConnectedMachineAgent", "Tokens")
        : "/var/opt/azcmagent/tokens";

    /// <summary>Writes a new key, and says where.</summary>
    public string Add()
    {
        var path = Path.Join(Folder, $"{Guid.NewGuid()}.key");
        _files[path] = Encoding.ASCII.GetBytes(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)));
        _order.Enqueue(path);
        while (_order.Count > Kept && _order.TryDequeue(out var oldest))
        {
            _files.TryRemove(oldest, out _);
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
                return _files.TryRemove(path, out _);
            }
        }

        return false;
    }
}
