using FsCheck;
using FsCheck.Fluent;

namespace WorkloadIdentity.Tests;

/// <summary>
/// Makes input as an attacker would: whole documents of the right form, fragments of them put together wrongly, and good ones damaged. Runs
/// are bounded here; set <c>WORKLOAD_IDENTITY_FUZZ</c> to a number of cases for a long run by hand. What such a run finds becomes a file
/// under Issues/.
/// </summary>
internal static class Hostile
{
    private const int Cases = 400;

    // What reading may cost beside a multiple of the input: the fixed parts (a provider of services, an exception's trace) are well below
    // this.
    private const long FixedBytes = 4 * 1024 * 1024;
    private const long BytesPerCharacter = 512;

    private static readonly string[] Scraps =
    [
        "", " ", "\"", "\\", "\\u0000", "\\ud800", "{", "}", "[", "]", ":", ",", "=", "==", ";", "\t", "\n", "\0", "\uFEFF", "\uFFFD",
        "\uD800", "é", "null", "true", "-1", "0", "1e400",
        "9223372036854775808", "NaN", "Bearer", "Basic", "error", "claims", "insufficient_claims", "invalid_token", "access_token",
        "expires_in", "expires_on", "error_codes", "AADSTS50196",
        "%3D", "e30", "eyJ", "../", "<html>", "\r\n",
    ];

    /// <summary>Scraps in any order, and now and then a very long one.</summary>
    public static Gen<string> Text => Gen.Frequency(
        (12, Gen.Elements(Scraps).ListOf().Select(string.Concat)),
        (1, Gen.Elements(Scraps).Select(scrap => string.Concat(Enumerable.Repeat(scrap, 10_000)))),
        (4, ArbMap.Default.GeneratorFor<string>().Select(text => text ?? "")));

    /// <summary>JSON of any form over the members given, nested at times beyond any bound.</summary>
    public static Gen<string> Json(params string[] members) => Gen.Frequency(
        (10, Object(members, 3)),
        (1, Gen.Elements(members).Select(member => $$"""{"\ud800":1,"{{member}}":"x"}""")),
        (1, Gen.Choose(1, 3000).Select(depth => string.Concat(Enumerable.Repeat("{\"a\":", depth)) + "1" + new string('}', depth))),
        (1, Gen.Choose(1, 3000).Select(depth => new string('[', depth))));

    /// <summary>The same with a few characters removed, doubled or replaced by scraps.</summary>
    public static Gen<string> Damaged(Gen<string> good) =>
        from text in good
        from at in Gen.Choose(0, Math.Max(0, text.Length))
        from length in Gen.Choose(0, 4)
        from scrap in Gen.Elements(Scraps)
        from isDamaged in Gen.Choose(0, 2)
        select isDamaged == 0 ? text : text[..at] + scrap + text[Math.Min(text.Length, at + length)..];

    /// <summary>Holds <paramref name="law"/> to every case; a hang is a failure, and so is memory out of proportion to the input.</summary>
    public static async Task HoldsAsync(Gen<string> input, Action<string> law)
    {
        // Its own thread, so that a law that never returns is told from one that is slow.
        await Task.Run(() =>
            Check.One(
                Config.QuickThrowOnFailure.WithMaxTest(Rounds()).WithQuietOnSuccess(true),
                Prop.ForAll(input.ToArbitrary(), text => WithinBounds(text, law))))
            .WaitAsync(Rounds() > Cases ? TimeSpan.FromHours(12) : Patience.Limit);
    }

    private static void WithinBounds(string text, Action<string> law)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        law(text);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(
            allocated <= FixedBytes + (BytesPerCharacter * text.Length), $"{text.Length} characters took {allocated} bytes to read.");
    }

    private static int Rounds() =>
        int.TryParse(Environment.GetEnvironmentVariable("WORKLOAD_IDENTITY_FUZZ"), out var rounds) ? Math.Max(Cases, rounds) : Cases;

    private static Gen<string> Object(string[] members, int depth) =>
        (from name in Gen.Elements(members)
         from value in Value(members, depth)
         select $"\"{name}\":{value}").ListOf().Select(list => "{" + string.Join(',', list) + "}");

    private static Gen<string> Value(string[] members, int depth) => depth == 0
        ? Scalar
        : Gen.Frequency(
            (5, Scalar),
            (1, Object(members, depth - 1)),
            (1, Value(members, depth - 1).ListOf().Select(list => "[" + string.Join(',', list) + "]")));

    private static Gen<string> Scalar => Gen.Frequency(
        (3,
            Gen.Elements(
                "\"\"",
                "\"x\"",
                "\"Bearer\"",
                "\"3599\"",
                "3599",
                "-1",
                "0",
                "1e308",
                "1e400",
                "99999999999999999999",
                "null",
                "true",
                "\"\\ud800\"",
                "\"a b\"",
                "\"a\\r\\nb\"",
                "\"ä\"")),
        (1, Gen.Choose(int.MinValue, int.MaxValue).Select(number => number.ToString(System.Globalization.CultureInfo.InvariantCulture))),
        (1, Gen.Elements(Scraps).Select(scrap => System.Text.Json.JsonSerializer.Serialize(scrap))));
}
