using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace WorkloadIdentity.DistributedCache;

/// <summary>Which token an entry of the cache is for: everything that tells two tokens apart, and the name made of it.</summary>
/// <param name="Name">What the cache knows it by: a keyed hash, so that a dump does not tell who uses what, and nobody without the key can
/// say where a token will be looked for.</param>
/// <param name="Identity">The full key. It stands inside the encrypted value and is compared after decryption.</param>
internal readonly record struct StoreEntry(string Name, byte[] Identity)
{
    // A change to what makes up the identity, to the value's format or to the hash is a new version: old and new processes then never meet.
    private const string Version = "wi1";

    public static StoreEntry Of(string partition, TokenRequest request, byte[] namingKey)
    {
        using var identity = new MemoryStream();
        using (var writer = new BinaryWriter(identity))
        {
            foreach (var text in (ReadOnlySpan<string>)
                [Version, partition, request.Scope, request.TenantId ?? "", request.FmiPath ?? "", UserOf(request)])
            {
                // Preceded by its length and in the very characters it has, so that no two requests run into the same bytes: an encoding
                // would make one of all texts with half a surrogate.
                writer.Write(text.Length);
                writer.Write(MemoryMarshal.AsBytes(text.AsSpan()));
            }

            writer.Write(request.ContinuousAccess);
        }

        var bytes = identity.ToArray();
        return new StoreEntry($"{Version}:{Base64Url.EncodeToString(HMACSHA256.HashData(namingKey, bytes))}", bytes);
    }

    /// <summary>The agent's user and how it is named: an object id and a user name never look alike, and empty is no user.</summary>
    private static string UserOf(TokenRequest request) => request.AgentUser?.ToString() ?? "";
}
