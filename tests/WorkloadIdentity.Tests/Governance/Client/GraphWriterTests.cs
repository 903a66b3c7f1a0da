using System.Net;
using WorkloadIdentity.Governance;

namespace WorkloadIdentity.Tests;

public sealed class GraphWriterTests : IDisposable
{
    private const string Path = "v1.0/applications/1/addPassword";

    private readonly FakeClock _clock = new();
    private readonly FakeGraph _graph;

    public GraphWriterTests()
    {
        _graph = new FakeGraph(_clock);
    }

    public void Dispose() => _graph.Dispose();

    /// <summary>What went wrong once, and how often a POST is sent that must not be made twice.</summary>
    public static TheoryData<string, int, bool> Failures => new()
    {
        { "429 TooManyRequests", 2, false },
        { "409 Directory_ConcurrencyViolation", 2, false },
        { "no connection", 2, false },
        { "500 x", 1, true },
        { "502 x", 1, true },
        { "503 x", 1, true },
        { "504 x", 1, true },
        { "408 x", 1, true },
        { "broken connection", 1, true },
        { "no answer", 1, true },
        { "409 Request_MultipleObjectsWithSameKeyValue", 1, false },
        { "400 BadRequest", 1, false },
        { "403 Authorization_RequestDenied", 1, false },
        { "404 Request_ResourceNotFound", 1, false },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task A_post_is_sent_again_only_if_Graph_did_nothing(string failure, int sent, bool isUnknown)
    {
        FailOnce(failure);
        var exception = await Record.ExceptionAsync(() => WriteAsync(new GraphWrite(HttpMethod.Post, Path)));

        Assert.Equal(sent, _graph.Sent.Count);
        Assert.Equal(sent == 2, exception is null);
        Assert.Equal(isUnknown, exception is GraphException { Error.IsOutcomeUnknown: true });
    }

    [Theory]
    [InlineData("429 x", 2)]
    [InlineData("409 Directory_ConcurrencyViolation", 2)]
    [InlineData("500 x", 2)]
    [InlineData("504 x", 2)]
    [InlineData("broken connection", 2)]
    [InlineData("no answer", 2)]
    [InlineData("409 Request_MultipleObjectsWithSameKeyValue", 1)]
    [InlineData("400 x", 1)]
    public async Task What_may_be_repeated_is_sent_again(string failure, int sent)
    {
        foreach (var method in (HttpMethod[])[HttpMethod.Patch, HttpMethod.Put, HttpMethod.Delete])
        {
            using var graph = new FakeGraph(_clock);
            FailOnce(failure, graph);

            var exception = await Record.ExceptionAsync(() =>
                WriteAsync(new GraphWrite(method, Path), graph));

            Assert.Equal(sent, graph.Sent.Count);
            Assert.Equal(sent == 2, exception is null);
        }
    }

    [Fact]
    public async Task A_duplicate_is_a_conflict_and_a_change_at_the_same_time_is_not()
    {
        _graph.Instead = _ => FakeGraph.Error(HttpStatusCode.Conflict, "Request_MultipleObjectsWithSameKeyValue");
        var duplicate = await Assert.ThrowsAsync<GraphException>(() => WriteAsync(new GraphWrite(HttpMethod.Post, Path)));

        _graph.Instead = _ => FakeGraph.Error(HttpStatusCode.Conflict, "Directory_ConcurrencyViolation");
        var concurrent = await Assert.ThrowsAsync<GraphException>(() => WriteAsync(new GraphWrite(HttpMethod.Post, Path)));

        Assert.Equal((GraphErrorKind.Conflict, false), (duplicate.Error.Kind, duplicate.Error.IsTransient));
        Assert.Equal((GraphErrorKind.Unavailable, true), (concurrent.Error.Kind, concurrent.Error.IsTransient));
        Assert.False(concurrent.Error.IsOutcomeUnknown);
        Assert.Equal(7, _graph.Sent.Count);
    }

    [Fact]
    public async Task A_deletion_whose_answer_was_lost_is_found_to_be_done()
    {
        var answers = 0;
        _graph.Instead = _ => answers++ == 0
            ? throw new HttpRequestException("reset")
            : FakeGraph.Error(HttpStatusCode.NotFound, "Request_ResourceNotFound");
        await WriteAsync(new GraphWrite(HttpMethod.Delete, Path));

        var error = await Assert.ThrowsAsync<GraphException>(() => WriteAsync(new GraphWrite(HttpMethod.Delete, Path)));

        Assert.Equal(GraphErrorKind.NotFound, error.Error.Kind);
    }

    [Fact]
    public async Task A_success_that_cannot_be_read_may_have_been_made()
    {
        _graph.Instead = _ => FakeGraph.Json("""{"keyId":"1","secret""");

        var exception = await Assert.ThrowsAsync<GraphException>(() => _clock.RunUntilAsync(_graph.Client().WriteAsync(
            new GraphWrite(HttpMethod.Post, Path), json => json.AppManagementPolicy, CancellationToken.None)));

        Assert.True(exception.Error.IsOutcomeUnknown);
        Assert.Contains("It is not known whether the change was made: read the object", exception.Message, StringComparison.Ordinal);
        Assert.Single(_graph.Sent);
    }

    private async Task WriteAsync(GraphWrite write, FakeGraph? graph = null) => await _clock.RunUntilAsync(async () =>
    {
        await (graph ?? _graph).Client().WriteAsync(write, CancellationToken.None);
        return true;
    });

    private void FailOnce(string failure, FakeGraph? graph = null)
    {
        var answers = 0;
        (graph ?? _graph).Instead = _ => answers++ > 0 ? FakeGraph.Json("{}") : failure switch
        {
            "no connection" => throw new HttpRequestException(HttpRequestError.ConnectionError, "refused"),
            "broken connection" => throw new HttpRequestException(HttpRequestError.ResponseEnded, "reset"),
            "no answer" => throw new OperationCanceledException("too slow"),
            _ => FakeGraph.Error((HttpStatusCode)int.Parse(failure[..3], System.Globalization.CultureInfo.InvariantCulture), failure[4..]),
        };
    }
}
