namespace WorkloadIdentity.Tests;

/// <summary>
/// Claims: which token answers them, how long the answer holds, and how an API that asks for them is not asked again at each call.
/// </summary>
public sealed class ClaimsRenewalTests : IDisposable
{
    private const string Strong = """{"access_token":{"acrs":{"essential":true,"value":"c1"}}}""";
    private const string Third = """{"access_token":{"acrs":{"essential":true,"value":"c3"}}}""";
    private const string Other = """{"access_token":{"acrs":{"essential":true,"value":"c2"}}}""";
    private static readonly TokenRequest Request = new("api://orders/.default");
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly FakeClock _clock = new();
    private readonly ControlledCredential _credential;
    private readonly TokenAcquirer _acquirer;

    public ClaimsRenewalTests()
    {
        _credential = new ControlledCredential(_clock);
        _acquirer = new TokenAcquirer(_credential, new TokenAcquirerOptions { TimeProvider = _clock, Jitter = () => 0 });
    }

    public void Dispose() => _acquirer.Dispose();

    // ---- which token answers

    [Fact]
    public async Task A_refresh_under_way_does_not_answer_claims()
    {
        var rejected = await HoldAsync();
        _clock.Advance(TimeSpan.FromMinutes(56));
        await _acquirer.GetTokenAsync(Request);
        var refresh = await _credential.NextAsync();

        var renewing = _acquirer.RenewTokenAsync(Request, rejected, Strong).AsTask();
        refresh.Issue(_credential.NewToken(Hour));
        var renewal = await _credential.NextAsync();
        var answer = renewal.Issue(_credential.NewToken(Hour));

        Assert.Equal(Strong, renewal.Acquisition.Claims);
        Assert.Equal(answer.Value, (await renewing).Value);
    }

    [Fact]
    public async Task A_token_that_came_without_the_claims_does_not_answer_them()
    {
        IssueAtOnce();
        var first = await GetAsync();
        await RenewAsync(first);

        await RenewAsync(first, Strong);

        Assert.Equal([null, null, Strong], Claims);
    }

    [Theory]
    [InlineData("""{"access_token":{"nbf":{"essential":true,"value":"@"}}}""")]
    [InlineData("""{"access_token":{"nbf":{"essential":true,"value":@}}}""")]
    public async Task Claims_that_only_ask_for_a_newer_token_are_answered_by_any_newer_one(string form)
    {
        IssueAtOnce();
        var first = await GetAsync();
        _clock.Advance(TimeSpan.FromMinutes(1));
        var newerThanFirst = NewerThan(form, _clock.Now);
        _clock.Advance(TimeSpan.FromMinutes(1));
        var second = await RenewAsync(first);

        Assert.Equal(second.Value, (await RenewAsync(first, newerThanFirst)).Value);
        Assert.Equal([null, null], Claims);

        _clock.Advance(TimeSpan.FromMinutes(1));
        var newerThanSecond = NewerThan(form, _clock.Now);
        await RenewAsync(first, newerThanSecond);
        Assert.Equal([null, null, newerThanSecond], Claims);
    }

    [Theory]
    [InlineData(-1, true)]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public async Task A_refresh_under_way_answers_claims_for_a_newer_token_if_it_started_late_enough(int seconds, bool answers)
    {
        var rejected = await HoldAsync();
        _clock.Advance(TimeSpan.FromMinutes(56));
        await _acquirer.GetTokenAsync(Request);
        var refresh = await _credential.NextAsync();
        var claims = NewerThan(_clock.Now.AddSeconds(seconds));

        _clock.Advance(TimeSpan.FromSeconds(2));
        var renewing = _acquirer.RenewTokenAsync(Request, rejected, claims).AsTask();
        var fresh = refresh.Issue(_credential.NewToken(Hour));
        if (!answers)
        {
            var renewal = await _credential.NextAsync();
            Assert.Equal(claims, renewal.Acquisition.Claims);
            fresh = renewal.Issue(_credential.NewToken(Hour));
        }

        Assert.Equal(fresh.Value, (await renewing).Value);
        Assert.Equal(answers ? 2 : 3, _credential.Calls);
    }

