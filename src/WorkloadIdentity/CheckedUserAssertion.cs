using System.Buffers;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;

namespace WorkloadIdentity;

/// <summary>
/// The access token that a user's client sent, checked once: nothing stands around it. Its form is checked before it is sent to Entra, and
/// nothing in it is trusted. Its members are internal, so nothing that prints or serialises it shows them. Immutable.
/// </summary>
internal sealed class CheckedUserAssertion
{
    private CheckedUserAssertion(string value) => Value = value;

    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    internal string Value { get; }

    /// <summary>Its SHA-256, which stands for it in a cache. Computed once.</summary>
    internal CheckedUserAssertion Hashed => field ??= new CheckedUserAssertion(Hash(Value));

    /// <summary>What is wrong with it as a JWT, as the end of a sentence; null when nothing is.</summary>
    internal string? FormProblem => JwtForm.FormProblem(Value);

    /// <summary>When it expires; null when that cannot be read.</summary>
    internal DateTimeOffset? ExpiresOn => UnverifiedJwt.TryRead(Value)?.ExpiresOn;

    /// <exception cref="ArgumentException">The value is empty, or something stands around it.</exception>
    internal static CheckedUserAssertion Of(string value, [CallerArgumentExpression(nameof(value))] string? name = null)
    {
        ArgumentNullException.ThrowIfNull(value, name);
        return JwtForm.Wrapping(value) is { } stray
            ? throw new ArgumentException($"A user assertion {stray}. Expected the caller's access token alone, without 'Bearer '.", name)
            : new CheckedUserAssertion(value);
    }

    private static string Hash(string value)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(value.Length));
        try
        {
            Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
            SHA256.HashData(bytes.AsSpan(0, Encoding.UTF8.GetBytes(value, bytes)), hash);
            return Convert.ToBase64String(hash);
        }
        finally
        {
            // A pooled buffer goes to other code, and the assertion is a secret.
            ArrayPool<byte>.Shared.Return(bytes, clearArray: true);
        }
    }
}
