using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace WorkloadIdentity.Testing;

/// <summary>
/// The tokens in links to the next page and to later changes. Nobody but the emulator that made one can read or make it: a client that
/// builds links of its own is found out.
/// </summary>
internal sealed class OpaqueToken
{
    private const int MacBytes = 12;
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);

    public string Seal(params ReadOnlySpan<string> parts)
    {
        var payload = Encoding.UTF8.GetBytes(string.Join('\n', parts));
        return Base64Url.EncodeToString([.. HMACSHA256.HashData(_key, payload).AsSpan(0, MacBytes), .. payload]);
    }

    /// <summary>The parts; null when this emulator did not make the token.</summary>
    public string[]? Open(string token)
    {
        if (!Base64Url.IsValid(token))
        {
            return null;
        }

        var bytes = Base64Url.DecodeFromChars(token).AsSpan();
        return bytes.Length > MacBytes
            && CryptographicOperations.FixedTimeEquals(
                HMACSHA256.HashData(_key, bytes[MacBytes..]).AsSpan(0, MacBytes), bytes[..MacBytes])
            ? Encoding.UTF8.GetString(bytes[MacBytes..]).Split('\n')
            : null;
    }
}