    [Fact]
    public async Task Whoever_does_not_name_the_rejected_token_is_not_answered_by_a_refresh_under_way()
    {
        await HoldAsync();
        _clock.Advance(TimeSpan.FromMinutes(56));
        await _acquirer.GetTokenAsync(Request);
        var refresh = await _credential.NextAsync();
        var claims = NewerThan(_clock.Now.AddMinutes(-1));

        var renewing = _acquirer.RenewTokenAsync(Request, null, claims).AsTask();
        refresh.Issue(_credential.NewToken(Hour));
        var renewal = await _credential.NextAsync();
        var answer = renewal.Issue(_credential.NewToken(Hour));

        Assert.Equal(claims, renewal.Acquisition.Claims);
        Assert.Equal(answer.Value, (await renewing).Value);
    }

    [Theory]
    [InlineData("""{"access_token":{"nbf":{"essential":true}}}""")]
    [InlineData("""{"access_token":{"nbf":{"value":"soon"}}}""")]
    [InlineData("""{"access_token":{"nbf":{"value":"99999999999999999"}}}""")]
    [InlineData("""{"access_token":{"nbf":{"value":"-1"}}}""")]
    [InlineData("""{"access_token":{"nbf":"1"}}""")]
    [InlineData("""{"access_token":{"nbf":{"value":"1"},"acrs":{"value":"c1"}}}""")]
    [InlineData("""{"id_token":{"nbf":{"value":"1"}}}""")]
    [InlineData("""[]""")]
    [InlineData("not JSON")]
    public async Task All_other_claims_are_asked_for(string claims)
    {
        IssueAtOnce();
        var first = await GetAsync();
        await RenewAsync(first);

        await RenewAsync(first, claims);

        Assert.Equal([null, null, claims], Claims);
    }

    // ---- how long an answer holds

    [Fact]
    public async Task A_refresh_keeps_the_claims_that_the_resource_asked_for()
    {
        IssueAtOnce();
        await RenewAsync(await GetAsync(), Strong);
        for (var refreshes = 0; refreshes < 3; refreshes++)
        {
            var before = await GetAsync();
            _clock.Advance(TimeSpan.FromMinutes(56));
            await Patience.UntilAsync(async () => (await _acquirer.GetTokenAsync(Request)).Value != before.Value);
        }

        Assert.Equal([null, Strong, Strong, Strong, Strong], Claims);

        // Whoever still holds the token of before is given the present one.
        Assert.Equal((await GetAsync()).Value, (await RenewAsync(new AccessToken("an-earlier-one", _clock.Now), Strong)).Value);
        Assert.Equal(5, _credential.Calls);
    }

    [Fact]
    public async Task A_token_that_expired_and_one_that_was_rejected_outright_are_replaced_with_the_claims()
    {
        IssueAtOnce();
        await RenewAsync(await GetAsync(), Strong);
        await RenewAsync(await GetAsync());
        _clock.Advance(2 * Hour);
        await GetAsync();

        Assert.Equal([null, Strong, Strong, Strong], Claims);
    }

    [Fact]
    public async Task Claims_that_only_ask_for_a_newer_token_are_not_kept()
    {
        IssueAtOnce();
        var claims = NewerThan(_clock.Now.AddMinutes(1));
        await RenewAsync(await GetAsync(), claims);
        _clock.Advance(2 * Hour);
        await GetAsync();

        Assert.Equal([null, claims, null], Claims);
    }

    [Fact]
    public async Task Kept_claims_that_are_refused_are_forgotten_and_the_token_comes_without_them()
    {
        IssueAtOnce();
        await RenewAsync(await GetAsync(), Strong);
        _credential.Answer = acquisition => acquisition.Claims is null
            ? TokenResult.Issued(_credential.NewToken(Hour))
            : TokenResult.Failed(new TokenError(TokenErrorKind.Refused, "blocked"));
        _clock.Advance(2 * Hour);

        await GetAsync();
        _clock.Advance(2 * Hour);
        await GetAsync();

        Assert.Equal([null, Strong, Strong, null, null], Claims);
    }

