using Microsoft.AspNetCore.Http;

namespace WorkloadIdentity.Testing;

/// <summary>
/// What a browser says about who sent a request. A page of any site can send requests to loopback without being asked, and marks them with
/// <c>Origin</c> or <c>Sec-Fetch-Site</c>, which no page can leave out. Only the emulator's own page may send any.
/// </summary>
internal static class BrowserRequest
{
    /// <summary>Whether the emulator refuses the request, whichever endpoint it is for.</summary>
    public static bool IsRefused(HttpRequest request)
    {
        var site = request.Headers["Sec-Fetch-Site"];
        var origin = request.Headers.Origin;
        if (origin.Count == 0 && (site.Count == 0 || site == "none"))
        {
            // A program, or an address that somebody typed.
            return false;
        }

        var path = request.Path.Value ?? "";
        return !(PageEndpoint.IsDocument(path) && IsNavigation(request))
            && !(PageEndpoint.IsAsset(path) && IsFromOwnPage(request) && HttpMethods.IsGet(request.Method))
            && !(path.StartsWith("/admin/", StringComparison.Ordinal) && IsFromOwnPage(request) && IsFetch(request));
    }

    /// <summary>A link that somebody followed, from wherever: it opens the page in a tab of its own and sends nothing.</summary>
    private static bool IsNavigation(HttpRequest request) =>
        HttpMethods.IsGet(request.Method)
        && request.Headers.Origin.Count == 0
        && request.Headers["Sec-Fetch-Mode"] == "navigate"
        && request.Headers["Sec-Fetch-Dest"] == "document";

    /// <summary>
    /// Sent by a page of this very origin. A page at another port of the same host is <c>same-site</c>, and the <c>Host</c> was compared
    /// with the emulator's own before.
    /// </summary>
    private static bool IsFromOwnPage(HttpRequest request) =>
        request.Headers["Sec-Fetch-Site"] == "same-origin"
        && (request.Headers.Origin.Count == 0 || request.Headers.Origin == $"{request.Scheme}://{request.Host}");

    /// <summary>Sent by a script that reads the answer, and not by a form, a frame, an image or a script element.</summary>
    private static bool IsFetch(HttpRequest request) =>
        request.Headers["Sec-Fetch-Mode"] is var mode && (mode == "cors" || mode == "same-origin")
        && request.Headers["Sec-Fetch-Dest"] == "empty";
}
