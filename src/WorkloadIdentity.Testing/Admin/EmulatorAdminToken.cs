using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace WorkloadIdentity.Testing;

/// <summary>
/// What an admin token looks like: characters of base64url only, so that it is one word to every shell, header and file. A random one is
/// recognised by its beginning.
/// </summary>
internal static partial class EmulatorAdminToken
{
    private const string Prefix = "emulator-";

    public static string NewRandom() => Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    public static bool IsRandom(string text) => Random().IsMatch(text);

    /// <summary>Whether a text may be chosen as a token: long enough that it cannot be guessed, and of these characters only.</summary>
    public static bool IsToken(string text) => Token().IsMatch(text);

    [GeneratedRegex($@"\A{Prefix}[A-Za-z0-9_-]{{43}}\z")]
    private static partial Regex Random();

    [GeneratedRegex(@"\A[A-Za-z0-9_-]{32,}\z")]
    private static partial Regex Token();
}
