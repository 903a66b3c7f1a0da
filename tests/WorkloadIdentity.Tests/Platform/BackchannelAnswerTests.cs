using System.Net;

namespace WorkloadIdentity.Tests;

public sealed class BackchannelAnswerTests
{
    private static readonly DateTimeOffset ReceivedOn = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("7", null, 7)]
    [InlineData("0", null, null)]
    [InlineData("-1", null, null)]
    [InlineData("soon", null, null)]
    [InlineData("Thu, 01 Jan 2026 12:00:30 GMT", null, 30)]
    [InlineData("Thu, 01 Jan 2026 11:59:00 GMT", null, null)]
    [InlineData("Thu, 01 Jan 2026 13:00:30 GMT", "Thu, 01 Jan 2026 13:00:00 GMT", 30)]
    public void A_date_to_wait_for_is_measured_by_the_servers_own_clock(string retryAfter, string? date, int? seconds)
    {
        var answer = Answer(HttpStatusCode.TooManyRequests, ("Retry-After", retryAfter), ("Date", date));

        Assert.Equal(seconds is { } wait ? TimeSpan.FromSeconds(wait) : null, answer.RetryAfter);
    }

    [Theory]
    [InlineData(HttpStatusCode.OK, true)]
    [InlineData(HttpStatusCode.NoContent, true)]
    [InlineData(HttpStatusCode.Found, false)]
    [InlineData(HttpStatusCode.BadRequest, false)]
    public void Only_a_status_of_200_to_299_is_a_success(HttpStatusCode status, bool isSuccess)
    {
        var answer = Answer(status);

        Assert.Equal((isSuccess, true, (int)status), (answer.IsSuccess, answer.WasReceived, answer.Status));
    }

    [Fact]
    public void Headers_are_read_as_they_came()
    {
        var answer = Answer(HttpStatusCode.OK, ("Server", "IMDS/150.870.65"), ("x-one", "a"), ("X-One", "b"));

        Assert.Equal("IMDS/150.870.65", answer.Header("server"));
        Assert.Equal(["a", "b"], answer.Headers("x-one"));
        Assert.Null(answer.Header("absent"));
        Assert.Empty(answer.Headers("absent"));
    }

    [Fact]
    public void An_answer_with_an_error_has_no_headers()
    {
        var error = new TokenError(TokenErrorKind.Unreachable, "down");

        var failed = BackchannelAnswer.Failed(error);
        using var response = new HttpResponseMessage(HttpStatusCode.OK);
        var unusable = BackchannelAnswer.Unusable(response, error);

        Assert.Equal((false, false, error), (failed.WasReceived, failed.IsSuccess, failed.Error));
        Assert.Equal((null, null, null), (failed.RetryAfter, failed.AnsweredOn, failed.Header("Server")));
        Assert.Equal((true, false, error), (unusable.WasReceived, unusable.IsSuccess, unusable.Error));
    }

    private static BackchannelAnswer Answer(HttpStatusCode status, params (string Name, string? Value)[] headers)
    {
        using var response = new HttpResponseMessage(status);
        foreach (var (name, value) in headers)
        {
            response.Headers.TryAddWithoutValidation(name, value);
        }

        return BackchannelAnswer.Received(response, [], ReceivedOn, ReceivedOn);
    }
}
