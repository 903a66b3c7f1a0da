using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Tests;

public sealed class FakeCredentialTests
{
    private static readonly TokenRequest Request = new("api://orders/.default");

    [Fact]
    public async Task It_issues_the_token_it_was_given_and_counts()
    {
        var clock = new FakeClock();
        var credential = FakeCredential.Issuing("t", TimeSpan.FromMinutes(5), clock);

        var result = await AcquireAsync(credential, Request);

        Assert.Equal(TokenVerdict.Issued, result.Verdict);
        Assert.Equal(("t", clock.Now.AddMinutes(5), "fake"), (result.Token!.Value, result.Token.ExpiresOn, result.Token.AcquiredBy));
        Assert.Same(Request, Assert.Single(credential.Acquisitions).Request);
    }

    [Fact]
    public async Task It_makes_the_token_for_the_request()
    {
        var byValue = FakeCredential.Issuing(request => $"for-{request.TenantId}");
        var byToken = FakeCredential.Issuing(request => new AccessToken($"for-{request.TenantId}", DateTimeOffset.MaxValue));

        Assert.Equal("for-contoso.com", (await AcquireAsync(byValue, Request.ForTenant("contoso.com"))).Token!.Value);
        Assert.Equal("for-contoso.com", (await AcquireAsync(byToken, Request.ForTenant("contoso.com"))).Token!.Value);
    }

    [Fact]
    public async Task It_fails_and_is_unavailable_as_told()
    {
        var error = new TokenError(TokenErrorKind.Throttled, "slow down");

        Assert.Same(error, (await AcquireAsync(FakeCredential.Failing(error), Request)).Error);
        Assert.Equal(TokenVerdict.Failed, (await AcquireAsync(FakeCredential.Failing("no"), Request)).Verdict);
        Assert.Equal(TokenErrorKind.Refused, (await AcquireAsync(FakeCredential.Failing(), Request)).Error!.Kind);
        Assert.Equal(TokenVerdict.Unavailable, (await AcquireAsync(FakeCredential.Unavailable(error), Request)).Verdict);
        Assert.Equal(TokenErrorKind.NotConfigured, (await AcquireAsync(FakeCredential.Unavailable(), Request)).Error!.Kind);
    }

    [Fact]
    public async Task It_answers_a_sequence()
    {
        var calls = 0;
        var credential = FakeCredential.Answering(_ => ++calls == 1
            ? TokenResult.Failed(new TokenError(TokenErrorKind.Unreachable, "not yet"))
            : TokenResult.Issued(new AccessToken("t", DateTimeOffset.MaxValue)));

        Assert.Equal(TokenVerdict.Failed, (await AcquireAsync(credential, Request)).Verdict);
        Assert.Equal(TokenVerdict.Issued, (await AcquireAsync(credential, Request)).Verdict);
        Assert.Equal(2, credential.Acquisitions.Count);
    }

    [Fact]
    public async Task It_takes_every_kind_of_request()
    {
        var request =
            new TokenRequest(
                "api://a/.default")
            { TenantId = "contoso.com", UserAssertion = "jwt", FmiPath = "x", ContinuousAccess = true };

        var result = await FakeCredential.Issuing("t").AcquireAsync(new Acquisition(request) { Claims = "{}" }, default);

        Assert.Equal(TokenVerdict.Issued, result.Verdict);
    }

    [Fact]
    public async Task It_issues_a_token_that_is_bound_to_a_certificate()
    {
        var credential = FakeCredential.Issuing(_ => new AccessToken("t", DateTimeOffset.MaxValue).BoundTo(TestCertificate.One));

        var result = await AcquireAsync(credential, new TokenRequest(Request.Scope) { Binding = TokenBinding.Required });

        Assert.Same(TestCertificate.One, result.Token!.BindingCertificate);
    }

    [Fact]
    public async Task An_exception_becomes_a_failure_as_in_any_credential()
    {
        var credential = FakeCredential.Issuing(string (_) => throw new InvalidOperationException("boom"));

        Assert.IsType<InvalidOperationException>((await AcquireAsync(credential, Request)).Error!.Exception);
    }

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("line\nbreak")]
    public void A_token_that_cannot_be_sent_is_refused_at_once(string token) =>
        Assert.Throws<ArgumentException>(() => FakeCredential.Issuing(token));

    private static async Task<TokenResult> AcquireAsync(Credential credential, TokenRequest request) =>
        await credential.AcquireAsync(new Acquisition(request), CancellationToken.None);
}
