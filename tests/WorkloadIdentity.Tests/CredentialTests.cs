namespace WorkloadIdentity.Tests;

/// <summary>What every credential does around its own attempt.</summary>
public sealed class CredentialTests
{
    private static readonly TokenRequest Request = new("api://orders/.default");

    public static TheoryData<Exception, TokenErrorKind> Thrown => new()
    {
        { new OperationCanceledException("a client's own limit"), TokenErrorKind.TimedOut },
        { new HttpRequestException("canary"), TokenErrorKind.Unreachable },
        { new IOException("canary"), TokenErrorKind.Unreachable },
        { new FormatException("canary"), TokenErrorKind.InvalidConfiguration },
    };

    [Theory]
    [MemberData(nameof(Thrown))]
    public async Task What_is_thrown_is_a_failure_that_keeps_the_exception_and_does_not_repeat_its_text(
        Exception thrown, TokenErrorKind kind)
    {
        var result = await AcquireAsync((_, _) => throw thrown);

        Assert.Equal((TokenVerdict.Failed, kind), (result.Verdict, result.Error!.Kind));
        Assert.Same(thrown, result.Error.Exception);
        Assert.Contains("'desk'", result.Error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", result.Error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_error_of_an_inner_acquisition_is_the_error()
    {
        var error = new TokenError(TokenErrorKind.Refused, "no");

        Assert.Same(error, (await AcquireAsync((_, _) => throw new TokenAcquisitionException(error))).Error);
    }

    [Fact]
    public async Task A_credential_that_returns_nothing_fails() => Assert.Equal(
        TokenErrorKind.InvalidResponse, (await AcquireAsync((_, _) => Task.FromResult<TokenResult>(null!))).Error!.Kind);

    [Fact]
    public async Task The_callers_cancellation_is_thrown_before_and_during_the_attempt()
    {
        using var cancellation = new CancellationTokenSource();
        var credential = new ScriptedCredential("desk", async (_, token) =>
        {
            await cancellation.CancelAsync();
            token.ThrowIfCancellationRequested();
            throw new InvalidOperationException();
        });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => credential.AcquireAsync(new Acquisition(Request), cancellation.Token).AsTask());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => credential.AcquireAsync(new Acquisition(Request), cancellation.Token).AsTask());
        Assert.Single(credential.Asked);
    }

    [Fact]
    public async Task A_request_that_carries_more_than_the_credential_supports_fails_without_an_attempt()
    {
        var credential = ScriptedCredential.Issuing("desk");

        var result = await credential.AcquireAsync(new Acquisition(Request) { Claims = "{}" }, CancellationToken.None);

        Assert.Equal((TokenVerdict.Failed, TokenErrorKind.InvalidConfiguration), (result.Verdict, result.Error!.Kind));
        Assert.Empty(credential.Asked);
    }

    [Fact]
    public async Task An_attempt_is_recorded_with_the_name_and_the_time_it_took()
    {
        var clock = new FakeClock();
        var credential = new ScriptedCredential("desk", (acquisition, _) =>
        {
            clock.Advance(TimeSpan.FromSeconds(2));
            return Task.FromResult(ScriptedCredential.Token("desk", acquisition));
        });

        var result = await credential.AcquireAsync(new Acquisition(Request) { TimeProvider = clock }, CancellationToken.None);

        var attempt = Assert.Single(result.Attempts);
        Assert.Equal(("desk", TimeSpan.FromSeconds(2)), (attempt.Credential, attempt.Duration));
        Assert.Equal("desk", result.Token!.AcquiredBy);
        Assert.Equal("desk", credential.ToString());
    }

    [Theory]
    [InlineData(TokenBinding.None, false, false)]
    [InlineData(TokenBinding.None, true, true)]
    [InlineData(TokenBinding.Preferred, false, true)]
    [InlineData(TokenBinding.Required, false, true)]
    public async Task A_bound_token_is_given_only_to_who_asked_for_one(TokenBinding binding, bool isReport, bool isGiven)
    {
        var credential = new ScriptedCredential(
            "desk",
            _ => TokenResult.Issued(new AccessToken("a.b.c", DateTimeOffset.MaxValue).BoundTo(TestCertificate.One)))
        {
            Can = RequestFeatures.Binding,
        };

        var result = await credential.AcquireAsync(
            new Acquisition(new TokenRequest("api://orders/.default") { Binding = binding }) { IsReport = isReport },
            CancellationToken.None);

        Assert.Equal(isGiven, result.Token is not null);
        if (!isGiven)
        {
            Assert.Equal(TokenErrorKind.InvalidResponse, result.Error!.Kind);
            Assert.StartsWith("The credential 'desk' returned a token that is bound to a certificate, and the request did not ask for one.",
                result.Error.Message, StringComparison.Ordinal);
        }
    }

    private static Task<TokenResult> AcquireAsync(Func<Acquisition, CancellationToken, Task<TokenResult>> answer) =>
        new ScriptedCredential("desk", answer).AcquireAsync(new Acquisition(Request), CancellationToken.None).AsTask();
}
