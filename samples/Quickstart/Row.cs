using System.Globalization;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using WorkloadIdentity;

namespace Quickstart;

/// <summary>
/// One identity at work: a first token, a cached one, and a call to an API that checks it. A line of a table of plain text.
/// </summary>
internal sealed record Row(
    string Credential, string Asked, TimeSpan Lifetime, TimeSpan First, double CachedNanoseconds, HttpStatusCode Status)
{
    private const int Hits = 100_000;

    /// <summary>The line above the rows.</summary>
    public static string Titles => Line("Credential", "Asked, with", "Lives", "First", "Cached", "API");

    /// <summary>The name of the HTTP client that calls the API as an identity.</summary>
    public static string ClientName(string identity) => $"api {identity}";

    /// <param name="services">The application's services.</param>
    /// <param name="identity">The identity's name; empty for the default identity.</param>
    /// <param name="scope">What to ask for.</param>
    /// <param name="url">The API.</param>
    /// <param name="asked">What the other side was asked, once it was.</param>
    public static async Task<Row> FillAsync(IServiceProvider services, string identity, string scope, Uri url, Func<string> asked)
    {
        var acquirer =
            identity.Length == 0
                ? services.GetRequiredService<ITokenAcquirer>()
                : services.GetRequiredKeyedService<ITokenAcquirer>(identity);
        var client = services.GetRequiredService<IHttpClientFactory>().CreateClient(ClientName(identity));

        // The handler asks for tokens that live long and may be revoked early; asking the same way shares its token.
        var request = new TokenRequest(scope) { ContinuousAccess = true };
        var time = TimeProvider.System;
        var started = time.GetTimestamp();
        var token = await acquirer.GetTokenAsync(request);
        var first = time.GetElapsedTime(started);

        started = time.GetTimestamp();
        for (var i = 0; i < Hits; i++)
        {
            await acquirer.GetTokenAsync(request);
        }

        var cached = time.GetElapsedTime(started).TotalNanoseconds / Hits;
        using var response = await client.GetAsync(url);
        return new Row(token.AcquiredBy!, asked(), token.ExpiresOn - time.GetUtcNow(), first, cached, response.StatusCode);
    }

    public override string ToString() => Line(
        Credential,
        Asked,
        string.Create(CultureInfo.InvariantCulture, $"{Lifetime.TotalMinutes:0} min"),
        string.Create(CultureInfo.InvariantCulture, $"{First.TotalMilliseconds:0} ms"),
        string.Create(CultureInfo.InvariantCulture, $"{CachedNanoseconds:0} ns"),
        ((int)Status).ToString(CultureInfo.InvariantCulture));

    private static string Line(string credential, string asked, string lives, string first, string cached, string api) =>
        $"  {credential,-22}{asked,-22}{lives,9}{first,9}{cached,9}{api,6}";
}
