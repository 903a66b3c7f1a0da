using System.Globalization;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Spectre.Console;
using WorkloadIdentity;

namespace Quickstart;

/// <summary>One identity at work: a first token, a cached one, and a call to an API that checks it.</summary>
internal sealed record Row(
    string Credential, string Asked, TimeSpan Lifetime, TimeSpan First, double CachedNanoseconds, HttpStatusCode Status)
{
    private const int Hits = 100_000;

    /// <param name="services">The application's services.</param>
    /// <param name="identity">The identity's name; empty for the unnamed one.</param>
    /// <param name="scope">What to ask for.</param>
    /// <param name="url">The API.</param>
    /// <param name="asked">What the other side was asked, once it was.</param>
    public static async Task<Row> FillAsync(IServiceProvider services, string identity, string scope, Uri url, Func<string> asked)
    {
        var acquirer =
            identity.Length == 0
                ? services.GetRequiredService<ITokenAcquirer>()
                : services.GetRequiredKeyedService<ITokenAcquirer>(identity);
        var client = services.GetRequiredService<IHttpClientFactory>().CreateClient($"api {identity}");

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

    public static Table NewTable() => new Table().Border(TableBorder.Simple).BorderColor(Color.Grey)
        .AddColumn(new TableColumn("Credential").NoWrap()).AddColumn(new TableColumn("Asked, with").NoWrap())
        .AddColumn(new TableColumn("Lives").NoWrap().RightAligned()).AddColumn(new TableColumn("First").NoWrap().RightAligned())
        .AddColumn(new TableColumn("Cached").NoWrap().RightAligned()).AddColumn(new TableColumn("API").NoWrap());

    public void AddTo(Table table) => table.AddRow(
        $"[bold]{Credential.EscapeMarkup()}[/]",
        $"[grey]{Asked.EscapeMarkup()}[/]",
        string.Create(CultureInfo.InvariantCulture, $"{Lifetime.TotalMinutes:0} m"),
        string.Create(CultureInfo.InvariantCulture, $"{First.TotalMilliseconds:0} ms"),
        string.Create(CultureInfo.InvariantCulture, $"{CachedNanoseconds:0} ns"),
        Status == HttpStatusCode.OK ? "[green]200[/]" : $"[yellow]{(int)Status} {Status}[/]");
}