    [Fact]
    public async Task A_rejected_token_is_renewed_without_kept_claims_that_are_refused()
    {
        IssueAtOnce();
        var answer = await RenewAsync(await GetAsync(), Strong);
        _credential.Answer = acquisition => acquisition.Claims is null
            ? TokenResult.Issued(_credential.NewToken(Hour))
            : TokenResult.Failed(new TokenError(TokenErrorKind.Refused, "blocked"));
        _clock.Advance(TimeSpan.FromSeconds(30));
        var renewing = _acquirer.RenewTokenAsync(Request, answer).AsTask();
        Assert.Same(answer, await renewing);
        _clock.Advance(TimeSpan.FromSeconds(30));

        Assert.NotEqual(answer.Value, (await RenewAsync(answer)).Value);
        Assert.Equal([null, Strong, Strong, null], Claims);
    }

    [Fact]
    public async Task An_outage_is_no_reason_to_forget_the_claims()
    {
        IssueAtOnce();
        await RenewAsync(await GetAsync(), Strong);
        _clock.Advance(2 * Hour);
        var issuing = _credential.Answer;
        _credential.Answer = _ => TokenResult.Failed(new TokenError(TokenErrorKind.Unreachable, "down"));
        await Assert.ThrowsAsync<TokenAcquisitionException>(() => _acquirer.GetTokenAsync(Request).AsTask());
        _credential.Answer = issuing;
        _clock.Advance(TimeSpan.FromSeconds(1));

        await GetAsync();

        Assert.Equal([null, Strong, Strong, Strong], Claims);
    }

    // ---- the same claims again

    [Fact]
    public async Task An_answer_that_is_rejected_for_the_same_claims_is_replaced()
    {
        IssueAtOnce();
        var answer = await RenewAsync(await GetAsync(), Strong);

        var next = await RenewAsync(answer, Strong);

        Assert.NotEqual(answer.Value, next.Value);
        Assert.Equal([null, Strong, Strong], Claims);
        Assert.Same(next, await RenewAsync(next, Strong));
    }

    [Fact]
    public async Task A_remembered_answer_takes_its_place_again_and_is_replaced_when_it_is_rejected_too()
    {
        IssueAtOnce();
        var strong = await RenewAsync(await GetAsync(), Strong);
        var other = await RenewAsync(strong, Other);

        Assert.Equal(strong.Value, (await RenewAsync(other, Strong)).Value);
        Assert.Same(strong, await GetAsync());
        Assert.Equal(3, _credential.Calls);

        _clock.Advance(TimeSpan.FromSeconds(30));
        var next = await RenewAsync(await GetAsync(), Strong);
        Assert.NotEqual(strong.Value, next.Value);
        Assert.Equal([null, Strong, Other, Strong], Claims);
    }

    [Fact]
    public async Task A_token_that_was_rejected_outright_answers_no_claims_any_more()
    {
        IssueAtOnce();
        var strong = await RenewAsync(await GetAsync(), Strong);
        await RenewAsync(strong, Other);
        _clock.Advance(TimeSpan.FromSeconds(30));
        await RenewAsync(strong);
        var other = await GetAsync();

        var next = await RenewAsync(other, Strong);

        Assert.NotEqual(strong.Value, next.Value);
    }

    [Fact]
    public async Task What_is_older_than_an_API_allows_answers_no_claims_any_more()
    {
        IssueAtOnce();
        var strong = await RenewAsync(await GetAsync(), Strong);
        var other = await RenewAsync(strong, Other);
        _clock.Advance(TimeSpan.FromMinutes(1));
        var newer = await RenewAsync(other, NewerThan(_clock.Now));
        _clock.Advance(TimeSpan.FromSeconds(30));

        var next = await RenewAsync(newer, Strong);

        Assert.NotEqual(strong.Value, next.Value);
        Assert.Equal(5, _credential.Calls);
    }

