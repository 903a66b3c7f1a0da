using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using WorkloadIdentity.Governance;

namespace WorkloadIdentity.Tests;

/// <summary>
/// A small Graph in memory: lists with pages, changes, batches and refusals. A list that a test did not give is empty. It checks the
/// headers of every request.
/// </summary>
internal sealed class FakeGraph : HttpMessageHandler
{
    public const string Tenant = "72f988bf-86f1-41af-91ab-2d7cd011db47";
    private const string Root = "https://graph.microsoft.com";

    private readonly ConcurrentDictionary<string, string[]> _rows = new();
    private readonly ConcurrentDictionary<string, (HttpStatusCode Status, string Code)> _refusals = new();
    private readonly ConcurrentQueue<string> _sent = new();

    public FakeGraph(FakeClock clock)
    {
        Clock = clock;
        List("/v1.0/organization", $$"""{"id":"{{Tenant}}"}""");
    }

    public FakeClock Clock { get; }

    public int PageSize { get; set; } = 100;

    /// <summary>Answers in place of the lists, if it returns something.</summary>
    public Func<string, HttpResponseMessage?>? Instead { get; set; }

    /// <summary>Path and query of every request; the items of a batch follow it.</summary>
    public IReadOnlyList<string> Sent => [.. _sent];

    public FakeGraph List(string path, params string[] rows)
    {
        _rows[path] = rows;
        return this;
    }

    public FakeGraph Refuse(string path, HttpStatusCode status = HttpStatusCode.Forbidden, string code = "Authorization_RequestDenied")
    {
        _refusals[path] = (status, code);
        return this;
    }

    public FakeGraph Accept(string path)
    {
        _refusals.TryRemove(path, out _);
        return this;
    }

    public GraphClient Client(GraphClientOptions? options = null)
    {
        options ??= new GraphClientOptions();
        options.TimeProvider = Clock;
        options.Jitter = () => 0;
        return new GraphClient(new HttpClient(this, disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan }, options);
    }

    public Task<TenantInventory> ReadAsync(InventoryOptions? options = null, CancellationToken cancellationToken = default) =>
        Clock.RunUntilAsync(new InventoryReader(Client(), options).ReadAsync(null, cancellationToken));

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Assert.Contains("include-unknown-enum-members", request.Headers.GetValues("Prefer"));
        Assert.Contains("low", request.Headers.GetValues("x-ms-throttle-priority"));
        var target = request.RequestUri!.PathAndQuery;
        _sent.Enqueue(target);
        var response = Instead?.Invoke(target) ?? (target.EndsWith("/$batch", StringComparison.Ordinal)
            ? await BatchAsync(request, target, cancellationToken)
            : Answer(target));
        response.RequestMessage = request;
        return response;
    }

    private HttpResponseMessage Answer(string target)
    {
        var path = target.Split('?')[0];
        var query = Uri.UnescapeDataString(target[path.Length..]);
        if (_refusals.TryGetValue(path, out var refusal))
        {
            return Error(refusal.Status, refusal.Code);
        }

        if (query.Contains("customSecurityAttributes", StringComparison.Ordinal) && _refusals.ContainsKey("attributes"))
        {
            return Error(HttpStatusCode.Forbidden, "Authorization_RequestDenied");
        }

        if (path.EndsWith("/delta", StringComparison.Ordinal))
        {
            var isLatest = query.Contains("deltatoken=latest", StringComparison.Ordinal);
            var changes = isLatest ? "" : string.Join(',', _rows.GetValueOrDefault(path) ?? []);
            return Json($$"""{"value":[{{changes}}],"@odata.deltaLink":"{{Root}}{{path}}?$deltatoken=next"}""");
        }

        var all = _rows.GetValueOrDefault(path) ?? [];
        if (path.EndsWith("defaultAppManagementPolicy", StringComparison.Ordinal))
        {
            return Json(all.FirstOrDefault() ?? """{"id":"00000000-0000-0000-0000-000000000000","isEnabled":false}""");
        }

        var skip = query.Split("$skiptoken=") is [_, var token] ? int.Parse(token, System.Globalization.CultureInfo.InvariantCulture) : 0;
        var more = skip + PageSize < all.Length
            ? $",\"@odata.nextLink\":\"{Root}{path}?$skiptoken={skip + PageSize}\""
            : "";
        return Json($$"""{"value":[{{string.Join(',', all.Skip(skip).Take(PageSize))}}]{{more}}}""");
    }

    private async Task<HttpResponseMessage> BatchAsync(HttpRequestMessage request, string target, CancellationToken cancellationToken)
    {
        var body = JsonNode.Parse(await request.Content!.ReadAsStringAsync(cancellationToken))!;
        var items = body["requests"]!.AsArray();
        Assert.InRange(items.Count, 1, 20);
        var responses = new JsonArray();
        foreach (var item in items.Reverse())
        {
            var url = target[..target.LastIndexOf('/')] + (string)item!["url"]!;
            _sent.Enqueue(url);
            using var answer = Instead?.Invoke(url) ?? Answer(url);
            responses.Add(new JsonObject
            {
                ["id"] = (string)item["id"]!,
                ["status"] = (int)answer.StatusCode,
                ["headers"] = new JsonObject(answer.Headers.Select(header =>
                    KeyValuePair.Create(header.Key, (JsonNode?)string.Join(",", header.Value)))),
                ["body"] = JsonNode.Parse(await answer.Content.ReadAsStringAsync(cancellationToken)),
            });
        }

        return Json(new JsonObject { ["responses"] = responses }.ToJsonString());
    }

    public static HttpResponseMessage Json(string body) => FakeServer.Response(HttpStatusCode.OK, body);

    public static HttpResponseMessage Error(HttpStatusCode status, string code, params (string Name, string Value)[] headers) =>
        FakeServer.Response(
            status, JsonSerializer.Serialize(new { error = new { code, message = $"Said {code}." } }), headers: headers);
}
