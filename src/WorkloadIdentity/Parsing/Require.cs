using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace WorkloadIdentity;

/// <summary>The checks of arguments that every boundary shares. Values that may be secrets are never quoted.</summary>
internal static class Require
{
    /// <summary>Text that is there and holds no control character.</summary>
    public static string Text(string value, string what, string example, [CallerArgumentExpression(nameof(value))] string? name = null)
    {
        ArgumentNullException.ThrowIfNull(value, name);
        if (string.IsNullOrWhiteSpace(value))
        {
            throw new ArgumentException($"{what} is empty. Expected something like: {example}", name);
        }

        return HasControlCharacter(value)
            ? throw new ArgumentException($"{what} holds a control character (a line break, perhaps). Expected something like: {example}", name)
            : value;
    }

    /// <summary>Text that can stand in an HTTP header as one word: visible ASCII, no space.</summary>
    public static string HeaderToken(string value, string what, [CallerArgumentExpression(nameof(value))] string? name = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(value, name);
        return IsHeaderToken(value)
            ? value
            : throw new ArgumentException($"{what} holds a character that cannot stand in an HTTP header: a space, a control character or a non-ASCII letter.", name);
    }

    public static bool IsHeaderToken(ReadOnlySpan<char> value) => !value.IsEmpty && !value.ContainsAnyExceptInRange('\x21', '\x7e');

    /// <summary>A GUID in its plain form of 36 characters. The length is looked at, because the runtime trims white space and line breaks even from an exact form.</summary>
    public static bool IsGuid([NotNullWhen(true)] string? value) => value is { Length: 36 } && Guid.TryParseExact(value, "D", out _);

    public static bool HasWhiteSpace(ReadOnlySpan<char> value)
    {
        foreach (var character in value)
        {
            if (char.IsWhiteSpace(character))
            {
                return true;
            }
        }

        return false;
    }

    public static bool HasControlCharacter(ReadOnlySpan<char> value)
    {
        foreach (var character in value)
        {
            if (char.IsControl(character))
            {
                return true;
            }
        }

        return false;
    }
}