    [Fact]
    public async Task A_machine_whose_clock_is_behind_still_shares_the_answer_to_claims_for_a_newer_token()
    {
        IssueAtOnce();
        var first = await GetAsync();
        var claims = NewerThan(_clock.Now.AddMinutes(5));

        var answer = await RenewAsync(first, claims);

        Assert.Same(answer, await RenewAsync(first, claims));
        Assert.Equal([null, claims], Claims);
    }

    [Fact]
    public async Task Whoever_does_not_name_the_rejected_token_gets_a_recent_answer_and_later_a_new_one()
    {
        IssueAtOnce();
        await GetAsync();
        var answer = await RenewAsync(null, Strong);
        _clock.Advance(TimeSpan.FromSeconds(29));
        Assert.Same(answer, await RenewAsync(null, Strong));

        _clock.Advance(TimeSpan.FromSeconds(1));
        var next = await RenewAsync(null, Strong);
        Assert.NotEqual(answer.Value, next.Value);

        _clock.Advance(TimeSpan.FromSeconds(30));
        Assert.NotEqual(next.Value, (await RenewAsync(null, Strong)).Value);
        Assert.Equal([null, Strong, Strong, Strong], Claims);
    }

    [Fact]
    public async Task Beyond_the_budget_the_remembered_answer_is_given()
    {
        IssueAtOnce();
        await GetAsync();
        var answer = await RenewAsync(null, Strong);
        await RenewAsync(null, Other);
        _clock.Advance(TimeSpan.FromSeconds(29.5));
        var other = await RenewAsync(answer, Other);
        _clock.Advance(TimeSpan.FromSeconds(0.6));
        await RenewAsync(other, Other);

        // The answer is no longer recent, and a renewal has just run.
        Assert.Same(answer, await RenewAsync(null, Strong));
    }

    [Fact]
    public async Task Beyond_the_budget_the_held_token_is_given_to_who_names_no_rejected_one()
    {
        IssueAtOnce();
        await GetAsync();
        await RenewAsync(null, Strong);
        var held = await RenewAsync(null, Other);

        Assert.Same(held, await RenewAsync(null, Third));
        Assert.Equal([null, Strong, Other], Claims);
    }

    [Fact]
    public async Task Beyond_the_budget_the_rejected_token_itself_is_given_back()
    {
        IssueAtOnce();
        var held = await GetAsync();
        held = await RenewAsync(held);
        held = await RenewAsync(held);
        var rejected = new AccessToken(held.Value, held.ExpiresOn);

        Assert.Same(rejected, await RenewAsync(rejected));
        Assert.Equal(3, _credential.Calls);
    }

    [Fact]
    public async Task A_remembered_answer_that_takes_its_place_again_keeps_its_claims()
    {
        IssueAtOnce();
        var strong = await RenewAsync(await GetAsync(), Strong);
        await RenewAsync(await RenewAsync(strong, Other), Strong);
        _clock.Advance(2 * Hour);

        await GetAsync();

        Assert.Equal([null, Strong, Other, Strong], Claims);
    }

    [Fact]
    public async Task A_token_that_is_rejected_outright_is_renewed_while_other_answers_are_remembered()
    {
        IssueAtOnce();
        var other = await RenewAsync(await RenewAsync(await GetAsync(), Strong), Other);
        _clock.Advance(TimeSpan.FromSeconds(30));

        Assert.NotEqual(other.Value, (await RenewAsync(other)).Value);
        Assert.Equal([null, Strong, Other, Other], Claims);
    }

    // ---- renewals that fail

    [Fact]
    public async Task A_renewal_with_kept_claims_that_fails_for_the_moment_fails_after_one_call()
    {
        IssueAtOnce();
        var answer = await RenewAsync(await GetAsync(), Strong);
        _credential.Answer = _ => TokenResult.Failed(new TokenError(TokenErrorKind.Unreachable, "down"));

        await Assert.ThrowsAsync<TokenAcquisitionException>(() => RenewAsync(answer));

        Assert.Equal([null, Strong, Strong], Claims);
    }

