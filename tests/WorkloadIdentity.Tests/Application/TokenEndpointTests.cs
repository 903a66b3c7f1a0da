using System.Net;

namespace WorkloadIdentity.Tests;

public sealed class TokenEndpointTests
{
    private readonly EntraFake _entra = new();

    [Fact]
    public async Task The_request_is_exactly_this()
    {
        var result = await _entra.Issues().AcquireAsync(ClientSecretAuthentication.FromValue("a+b/c=d~e &%ü"));

        Assert.Equal(TokenVerdict.Issued, result.Verdict);
        var request = Assert.Single(_entra.Server.Requests);
        Assert.Equal(HttpMethod.Post, request.Method);
        Assert.Equal(EntraFake.Endpoint, request.Uri.AbsoluteUri);
        Assert.Equal(
            "client_id=6bf7ab3f-6a37-4f6d-9a3c-2ee0f1d1f8a3&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default"
                + "&grant_type=client_credentials&client_secret=a%2Bb%2Fc%3Dd~e+%26%25%C3%BC",
            request.Body);
        Assert.Equal("application/x-www-form-urlencoded", request.Headers["Content-Type"]);
        Assert.Equal("application/json", request.Headers["Accept"]);
        Assert.Equal("true", request.Headers["return-client-request-id"]);
        Assert.Equal("WorkloadIdentity.NET", request.Headers["x-client-SKU"]);
        Assert.Equal("retry-after, h429", request.Headers["x-ms-lib-capability"]);
        Assert.True(Guid.TryParseExact(request.Headers["client-request-id"], "D", out _));
        Assert.StartsWith("WorkloadIdentity/", request.Headers["User-Agent"], StringComparison.Ordinal);
        Assert.DoesNotContain("traceparent", request.Headers.Keys);
    }

