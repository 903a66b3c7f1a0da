using System.Collections.Frozen;
using Microsoft.AspNetCore.Http;

namespace WorkloadIdentity.Testing;

/// <summary>
/// The page at <c>/</c>: files that are the same for everybody and hold nothing of the directory. What they show, they read from the admin
/// API, with its token.
/// </summary>
internal sealed class PageEndpoint(EntraEmulator entra) : EmulatedEndpoint
{
    private const string Document = "index.html";

    /// <summary>
    /// Nothing but the page's own files and the admin API beside it: no inline script, no style or frame of anybody, no form that is sent,
    /// and no text that becomes markup.
    /// </summary>
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
        + "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

    private static readonly FrozenDictionary<string, string> Types = new Dictionary<string, string>
    {
        [Document] = "text/html; charset=utf-8",
        ["page.css"] = "text/css; charset=utf-8",
        ["icon.svg"] = "image/svg+xml",
        ["start.js"] = "text/javascript; charset=utf-8",
        ["admin.js"] = "text/javascript; charset=utf-8",
        ["elements.js"] = "text/javascript; charset=utf-8",
        ["directory.js"] = "text/javascript; charset=utf-8",
        ["settings.js"] = "text/javascript; charset=utf-8",
        ["faults.js"] = "text/javascript; charset=utf-8",
        ["journal.js"] = "text/javascript; charset=utf-8",
    }.ToFrozenDictionary();

    /// <summary>The page must open, whatever goes wrong elsewhere.</summary>
    public override EndpointFaults Faults { get; } = new(EndpointKind.Admin);

    public override bool IsImmediate => true;

    /// <summary>The names of the files.</summary>
    public static IEnumerable<string> Files => Types.Keys;

    public static bool IsDocument(string path) => path == "/";

    public static bool IsAsset(string path) =>
        path.StartsWith("/page/", StringComparison.Ordinal) && Types.ContainsKey(path["/page/".Length..]);

    public override bool Serves(ReadOnlySpan<string> path) => path is [] || (path is ["page", var file] && Types.ContainsKey(file));

    /// <summary>A client of Google's metadata server asks for the root too. Its header says so.</summary>
    public override bool Answers(EmulatorExchange exchange) =>
        base.Answers(exchange) && exchange.Header(GoogleMetadataEndpoint.Flavor) is null;

    public override EmulatedAnswer Answer(EmulatorExchange exchange, JournalEntry? entry)
    {
        if (entra.AdminToken is null)
        {
            return EmulatedAnswer.Text(
                404,
                "This Entra emulator has no page, because its admin API is off. Turn it on with \"admin\" in its file, or with HasAdminApi "
                    + "in its options.");
        }

        if (!entra.IsLoopback && !exchange.Request.IsHttps)
        {
            return EmulatedAnswer.Text(
                403,
                "This Entra emulator listens beyond loopback. Its page is served over https only, so that nobody on the way reads the "
                    + $"admin token: {entra.PageAddress}");
        }

        if (!HttpMethods.IsGet(exchange.Request.Method))
        {
            return EmulatedAnswer.Text(405, "The page is for reading: use GET.").With("Allow", "GET");
        }

        var file = exchange.Path is ["page", var name] ? name : Document;
        return EmulatedAnswer.Page(Read(file), Types[file], Policy)
            .With("Cross-Origin-Opener-Policy", "same-origin")
            .With("Cross-Origin-Resource-Policy", "same-origin")
            .With("Referrer-Policy", "no-referrer");
    }

    /// <summary>A file of the page as it is in the assembly.</summary>
    private static string Read(string file)
    {
        using var stream = typeof(PageEndpoint).Assembly.GetManifestResourceStream($"Page/{file}")
            ?? throw new InvalidOperationException($"Page/{file} is missing from the assembly.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
