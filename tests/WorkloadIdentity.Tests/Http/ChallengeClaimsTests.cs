using System.Text;

namespace WorkloadIdentity.Tests;

public sealed class ChallengeClaimsTests
{
    // Its base64 has both characters that the alphabets differ in.
    private const string ThreeOfFour = """{"access_token":{"a":"?>?>~~~"}}""";

    private const string Nbf = """{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}""";

    public static TheoryData<string, string, string> Readable => new()
    {
        { "base64, padded", "eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZSwgInZhbHVlIjoiMTYwNDEwNjY1MSJ9fX0=", Nbf },
        { "without padding", "eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZSwgInZhbHVlIjoiMTYwNDEwNjY1MSJ9fX0", Nbf },
        { "percent-encoded padding", "eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZSwgInZhbHVlIjoiMTYwNDEwNjY1MSJ9fX0%3D", Nbf },
        { "too much padding", "eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZSwgInZhbHVlIjoiMTYwNDEwNjY1MSJ9fX0===", Nbf },
        { "the standard alphabet", Base64(ThreeOfFour), ThreeOfFour },
        { "the url-safe alphabet", Base64(ThreeOfFour).Replace('+', '-').Replace('/', '_'), ThreeOfFour },
        { "not encoded at all", """{ "access_token": { "nbf": { "essential": true, "value": "1604106651" } } }""", Nbf },
        { "other members", Base64(
            """{"id_token":{"x":null},"access_token":{"nbf":{"essential":true,"value":"1604106651"}},"userinfo":{}}"""), Nbf },
        { "escapes that JSON does not require", Base64("""{"access_token":{"a":"\u003c\u0026\/"}}"""), """{"access_token":{"a":"<&/"}}""" },
        { "size at the bound", Base64(Sized("x", ChallengeClaims.MaxBytes)), Sized("x", ChallengeClaims.MaxBytes) },
        { "size at the bound, of what HTML escapes", Base64(Sized("<", ChallengeClaims.MaxBytes)), Sized("<", ChallengeClaims.MaxBytes) },
        { "size at the bound, of umlauts", Base64(Sized("ä", ChallengeClaims.MaxBytes)), Sized("ä", ChallengeClaims.MaxBytes) },
        { "size at the bound, not encoded", Sized("x", ChallengeClaims.MaxBytes), Sized("x", ChallengeClaims.MaxBytes) },
        { "size at the bound once written", Base64(Escaped(0)), Escaped(0).Replace(
            "\U0001F511", "\\uD83D\\uDD11", StringComparison.Ordinal) },
        { "depth at the bound", Base64(Nested(ChallengeClaims.MaxDepth)), Nested(ChallengeClaims.MaxDepth) },
    };

    [Theory]
    [MemberData(nameof(Readable))]
    public void Claims_are_read_into_one_form(string situation, string value, string expected)
    {
        Assert.True(ChallengeClaims.TryRead(value, out var claims), situation);
        Assert.Equal(expected, claims);
    }

    public static TheoryData<string, string?> Unreadable => new()
    {
        { "absent", null },
        { "empty", "" },
        { "blank", "  " },
        { "not base64", "!!!!" },
        { "a length base64 cannot have", "eyJhY" },
        { "percent-encoded padding in the middle", Base64(Nbf).Insert(8, "%3D") },
        { "not JSON", Base64("nonsense") },
        { "truncated JSON", Base64(Nbf[..^4]) },
        { "JSON twice", Base64(Nbf + Nbf) },
        { "an array", Base64("""["access_token"]""") },
        { "a string", Base64("\"access_token\"") },
        { "null", Base64("null") },
        { "no access_token", Base64("""{"id_token":{}}""") },
        { "access_token in another case", Base64("""{"Access_Token":{}}""") },
        { "access_token is no object", Base64("""{"access_token":"x"}""") },
        { "access_token twice", Base64("""{"access_token":{},"access_token":{"nbf":null}}""") },
        { "a name twice deep down", Base64("""{"access_token":{"a":{"b":1,"b":2}}}""") },
        { "too deep", Base64(Nested(ChallengeClaims.MaxDepth + 1)) },
        { "much too deep", Base64(Nested(500)) },
        { "too large", Base64(Sized("x", ChallengeClaims.MaxBytes + 1)) },
        { "too large, not encoded", Sized("x", ChallengeClaims.MaxBytes + 1) },
        { "too large for a token request once written", Base64(Sized("\U0001F511", ChallengeClaims.MaxBytes)) },
        { "one byte too large once written", Base64(Escaped(1)) },
        { "UTF-8 that is not", Convert.ToBase64String([.. "{\"access_token\":{\"a\":\""u8, 0xC3, 0x28, .. "\"}}"u8]) },
        { "UTF-16", Convert.ToBase64String(Encoding.Unicode.GetBytes(Nbf)) },
        { "half of a surrogate pair", Base64("""{"access_token":{"a":"\ud800"}}""") },
        { "half of a surrogate pair in a name", Base64("""{"access_token":{"\ud800":1}}""") },
        { "a comment", Base64("""{"access_token":{/* */}}""") },
    };

    [Theory]
    [MemberData(nameof(Unreadable))]
    public void Claims_that_cannot_be_trusted_are_not_read(string situation, string? value) =>
        Assert.False(ChallengeClaims.TryRead(value, out _), situation);

    [Fact]
    public void What_is_read_fits_into_a_challenge_and_into_a_token_request()
    {
        Assert.InRange(ChallengeClaims.MaxLength, 2 * ChallengeClaims.MaxBytes, AuthenticationChallenge.MaxLineLength - 4096);
        Assert.InRange(ChallengeClaims.MaxWritten, ChallengeClaims.MaxBytes, ClaimsRequest.MaxLength);
    }

    private static string Base64(string json) => Convert.ToBase64String(Encoding.UTF8.GetBytes(json));

    /// <summary>Objects nested <paramref name="depth"/> deep in all.</summary>
    private static string Nested(int depth) =>
        "{\"access_token\":" + string.Concat(Enumerable.Repeat("{\"a\":", depth - 2)) + "{}" + new string('}', depth - 1);

    /// <summary>Claims that are longer once written, because a key emoji of 4 bytes is written as an escape of 12.</summary>
    private static string Escaped(int beyond)
    {
        const int Emojis = 1100;
        var frame = Sized("x", 0);
        var value = string.Concat(Enumerable.Repeat("\U0001F511", Emojis))
            + new string('x', ChallengeClaims.MaxWritten - frame.Length - (12 * Emojis) + beyond);
        return frame.Replace("\"\"", $"\"{value}\"", StringComparison.Ordinal);
    }

    /// <summary>Claims of one long value, as many bytes as UTF-8 allows within <paramref name="size"/>.</summary>
    private static string Sized(string unit, int size)
    {
        const string Frame = """{"access_token":{"a":""}}""";
        var count = Math.Max(0, size - Frame.Length) / Encoding.UTF8.GetByteCount(unit);
        return Frame.Replace("\"\"", $"\"{string.Concat(Enumerable.Repeat(unit, count))}\"", StringComparison.Ordinal);
    }
}