    [Fact]
    public async Task On_behalf_of_a_user_sends_the_assertion_and_the_scope_as_asked()
    {
        var user = EntraFake.Jwt("user");

        await _entra.Issues()
            .AcquireAsync(request: new TokenRequest("https://graph.microsoft.com/User.Read Mail.Read") { UserAssertion = user });

        var form = Assert.Single(_entra.Server.Requests).Form;
        Assert.Equal(
            ["assertion", "client_id", "client_secret", "grant_type", "requested_token_use", "scope"],
            form.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("urn:ietf:params:oauth:grant-type:jwt-bearer", form["grant_type"]);
        Assert.Equal("on_behalf_of", form["requested_token_use"]);
        Assert.Equal(user, form["assertion"]);
        Assert.Equal("https://graph.microsoft.com/User.Read Mail.Read", form["scope"]);
    }

    [Fact]
    public async Task Claims_and_fmi_path_are_fields_of_the_form()
    {
        await _entra.Issues().AcquireAsync(
            request: new TokenRequest(EntraFake.Scope) { ContinuousAccess = true, FmiPath = "agent/one" },
            claims: """{"access_token":{"nbf":{"essential":true}}}""");

        var form = Assert.Single(_entra.Server.Requests).Form;
        Assert.Equal("""{"access_token":{"nbf":{"essential":true},"xms_cc":{"values":["cp1"]}}}""", form["claims"]);
        Assert.Equal("agent/one", form["fmi_path"]);
    }

    [Fact]
    public async Task Nothing_is_said_of_claims_when_nobody_asked() =>
        Assert.DoesNotContain("claims", (await Sent()).Form.Keys);

    [Theory]
    [InlineData(HttpStatusCode.InternalServerError)]
    [InlineData(HttpStatusCode.ServiceUnavailable)]
    [InlineData(HttpStatusCode.GatewayTimeout)]
    [InlineData(HttpStatusCode.RequestTimeout)]
    public async Task A_failure_in_passing_is_asked_again_under_the_same_correlation_id(HttpStatusCode status)
    {
        _entra.Answers(status, "<html>").Answers(status, EntraFake.Error(90033, "temporarily_unavailable")).Issues();

        var result = await _entra.RunAsync();

        Assert.Equal(TokenVerdict.Issued, result.Verdict);
        Assert.Equal(3, _entra.Server.Requests.Count);
        Assert.Single(_entra.Server.Requests.Select(request => request.Headers["client-request-id"]).Distinct());
        Assert.Equal(
            [2, 3],
            _entra.Log.Entries.Where(entry => entry.Id == 202)
                .Select(entry => int.Parse(entry.Text.Split("attempt ")[1][..1], System.Globalization.CultureInfo.InvariantCulture)));
    }

    [Fact]
    public async Task Retries_end_and_the_last_answer_is_told()
    {
        _entra.Server.Otherwise = _ => FakeServer.Response(HttpStatusCode.BadGateway, "<html>");

        var result = await _entra.RunAsync();

        Assert.Equal(3, _entra.Server.Requests.Count);
        Assert.Equal(TokenErrorKind.InvalidResponse, result.Error!.Kind);
        Assert.Equal(TokenErrorCategory.Transient, result.Error.Category);
        Assert.True(result.Error.IsTransient);
        Assert.Equal(502, result.Error.StatusCode);
    }

    [Fact]
    public async Task Unreachable_is_retried_and_says_whom_it_was_for()
    {
        _entra.Server.Refuse().Refuse().Refuse();

        var error = (await _entra.RunAsync()).Error!;

        Assert.Equal(TokenErrorKind.Unreachable, error.Kind);
        Assert.Equal(3, _entra.Server.Requests.Count);
        Assert.Equal((EntraFake.Tenant, EntraFake.ClientId, EntraFake.Scope), (error.TenantId, error.ClientId, error.Scope));
        Assert.Contains("login.microsoftonline.com could not be reached", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_answer_in_time_is_timed_out()
    {
        _entra.Server.Hang(_entra.Clock);
        var credential =
            _entra.Credential(
                configure: options => options.Retry = new RetryOptions { MaxAttempts = 1, AttemptTimeout = TimeSpan.FromSeconds(15) });

        var error = (await _entra.RunAsync(credential)).Error!;

        Assert.Equal(TokenErrorKind.TimedOut, error.Kind);
        Assert.Contains("within 15 s", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(HttpStatusCode.BadRequest, 700016)]
    [InlineData(HttpStatusCode.Unauthorized, 7000215)]
    [InlineData(HttpStatusCode.Forbidden, 53003)]
    public async Task A_refusal_is_not_asked_again(HttpStatusCode status, long code)
    {
        var result = await _entra.Answers(status, EntraFake.Error(code)).AcquireAsync();

        Assert.Equal(TokenVerdict.Failed, result.Verdict);
        Assert.Single(_entra.Server.Requests);
    }

    [Fact]
    public async Task An_issuer_whose_keys_could_not_be_read_just_now_is_asked_again()
    {
        _entra.Refuses(90061, "invalid_request").Issues();

        Assert.Equal(TokenVerdict.Issued, (await _entra.RunAsync()).Verdict);
    }

    [Theory]
    [InlineData("7", 7)]
    [InlineData("Thu, 01 Jan 2026 00:00:07 GMT", 7)]
    public async Task Retry_after_is_waited_for_to_the_letter(string header, int seconds)
    {
        _entra.Answers(HttpStatusCode.TooManyRequests, "Too Many Requests", "text/plain", ("Retry-After", header));
        var started = _entra.Clock.Now;
        DateTimeOffset? askedAgain = null;
        _entra.Server.Answer(_ =>
        {
            askedAgain = _entra.Clock.Now;
            return FakeServer.Response(HttpStatusCode.OK, EntraFake.Token());
        });

        var result = await _entra.RunAsync();

        Assert.Equal(TokenVerdict.Issued, result.Verdict);
        Assert.InRange(askedAgain!.Value - started, TimeSpan.FromSeconds(seconds), TimeSpan.FromSeconds(seconds + 0.2));
    }

    [Theory]
    [InlineData("Thu, 01 Jan 2026 09:00:07 GMT", "Thu, 01 Jan 2026 09:00:00 GMT")]
    [InlineData("Wed, 31 Dec 2025 15:00:07 GMT", "Wed, 31 Dec 2025 15:00:00 GMT")]
    public async Task A_date_to_come_back_at_is_measured_by_the_clock_of_the_server_that_named_it(string retryAfter, string date)
    {
        _entra.Answers(HttpStatusCode.TooManyRequests, "", "text/plain", ("Retry-After", retryAfter), ("Date", date));

        Assert.Equal(TimeSpan.FromSeconds(7), (await _entra.AcquireAsync(OneAttempt())).Error!.RetryAfter);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-5")]
    [InlineData("99999999999999999999")]
    [InlineData("soon")]
    [InlineData("Thu, 01 Jan 1970 00:00:00 GMT")]
    [InlineData("Thu, 01 Jan 2026 00:00:00 GMT")]
    public async Task A_time_to_come_back_at_that_is_over_or_unreadable_never_means_at_once(string retryAfter)
    {
        List<DateTimeOffset> asked = [];
        _entra.Server.Otherwise = _ =>
        {
            asked.Add(_entra.Clock.Now);
            var status = asked.Count % 2 == 0 ? HttpStatusCode.TooManyRequests : HttpStatusCode.ServiceUnavailable;
            return FakeServer.Response(status, headers: ("Retry-After", retryAfter));
        };

        var error = (await _entra.RunAsync(_entra.Credential(configure: options => options.Retry.MaxAttempts = 3))).Error!;

        Assert.Equal(TokenErrorCategory.Transient, error.Category);
        Assert.Equal(3, asked.Count);
        Assert.All(
            asked.Zip(asked.Skip(1), (first, second) => second - first),
            wait => Assert.InRange(wait, TimeSpan.FromTicks(1), TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task What_a_source_says_of_a_wait_is_bounded_too()
    {
        var asked = 0;
        var source = AssertionSource.FromCallback((_, _) =>
        {
            asked++;
            throw new TokenAcquisitionException(new TokenError(TokenErrorKind.Throttled, "later")
            {
                RetryAfter = asked == 1 ? TimeSpan.Zero : TimeSpan.MaxValue,
            });
        });
        var started = _entra.Clock.Now;

        var error = (await _entra.RunAsync(new FederatedAuthentication(source))).Error!;

        Assert.Equal((TokenErrorKind.Throttled, 2), (error.Kind, asked));
        Assert.True(_entra.Clock.Now > started);
    }

    [Fact]
    public async Task While_throttled_nobody_is_asked_for_that_tenant_and_the_answer_is_told_again()
    {
        var credential = _entra.Credential(configure: options => options.AdditionallyAllowedTenants.Add("*"));
        _entra.Answers(HttpStatusCode.TooManyRequests, "Too Many Requests", "text/plain", ("Retry-After", "60"));

        var first = await _entra.AcquireAsync(credential);
        Assert.Equal(TokenErrorKind.Throttled, first.Error!.Kind);
        Assert.Equal(TokenErrorCategory.Throttling, first.Error.Category);
        Assert.Equal(TimeSpan.FromSeconds(60), first.Error.RetryAfter);
        Assert.False(first.Error.IsRepeated);

        _entra.Clock.Advance(TimeSpan.FromSeconds(20));
        var second = await _entra.AcquireAsync(credential, new TokenRequest("api://other/.default"));
        Assert.True(second.Error!.IsRepeated);
        Assert.Equal(TimeSpan.FromSeconds(40), second.Error.RetryAfter);
        Assert.Single(_entra.Server.Requests);

        _entra.Issues("other-tenant").Issues("later");
        Assert.Equal(
            "other-tenant",
            (await _entra.AcquireAsync(credential, new TokenRequest(EntraFake.Scope).ForTenant(EntraFake.OtherTenant))).Token!.Value);
        _entra.Clock.Advance(TimeSpan.FromSeconds(40));
        Assert.Equal("later", (await _entra.AcquireAsync(credential)).Token!.Value);
    }

    [Theory]
    [InlineData("Too Many Requests")]
    [InlineData("")]
    [InlineData("""{"error":"temporarily_unavailable"}""")]
    public async Task Throttling_without_a_time_waits_for_five_seconds(string body)
    {
        var credential = _entra.Credential(configure: options => options.Retry.MaxAttempts = 1);

        var first = (await _entra.Answers(HttpStatusCode.TooManyRequests, body, "text/plain").AcquireAsync(credential)).Error!;
        Assert.Equal((TokenErrorKind.Throttled, TokenErrorCategory.Throttling, true), (first.Kind, first.Category, first.IsTransient));

        _entra.Clock.Advance(TimeSpan.FromSeconds(4));
        Assert.True((await _entra.AcquireAsync(credential)).Error!.IsRepeated);
        _entra.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(TokenVerdict.Issued, (await _entra.Issues().AcquireAsync(credential)).Verdict);
    }

    [Fact]
    public async Task A_service_that_names_a_time_to_come_back_is_throttling_too()
    {
        var error = (await _entra.Answers(HttpStatusCode.ServiceUnavailable, "", headers: ("Retry-After", "120")).AcquireAsync()).Error!;

        Assert.Equal(TokenErrorKind.Throttled, error.Kind);
        Assert.Single(_entra.Server.Requests);
    }

    [Fact]
    public async Task A_wait_beyond_an_hour_counts_as_an_hour() => Assert.Equal(
        TimeSpan.FromHours(1),
        (await _entra.Answers(HttpStatusCode.TooManyRequests, "", headers: ("Retry-After", "2000000000"))
            .AcquireAsync()).Error!.RetryAfter);

    [Fact]
    public async Task A_request_loop_waits_for_a_minute()
    {
        var credential = _entra.Credential();
        _entra.Refuses(EntraCode.RequestLoop, "invalid_grant");

        var first = (await _entra.AcquireAsync(credential)).Error!;
        Assert.Equal((TokenErrorKind.Throttled, false, TimeSpan.FromSeconds(60)), (first.Kind, first.IsTransient, first.RetryAfter!.Value));

        _entra.Clock.Advance(TimeSpan.FromSeconds(59));
        Assert.True((await _entra.AcquireAsync(credential)).Error!.IsRepeated);
        Assert.Single(_entra.Server.Requests);

        _entra.Clock.Advance(TimeSpan.FromSeconds(1));
        _entra.Issues();
        Assert.Equal(TokenVerdict.Issued, (await _entra.AcquireAsync(credential)).Verdict);
    }

    private ApplicationCredential OneAttempt() => _entra.Credential(configure: options => options.Retry.MaxAttempts = 1);

    [Fact]
    public async Task A_redirect_is_never_followed()
    {
        var error =
            (await _entra.Answers(HttpStatusCode.TemporaryRedirect, headers: ("Location", "https://evil.example/")).AcquireAsync()).Error!;

        Assert.Equal(TokenErrorKind.InvalidResponse, error.Kind);
        Assert.Single(_entra.Server.Requests);
    }

    [Fact]
    public async Task The_callers_cancellation_ends_a_wait_between_attempts_at_once()
    {
        using var cancellation = new CancellationTokenSource();
        _entra.Server.Otherwise = _ => FakeServer.Response(HttpStatusCode.InternalServerError);
        var acquiring = _entra.AcquireAsync(_entra.Credential(), cancellationToken: cancellation.Token);

        await cancellation.CancelAsync();

        var exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => acquiring);
        Assert.Equal(cancellation.Token, exception.CancellationToken);
    }

    [Fact]
    public async Task Plain_loopback_is_asked_at_its_own_address()
    {
        _entra.Issues();

        await _entra.AcquireAsync(_entra.Credential(configure: options => options.AuthorityHost = new Uri("http://127.0.0.1:5123")));

        Assert.Equal($"http://127.0.0.1:5123/{EntraFake.Tenant}/oauth2/v2.0/token", _entra.Server.Requests[0].Uri.AbsoluteUri);
    }

    private async Task<ReceivedRequest> Sent()
    {
        await _entra.Issues().AcquireAsync();
        return Assert.Single(_entra.Server.Requests);
    }
}
