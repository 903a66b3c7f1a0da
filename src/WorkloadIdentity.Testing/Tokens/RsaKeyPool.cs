using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace WorkloadIdentity.Testing;

/// <summary>
/// The RSA keys of emulators that have ended, for the next ones of the process: to make a key takes longer than all else that an emulator
/// does at start. A key has one owner at a time, and is gone with the process. Safe for concurrent use.
/// </summary>
internal sealed class RsaKeyPool
{
    private const int KeySize = 2048;

    private readonly ConcurrentBag<RSAParameters> _free = [];

    public static RsaKeyPool OfProcess { get; } = new();

    /// <summary>A key that nobody else has now.</summary>
    public RSA Take() => _free.TryTake(out var key) ? RSA.Create(key) : RSA.Create(KeySize);

    /// <summary>Disposes a key, which may have another owner from now on.</summary>
    public void GiveBack(RSA key)
    {
        _free.Add(key.ExportParameters(includePrivateParameters: true));
        key.Dispose();
    }
}
