using System.Net;
using WorkloadIdentity.Governance;

namespace WorkloadIdentity.Tests;

public sealed class GraphBatchTests : IDisposable
{
    private readonly FakeClock _clock = new();
    private readonly FakeGraph _graph;

    public GraphBatchTests()
    {
        _graph = new FakeGraph(_clock);
    }

    public void Dispose() => _graph.Dispose();

    [Fact]
    public async Task Twenty_lists_are_one_request_and_answers_are_matched_by_id()
    {
        foreach (var n in Enumerable.Range(0, 45))
        {
            _graph.List($"/v1.0/servicePrincipals/{n}/appRoleAssignedTo", $$"""{"id":"of-{{n}}"}""");
        }

        var answers = await ReadAsync(45);

        Assert.Equal(3, _graph.Sent.Count(target => target == "/v1.0/$batch"));
        Assert.Equal(45, answers.Count);
        Assert.All(answers, answer => Assert.Equal($"of-{answer.Key}", answer.Value.Page!.Value![0].Id));
    }

    [Fact]
    public async Task An_answer_that_is_null_answers_nothing()
    {
        var batches = 0;
        _graph.Instead = target => target == "/v1.0/$batch" && batches++ == 0 ? FakeGraph.Json("""{"responses":[null]}""") : null;

        Assert.Null(Assert.Single(await ReadAsync(1)).Value.Error);
    }

    [Theory]
    [InlineData(429, "30", 30)]
    [InlineData(424, null, 2)]
    [InlineData(503, null, 2)]
    public async Task An_item_that_was_throttled_or_failed_is_asked_for_again_alone(int status, string? retryAfter, int seconds)
    {
        var failures = 0;
        _graph.Instead = target => target.Contains("/1/", StringComparison.Ordinal) && failures++ == 0
            ? FakeGraph.Error((HttpStatusCode)status, "x", retryAfter is null ? [] : [("Retry-After", retryAfter)])
            : null;
        var before = _clock.Now;

        var answers = await ReadAsync(3);

        Assert.All(answers.Values, answer => Assert.NotNull(answer.Page));
        Assert.Equal(2, _graph.Sent.Count(target => target == "/v1.0/$batch"));
        Assert.Equal(2, _graph.Sent.Count(target => target.Contains("/1/", StringComparison.Ordinal)));
        Assert.Single(_graph.Sent, target => target.Contains("/2/", StringComparison.Ordinal));
        Assert.Equal(TimeSpan.FromSeconds(seconds), _clock.Now - before);
    }

    [Fact]
    public async Task An_item_that_is_refused_ends_with_its_error()
    {
        _graph.Refuse("/v1.0/servicePrincipals/1/appRoleAssignedTo");

        var answers = await ReadAsync(2);

        Assert.NotNull(answers[0].Page);
        Assert.Equal(GraphErrorKind.PermissionMissing, answers[1].Error!.Kind);
        Assert.StartsWith(
            "Graph answered GET /v1.0/servicePrincipals/1/appRoleAssignedTo in a batch with 403 (Authorization_RequestDenied)",
            answers[1].Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_item_that_Graph_gave_up_is_told_with_its_own_status_at_last()
    {
        _graph.Instead = target => target.Contains("/0/", StringComparison.Ordinal)
            ? FakeGraph.Error(HttpStatusCode.FailedDependency, "x")
            : null;

        var error = (await ReadAsync(1))[0].Error!;

        Assert.Equal((GraphErrorKind.Unavailable, 424), (error.Kind, error.StatusCode));
        Assert.Contains("/servicePrincipals/0/appRoleAssignedTo in a batch with 424", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_item_without_an_answer_ends_with_an_error_at_last()
    {
        _graph.Instead = target => target.EndsWith("/$batch", StringComparison.Ordinal)
            ? FakeGraph.Json("""{"responses":[{"id":"77","status":200,"body":{"value":[]}}]}""")
            : null;

        var answers = await ReadAsync(1);

        Assert.Equal(GraphErrorKind.InvalidResponse, answers[0].Error!.Kind);
        Assert.Equal(6, _graph.Sent.Count);
    }

    private async Task<Dictionary<int, (GraphPage<AppRoleAssignment>? Page, GraphError? Error)>> ReadAsync(int count)
    {
        using var client = _graph.Client();
        var reads = Enumerable.Range(0, count).Select(n => GraphReads.AssignedTo(new ServicePrincipalId($"{n}"))).ToList();
        return await _clock.RunUntilAsync(AllAsync());

        async Task<Dictionary<int, (GraphPage<AppRoleAssignment>?, GraphError?)>> AllAsync()
        {
            var all = new Dictionary<int, (GraphPage<AppRoleAssignment>?, GraphError?)>();
            await foreach (var (index, page, error) in client.Batch.ReadAsync(reads, client.Json(), CancellationToken.None))
            {
                all.Add(index, (page, error));
            }

            return all;
        }
    }
}
