using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace WorkloadIdentity;

/// <summary>The checks of arguments that every boundary shares. Values that may be secrets are never quoted.</summary>
internal static class Guard
{
    private const string ScopeExample = "https://graph.microsoft.com/.default";

    // RFC 6750 section 2.1 (b64token): in a shell, a header or a file none of these means anything but itself.
    private static readonly SearchValues<char> TokenCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/");

    /// <summary>Text that is there, without control characters, and without anything invisible at its ends.</summary>
    public static string Text(string value, string what, string example, [CallerArgumentExpression(nameof(value))] string? name = null)
    {
        ArgumentNullException.ThrowIfNull(value, name);
        if (string.IsNullOrWhiteSpace(value))
        {
            throw new ArgumentException($"{what} is empty. Expected something like: {example}", name);
        }

        return StrayCharacters.InText(value) is { } stray ? throw Stray(what, stray, example, name) : value;
    }

    /// <summary>The path of a file: the same, and no quotes around it.</summary>
    public static string Path(string value, string what, string example, [CallerArgumentExpression(nameof(value))] string? name = null)
    {
        Text(value, what, example, name);
        return StrayCharacters.InPath(value) is { } stray ? throw Stray(what, stray, example, name) : value;
    }

    /// <summary>A scope, or several joined by spaces.</summary>
    public static string Scope(string value, [CallerArgumentExpression(nameof(value))] string? name = null)
    {
        Text(value, "A scope", ScopeExample, name);
        return StrayCharacters.InScope(value) is { } stray ? throw Stray("A scope", stray, ScopeExample, name) : value;
    }

    /// <summary>A token that can be sent as a Bearer token.</summary>
    public static string BearerToken(string value, string what, [CallerArgumentExpression(nameof(value))] string? name = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(value, name);
        return IsBearerToken(value)
            ? value
            : throw new ArgumentException(
                $"{what} holds a character that no Bearer token has (RFC 6750 section 2.1), such as a space or a quotation mark.", name);
    }

    public static bool IsBearerToken(ReadOnlySpan<char> value) =>
        value.TrimEnd('=') is { IsEmpty: false } token && !token.ContainsAnyExcept(TokenCharacters);

    /// <summary>Text that can stand in an HTTP header as one word: visible ASCII, no space.</summary>
    public static string HeaderToken(string value, string what, [CallerArgumentExpression(nameof(value))] string? name = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(value, name);
        return IsHeaderToken(value)
            ? value
            : throw new ArgumentException(
                $"{what} holds a character that cannot stand in an HTTP header: a space, a control character or a non-ASCII letter.", name);
    }

    public static bool IsHeaderToken(ReadOnlySpan<char> value) => !value.IsEmpty && !value.ContainsAnyExceptInRange('\x21', '\x7e');

    /// <summary>
    /// A GUID in its plain form of 36 characters. The length is looked at, because the runtime trims white space and line breaks even from
    /// an exact form.
    /// </summary>
    public static bool IsGuid([NotNullWhen(true)] string? value) => value is { Length: 36 } && Guid.TryParseExact(value, "D", out _);

    /// <summary>A sentence on what is wrong with a GUID; the caller adds what to use. Null when nothing is.</summary>
    public static string? GuidProblem(string value, string what) =>
        IsGuid(value) ? null
        : value.Length > 0 && StrayCharacters.InWord(value) is { } stray ? $"{what} {stray}."
        : $"{what} is not a GUID.";

    private static ArgumentException Stray(string what, string stray, string example, string? name) =>
        new($"{what} {stray}. Expected the value alone, something like: {example}", name);

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
