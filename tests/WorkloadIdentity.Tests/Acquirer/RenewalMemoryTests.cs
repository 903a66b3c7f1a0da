namespace WorkloadIdentity.Tests;

public sealed class RenewalMemoryTests
{
    private static readonly DemandedClaims StepUp = DemandedClaims.Of("""{"access_token":{"acrs":{"value":"c1"}}}""")!;

    private readonly FakeClock _clock = new();
    private readonly RenewalMemory _memory;
    private int _tokens;

    public RenewalMemoryTests() => _memory = new RenewalMemory(_clock);

    [Fact]
    public void After_the_second_renewal_one_runs_per_half_minute()
    {
        Assert.True(_memory.TryStart());
        Assert.True(_memory.TryStart());
        for (var round = 0; round < 2; round++)
        {
            Assert.False(_memory.TryStart());
            _clock.Advance(TimeSpan.FromSeconds(29.9));
            Assert.False(_memory.TryStart());
            _clock.Advance(TimeSpan.FromSeconds(0.1));
            Assert.True(_memory.TryStart());
        }
    }

    [Fact]
    public void A_token_answers_the_claims_it_was_issued_for_while_it_is_unexpired()
    {
        var token = NewToken();
        _memory.Remember(StepUp, token);

        Assert.Same(token.Token, _memory.AnswerTo(DemandedClaims.Of(StepUp.Text)!, _clock.Now)?.Token);
        Assert.Null(_memory.AnswerTo(DemandedClaims.Of("{}")!, _clock.Now));
        Assert.Null(_memory.AnswerTo(StepUp, _clock.Now.AddHours(1)));
    }

    [Fact]
    public void The_four_latest_answers_are_kept()
    {
        var claims = Enumerable.Range(0, 5).Select(number => Named($"claim-{number}")).ToList();
        claims.ForEach(demanded => _memory.Remember(demanded, NewToken()));

        Assert.Equal(
            [false, true, true, true, true], claims.Select(demanded => _memory.AnswerTo(demanded, _clock.Now) is not null));
    }

    [Fact]
    public void A_new_answer_to_the_same_claims_takes_the_place_of_the_old_one()
    {
        var claims = Enumerable.Range(0, 4).Select(number => Named($"claim-{number}")).ToList();
        claims.ForEach(demanded => _memory.Remember(demanded, NewToken()));
        var latest = NewToken();

        _memory.Remember(claims[3], latest);

        Assert.Same(latest.Token, _memory.AnswerTo(claims[3], _clock.Now)?.Token);
        Assert.All(claims, demanded => Assert.NotNull(_memory.AnswerTo(demanded, _clock.Now)));
    }

    [Fact]
    public void The_next_acquisition_carries_the_claims_asked_for_last_until_the_issuer_refuses_them()
    {
        _memory.Remember(StepUp, NewToken());
        _memory.Keep(NewerThan(_clock.Now));
        Assert.Same(StepUp, _memory.Kept);

        _memory.ForgetKept();
        Assert.Null(_memory.Kept);
    }

    [Fact]
    public void An_answer_that_was_rejected_outright_or_for_its_claims_is_forgotten()
    {
        foreach (var claims in new[] { null, StepUp })
        {
            var token = NewToken();
            _memory.Remember(StepUp, token);
            _memory.Reject(token.Token, claims);
            Assert.Null(_memory.AnswerTo(StepUp, _clock.Now));
        }
    }

    [Fact]
    public void An_answer_that_was_rejected_for_other_claims_still_answers_its_own()
    {
        var token = NewToken();
        _memory.Remember(StepUp, token);

        _memory.Reject(token.Token, DemandedClaims.Of("{}"));

        Assert.Same(token.Token, _memory.AnswerTo(StepUp, _clock.Now)?.Token);
    }

    [Fact]
    public void Answers_older_than_a_revocation_are_forgotten_and_newer_ones_are_not()
    {
        var older = DemandedClaims.Of("""{"access_token":{"older":null}}""")!;
        _memory.Remember(older, NewToken());
        _clock.Advance(TimeSpan.FromSeconds(10));
        _memory.Remember(StepUp, NewToken());

        _memory.Reject(rejected: null, NewerThan(_clock.Now.AddSeconds(-5)));

        Assert.Null(_memory.AnswerTo(older, _clock.Now));
        Assert.NotNull(_memory.AnswerTo(StepUp, _clock.Now));

        _memory.Reject(rejected: null, NewerThan(_clock.Now));
        Assert.NotNull(_memory.AnswerTo(StepUp, _clock.Now));
    }

    [Fact]
    public void An_answer_that_a_revocation_names_is_forgotten_however_new_it_is()
    {
        var token = NewToken();
        _memory.Remember(StepUp, token);

        _memory.Reject(token.Token, NewerThan(_clock.Now.AddSeconds(-5)));

        Assert.Null(_memory.AnswerTo(StepUp, _clock.Now));
    }

    [Fact]
    public void An_answer_is_recent_for_half_a_minute()
    {
        var token = NewToken();

        Assert.True(RenewalMemory.IsRecent(token, _clock.Now.AddSeconds(29)));
        Assert.False(RenewalMemory.IsRecent(token, _clock.Now.AddSeconds(30)));
    }

    private static DemandedClaims NewerThan(DateTimeOffset moment) =>
        DemandedClaims.Of($"{{\"access_token\":{{\"nbf\":{{\"value\":{moment.ToUnixTimeSeconds()}}}}}}}")!;

    private static DemandedClaims Named(string claim) => DemandedClaims.Of($"{{\"access_token\":{{\"{claim}\":null}}}}")!;

    private CachedToken NewToken() => new(
        new AccessToken($"token-{++_tokens}", _clock.Now.AddHours(1)), _clock.Now, jitter: 0, startedOn: _clock.Now);
}