    [Fact]
    public async Task A_refusal_of_other_claims_is_given_to_the_caller_and_the_kept_claims_stay()
    {
        IssueAtOnce();
        var answer = await RenewAsync(await GetAsync(), Strong);
        var issuing = _credential.Answer;
        _credential.Answer = _ => TokenResult.Failed(new TokenError(TokenErrorKind.Refused, "blocked"));
        await Assert.ThrowsAsync<TokenAcquisitionException>(() => RenewAsync(answer, Other));
        _credential.Answer = issuing;
        _clock.Advance(2 * Hour);

        await GetAsync();

        Assert.Equal([null, Strong, Other, Strong], Claims);
    }

    [Fact]
    public async Task A_credential_that_cannot_carry_claims_leaves_the_caller_with_the_token_that_was_rejected_or_is_held()
    {
        var credential = new ControlledCredential(_clock) { Features = RequestFeatures.None };
        credential.Answer = _ => TokenResult.Issued(credential.NewToken(Hour));
        using var acquirer = new TokenAcquirer(credential, new TokenAcquirerOptions { TimeProvider = _clock, Jitter = () => 0 });
        var held = await acquirer.GetTokenAsync(Request);

        Assert.Same(held, await acquirer.RenewTokenAsync(Request, rejected: null, Strong));

        // That was one renewal, so a second one is within the budget.
        var renewed = await acquirer.RenewTokenAsync(Request, held);
        Assert.NotEqual(held.Value, renewed.Value);

        var rejected = new AccessToken(renewed.Value, renewed.ExpiresOn);
        _clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Same(rejected, await acquirer.RenewTokenAsync(Request, rejected, Strong));
    }

    // ---- the second level

    [Fact]
    public async Task What_others_share_is_not_asked_for_claims()
    {
        var store = new CountingStore();
        var credential = new ControlledCredential(_clock) { SharedAs = "app" };
        credential.Answer = _ => TokenResult.Issued(credential.NewToken(Hour));
        var options = new TokenAcquirerOptions { TimeProvider = _clock, Jitter = () => 0, Store = store };
        using var acquirer = new TokenAcquirer(credential, options);
        await acquirer.RenewTokenAsync(Request, await acquirer.GetTokenAsync(Request), Strong);
        Assert.Equal(2, store.Asked);
        _clock.Advance(2 * Hour);

        await acquirer.GetTokenAsync(Request);

        Assert.Equal(2, store.Asked);
        Assert.Equal(Strong, credential.Acquisitions.Last().Claims);
    }

    private IEnumerable<string?> Claims => _credential.Acquisitions.Select(acquisition => acquisition.Claims);

    private static string NewerThan(DateTimeOffset moment) =>
        NewerThan("""{"access_token":{"nbf":{"essential":true,"value":"@"}}}""", moment);

    private static string NewerThan(string form, DateTimeOffset moment) =>
        form.Replace("@", $"{moment.ToUnixTimeSeconds()}", StringComparison.Ordinal);

    private void IssueAtOnce() => _credential.Answer = _ => TokenResult.Issued(_credential.NewToken(Hour));

    private async Task<AccessToken> GetAsync() => await _acquirer.GetTokenAsync(Request);

    private async Task<AccessToken> RenewAsync(AccessToken? rejected, string? claims = null) =>
        await _acquirer.RenewTokenAsync(Request, rejected, claims);

    private async Task<AccessToken> HoldAsync()
    {
        var getting = _acquirer.GetTokenAsync(Request).AsTask();
        (await _credential.NextAsync()).Issue(_credential.NewToken(Hour));
        return await getting;
    }

    private sealed class CountingStore : TokenStore
    {
        private int _asked;

        public int Asked => _asked;

        public override ValueTask<AccessToken?> ReadAsync(string partition, TokenRequest request, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _asked);
            return default;
        }

        public override ValueTask WriteAsync(string partition, TokenRequest request, AccessToken token, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _asked);
            return default;
        }
    }
}
