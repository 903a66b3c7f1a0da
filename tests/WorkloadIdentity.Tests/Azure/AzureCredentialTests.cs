using Azure;
using Azure.Core;
using Azure.Identity;
using WorkloadIdentity.Azure;
using AzureAccessToken = Azure.Core.AccessToken;

namespace WorkloadIdentity.Tests;

public sealed class AzureCredentialTests
{
    private const string Scope = "https://vault.azure.net/.default";
    private const string Tenant = "72f988bf-86f1-41af-91ab-2d7cd011db47";
    private static readonly DateTimeOffset Expiry = new(2099, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Its_token_is_cached_and_shared_by_all_who_wait()
    {
        var calls = 0;
        var inner = Inner((_, _) =>
        {
            Interlocked.Increment(ref calls);
            return new AzureAccessToken("t", Expiry, Expiry.AddHours(-1));
        });
        using var acquirer = new TokenAcquirer(new AzureCredential(inner));

        var tokens = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => acquirer.GetTokenAsync(new TokenRequest(Scope)).AsTask()));

        var token = Assert.Single(tokens.Distinct());
        Assert.Equal(1, calls);
        Assert.Equal(("t", Expiry, Expiry.AddHours(-1), "Bearer"), (token.Value, token.ExpiresOn, token.RefreshOn, token.TokenType));
        Assert.StartsWith("azure ", token.AcquiredBy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_request_says_reaches_it()
    {
        TokenRequestContext asked = default;
        var credential = new AzureCredential(Inner((context, _) =>
        {
            asked = context;
            return new AzureAccessToken("t", Expiry);
        }))
        { HonoursTenant = true };

        await AcquireAsync(
            credential, new Acquisition(new TokenRequest(Scope) { TenantId = Tenant, ContinuousAccess = true }) { Claims = "{}" });

        Assert.Equal([Scope], asked.Scopes);
        Assert.Equal((Tenant, true, "{}"), (asked.TenantId, asked.IsCaeEnabled, asked.Claims));
    }

    [Fact]
    public async Task A_tenant_it_may_ignore_and_a_user_it_cannot_know_are_refused_without_asking()
    {
        var credential = new AzureCredential(Inner((_, _) => throw new InvalidOperationException("asked")));

        var tenant = await AcquireAsync(credential, new Acquisition(new TokenRequest(Scope) { TenantId = Tenant }));
        var user = await AcquireAsync(credential, new Acquisition(new TokenRequest(Scope) { UserAssertion = "user" }));

        Assert.Equal((TokenVerdict.Failed, RequestFeatures.TenantId), (tenant.Verdict, tenant.Error!.UnsupportedFeatures));
        Assert.Equal((TokenVerdict.Failed, RequestFeatures.UserAssertion), (user.Verdict, user.Error!.UnsupportedFeatures));
    }

    public static TheoryData<string, Exception, TokenVerdict, TokenErrorKind, bool> Thrown => new()
    {
        { "not here", new CredentialUnavailableException("canary"), TokenVerdict.Unavailable, TokenErrorKind.NotConfigured, false },
        { "user wanted", new AuthenticationRequiredException("canary", default), TokenVerdict.Failed, TokenErrorKind.Refused, false },
        { "refused with a code", new AuthenticationFailedException(
            "canary AADSTS7000215: canary"), TokenVerdict.Failed, TokenErrorKind.Refused, false },
        { "refused", new AuthenticationFailedException("canary"), TokenVerdict.Failed, TokenErrorKind.Refused, false },
        { "status 400", new AuthenticationFailedException(
            "canary", new RequestFailedException(400, "canary")), TokenVerdict.Failed, TokenErrorKind.Refused, false },
        { "status 503", new AuthenticationFailedException(
            "canary", new RequestFailedException(503, "canary")), TokenVerdict.Failed, TokenErrorKind.Refused, true },
        { "status 429", new AuthenticationFailedException(
            "canary", new RequestFailedException(429, "canary")), TokenVerdict.Failed, TokenErrorKind.Throttled, true },
        { "no network", new AuthenticationFailedException(
            "canary", new AggregateException(new HttpRequestException("canary"))), TokenVerdict.Failed, TokenErrorKind.Unreachable, true },
        { "no answer", new RequestFailedException("canary"), TokenVerdict.Failed, TokenErrorKind.Unreachable, true },
        { "its own time limit", new AuthenticationFailedException(
            "canary", new TaskCanceledException("canary")), TokenVerdict.Failed, TokenErrorKind.TimedOut, true },
        { "a foreign cancellation", new OperationCanceledException("canary"), TokenVerdict.Failed, TokenErrorKind.TimedOut, true },
        { "a defect", new InvalidOperationException("canary"), TokenVerdict.Failed, TokenErrorKind.InvalidConfiguration, false },
    };

    [Theory]
    [MemberData(nameof(Thrown))]
    public async Task What_it_throws_is_judged_by_type_and_its_text_stays_inside(
        string situation, Exception thrown, TokenVerdict verdict, TokenErrorKind kind, bool isTransient)
    {
        Assert.NotEmpty(situation);
        var result = await AcquireAsync(new AzureCredential(Inner((_, _) => throw thrown)));

        Assert.Equal((verdict, kind, isTransient), (result.Verdict, result.Error!.Kind, result.Error.IsTransient));
        Assert.Same(thrown, result.Error.Exception);
        Assert.DoesNotContain("canary", result.Error.ToString(), StringComparison.Ordinal);
        Assert.Contains(thrown.GetType().Name, result.Error.Message, StringComparison.Ordinal);
        Assert.Equal(thrown.Message.Contains("AADSTS", StringComparison.Ordinal) ? [7000215] : [], result.Error.EntraErrorCodes);
    }

    [Fact]
    public async Task A_throw_before_the_first_await_is_judged_alike()
    {
        var inner = DelegatedTokenCredential.Create((_, _) => default, (_, _) => throw new CredentialUnavailableException("no"));

        Assert.Equal(TokenVerdict.Unavailable, (await AcquireAsync(new AzureCredential(inner))).Verdict);
    }

    [Fact]
    public async Task No_token_is_an_error()
    {
        await AssertInvalidAsync(default, "returned no token");
        await AssertInvalidAsync(new AzureAccessToken("", Expiry), "returned no token");
        await AssertInvalidAsync(new AzureAccessToken("canary\r\nX-Evil: 1", Expiry), "not allowed in a Bearer token");
        await AssertInvalidAsync(new AzureAccessToken("canary;id", Expiry), "not allowed in a Bearer token");
    }

    [Fact]
    public async Task A_token_that_has_expired_is_an_error()
    {
        using var acquirer =
            new TokenAcquirer(new AzureCredential(
                Inner((_, _) => new AzureAccessToken("canary", new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero)))));

        var exception =
            await Assert.ThrowsAsync<TokenAcquisitionException>(async () => await acquirer.GetTokenAsync(new TokenRequest(Scope)));

        Assert.Equal(TokenErrorKind.InvalidResponse, exception.Error.Kind);
        Assert.Contains("already expired (2020-01-01", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", exception.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task One_that_hangs_ends_on_the_acquirers_limit(bool blocks)
    {
        using var release = new ManualResetEventSlim();
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var clock = new FakeClock();
        var inner = DelegatedTokenCredential.Create((_, _) => default, async (_, _) =>
        {
            entered.SetResult();
            if (blocks)
            {
                release.Wait(CancellationToken.None);
            }
            else
            {
                await new TaskCompletionSource().Task;
            }

            return default;
        });
        using var acquirer = new TokenAcquirer(new AzureCredential(inner), new TokenAcquirerOptions { TimeProvider = clock });

        var waiting = acquirer.GetTokenAsync(new TokenRequest(Scope)).AsTask();
        await entered.Task.WaitAsync(Patience.Limit);
        clock.Advance(TimeSpan.FromMinutes(3));
        var exception = await Assert.ThrowsAsync<TokenAcquisitionException>(() => waiting.WaitAsync(Patience.Limit));
        release.Set();

        Assert.Equal(TokenErrorKind.TimedOut, exception.Error.Kind);
    }

    [Fact]
    public async Task The_callers_cancellation_that_it_wraps_is_unwrapped()
    {
        using var cancellation = new CancellationTokenSource();
        var credential = new AzureCredential(Inner((_, _) =>
        {
            cancellation.Cancel();
            throw new AuthenticationFailedException("wrapped", new OperationCanceledException());
        }));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await credential.AcquireAsync(new Acquisition(new TokenRequest(Scope)), cancellation.Token));
    }

    [Fact]
    public async Task A_chain_goes_on_past_one_that_is_not_here_and_stops_at_one_that_fails()
    {
        var here = new AzureCredential(Inner((_, _) => new AzureAccessToken("t", Expiry)));
        var absent = new AzureCredential(new ClientlessCredential());
        var failing = new AzureCredential(Inner((_, _) => throw new AuthenticationFailedException("no")));

        Assert.Equal("t", (await AcquireAsync(new CredentialChain(absent, here))).Token?.Value);
        Assert.Equal(TokenVerdict.Failed, (await AcquireAsync(new CredentialChain(failing, here))).Verdict);
        Assert.Equal("azure ClientlessCredential", absent.Name);
    }

    [Fact]
    public async Task A_credential_of_Azure_Identity_that_finds_nothing_is_not_here()
    {
        var credential = new AzureCredential(new ChainedTokenCredential(new ClientlessCredential(), new ClientlessCredential()));

        Assert.Equal(TokenVerdict.Unavailable, (await AcquireAsync(credential)).Verdict);
    }

    [Fact]
    public async Task Our_own_error_comes_back_out_of_a_chain_of_Azure()
    {
        var tokens =
            new FakeTokens { OnGet = (_, _) => throw new TokenAcquisitionException(new TokenError(TokenErrorKind.Refused, "ours")) };
        var credential = new AzureCredential(new ChainedTokenCredential(tokens.AsTokenCredential()));

        Assert.Equal("ours", (await AcquireAsync(credential)).Error!.Message);
    }

    [Fact]
    public void Our_own_acquirer_is_no_credential_to_put_behind_another() =>
        Assert.Throws<ArgumentException>(() => new AzureCredential(new FakeTokens().AsTokenCredential()));

    private static async Task AssertInvalidAsync(AzureAccessToken token, string says)
    {
        var result = await AcquireAsync(new AzureCredential(Inner((_, _) => token)));

        Assert.Equal((TokenVerdict.Failed, TokenErrorKind.InvalidResponse), (result.Verdict, result.Error!.Kind));
        Assert.Contains(says, result.Error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", result.Error.ToString(), StringComparison.Ordinal);
    }

    private static TokenCredential Inner(Func<TokenRequestContext, CancellationToken, AzureAccessToken> get) =>
        DelegatedTokenCredential.Create(get);

    private static async Task<TokenResult> AcquireAsync(Credential credential, Acquisition? acquisition = null) =>
        await credential.AcquireAsync(acquisition ?? new Acquisition(new TokenRequest(Scope)), CancellationToken.None);

    private sealed class ClientlessCredential : TokenCredential
    {
        public override AzureAccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            throw new CredentialUnavailableException("nothing here");

        public override ValueTask<AzureAccessToken> GetTokenAsync(
            TokenRequestContext requestContext,
            CancellationToken cancellationToken) => throw new CredentialUnavailableException("nothing here");
    }
}
