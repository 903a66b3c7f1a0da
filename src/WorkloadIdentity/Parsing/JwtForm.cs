using System.Buffers.Text;

namespace WorkloadIdentity;

/// <summary>
/// What an assertion must look like before it is sent anywhere (RFC 7519 section 7.2). What does not look like one is something else that
/// was put in its place, perhaps a secret. Each answer is the end of a sentence and never quotes the text. Null means that there is nothing
/// wrong.
/// </summary>
internal static class JwtForm
{
    // A JWT is a few kilobytes; what is larger is something else.
    private const int MaxLength = 64 * 1024;
    private const string Scheme = "Bearer";

    /// <summary>What came with a token that should stand alone: the scheme of a header, JSON, quotes, white space.</summary>
    public static string? Wrapping(string? text) =>
        string.IsNullOrEmpty(text) ? "is empty"
        : HasScheme(text) ? "begins with 'Bearer'"
        : text[0] is '{' or '[' ? "is JSON"
        : StrayCharacters.InWord(text);

    /// <summary>What is wrong with <paramref name="text"/> as a JWT: signed (three parts) or encrypted (five).</summary>
    public static string? Problem(string? text) => Wrapping(text) ?? FormProblem(text!);

    /// <summary>The same for text that has nothing around it.</summary>
    public static string? FormProblem(string text) =>
        text.Length > MaxLength ? $"is longer than {MaxLength / 1024} KiB, which no JWT is"
        : HasForm(text) ? null
        : "is not a JWT (three parts of base64url joined by dots, of which the first is a JSON object)";

    private static bool HasScheme(string text) =>
        text.Length > Scheme.Length
        && text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
        && text[Scheme.Length] is ' ' or '\t' or ':';

    // RFC 7515 section 2 takes no padding. IsValid takes '=' and '%' as padding.
    private static bool HasForm(string text) =>
        !text.AsSpan().ContainsAny('=', '%')
        && text.Split('.') is { Length: 3 or 5 } parts
        && Array.TrueForAll(parts, part => Base64Url.IsValid(part))
        && parts[^2].Length > 0
        && UnverifiedJwt.IsObject(parts[0]);
}
