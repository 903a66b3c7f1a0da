using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>What the page reads. Each answer is bounded, however large the directory and the journal are.</summary>
internal static class PageRoutes
{
    private const int MostEntries = 200;

    public static IReadOnlyList<AdminRoute> All { get; } =
    [
        new("GET", "page", View),
        new("GET", "journal/entries", Entries),
        new("GET", "journal/events", Events),
        new("GET", "applications/*/settings", call =>
            EmulatedAnswer.Json(200, CopySettings.Of(call.Application, call.Entra, includesSecret: IsFull(call)))),
        new("GET", "managedIdentities/*/settings", call => EmulatedAnswer.Json(200, CopySettings.Of(call.Identity, call.Entra))),
    ];

    /// <summary>Whether the secret itself is in the settings, for the clipboard; a mask otherwise.</summary>
    private static bool IsFull(AdminCall call) => call.Query("secret") == "included";

    /// <summary>The state; 304 while it is what the page has already, because the page asks every other second.</summary>
    private static EmulatedAnswer View(AdminCall call)
    {
        var view = PageView.Of(call.Entra, call.Query("search"));
        var tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(view.ToJsonString())))}\"";
        return (call.Header("If-None-Match") == tag ? EmulatedAnswer.Text(304, "") : EmulatedAnswer.Json(200, view)).With("ETag", tag);
    }

    /// <summary>The newest entries before one, or of all; newest first.</summary>
    private static EmulatedAnswer Entries(AdminCall call)
    {
        var filter = Filter(call);
        var before = long.TryParse(call.Query("before"), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : long.MaxValue;
        var journal = call.Entra.Journal;

        // Read first: what changes meanwhile comes by the events after it, some of it twice.
        var id = journal.IdOf(journal.Feed.Last);
        var entries = journal.Newest(before, MostEntries, filter.Admits);
        return EmulatedAnswer.Json(200, new JsonObject
        {
            ["id"] = id,
            ["total"] = journal.Count,
            ["entries"] = new JsonArray([.. entries.Select(entry => (JsonNode)JournalView.Of(entry))]),
        });
    }

    private static JournalFilter Filter(AdminCall call) => new(call.Query("refused") == "true", call.Query("search"));

    private static EmulatedAnswer Events(AdminCall call)
    {
        var readers = call.Entra.Journal.Readers;
        var (filter, lastEventId) = (Filter(call), call.Header("Last-Event-ID"));
        return readers.TryEnter()
            ? EmulatedAnswer.Stream("text/event-stream; charset=utf-8", async (body, cancellationToken) =>
            {
                try
                {
                    await new JournalStream(call.Entra.Journal, filter, TimeProvider.System)
                        .WriteAsync(body, lastEventId, cancellationToken).ConfigureAwait(false);
                }
                finally
                {
                    readers.Leave();
                }
            })
            : EmulatedAnswer.Text(503, $"{JournalReaders.Most} pages watch the journal already. Close one of them.");
    }
}
