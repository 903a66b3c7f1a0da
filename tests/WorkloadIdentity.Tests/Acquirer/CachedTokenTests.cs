using FsCheck;
using FsCheck.Fluent;

namespace WorkloadIdentity.Tests;

public sealed class CachedTokenTests
{
    private static readonly DateTimeOffset Arrival = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>
    /// Lifetime, hint and jitter share; then when the token becomes stale and expiring. All in minutes after the arrival.
    /// </summary>
    public static TheoryData<string, double, double?, double, double, double> Rules => new()
    {
        { "an hour: five minutes before the end", 60, null, 0, 55, 59 },
        { "just two hours: still five minutes before the end", 120, null, 0, 115, 119 },
        { "more than two hours: at half life", 1440, null, 0, 720, 1439 },
        { "short: a quarter before the end", 8, null, 0, 6, 7.2 },
        { "the issuer's hint comes first", 1440, 600, 0, 600, 1439 },
        { "a hint before the arrival says nothing", 60, -5, 0, 55, 59 },
        { "a hint at the arrival says nothing", 60, 0, 0, 55, 59 },
        { "a hint after the end says nothing", 60, 61, 0, 55, 59 },
        { "jitter takes a share of a tenth of the lifetime", 20, null, 0.5, 14, 19 },
        { "jitter takes at most five minutes", 1440, null, 1, 715, 1439 },
        { "jitter never reaches back to the arrival", 60, 2, 1, 1, 59 },
    };

    [Theory]
    [MemberData(nameof(Rules))]
    public void Ages_follow_the_rule(string rule, double lifetime, double? hint, double jitter, double staleAt, double expiringAt)
    {
        var cached = new CachedToken(Token(lifetime, hint), Arrival, jitter);

        Assert.True(TokenAge.Fresh == AgeAt(cached, staleAt, -1), rule);
        Assert.True(TokenAge.Stale == AgeAt(cached, staleAt, 0), rule);
        Assert.Equal(TokenAge.Stale, AgeAt(cached, expiringAt, -1));
        Assert.Equal(TokenAge.Expiring, AgeAt(cached, expiringAt, 0));
        Assert.Equal(TokenAge.Expiring, AgeAt(cached, lifetime, -1));
        Assert.Equal(TokenAge.Expired, AgeAt(cached, lifetime, 0));
    }

    [Fact]
    public void A_clock_that_reads_earlier_than_the_arrival_makes_a_token_stale() =>
        Assert.Equal(TokenAge.Stale, new CachedToken(Token(60, null), Arrival, 0).AgeAt(Arrival.AddTicks(-1).UtcTicks));

    [Fact]
    public void A_hint_is_followed_until_callers_would_wait_for_the_refresh()
    {
        Assert.Equal(Arrival.AddMinutes(59).UtcTicks, new CachedToken(Token(60, 59), Arrival, 0).RefreshAt);
        Assert.Equal(Arrival.AddMinutes(55).UtcTicks, new CachedToken(Token(60, 59.01), Arrival, 0).RefreshAt);
    }

    [Fact]
    public void A_token_is_fresh_from_its_arrival_until_its_refresh()
    {
        var cached = new CachedToken(Token(60, null), Arrival, 0);

        foreach (var (moment, isFresh) in new[]
        {
            (Arrival.AddTicks(-1), false), (Arrival, true), (Arrival.AddMinutes(55).AddTicks(-1), true), (Arrival.AddMinutes(55), false),
        })
        {
            Assert.Equal(isFresh, cached.IsFreshAt(moment.UtcTicks));
            Assert.Equal(isFresh, cached.AgeAt(moment.UtcTicks) == TokenAge.Fresh);
        }
    }

    [Fact]
    public void A_token_that_expired_before_its_arrival_is_expired_and_has_no_time_left()
    {
        var cached = new CachedToken(Token(-5, null), Arrival, 1);

        Assert.Equal(TokenAge.Expired, cached.AgeAt(Arrival.UtcTicks));
        Assert.Equal(TimeSpan.Zero, cached.LeftAt(Arrival));
    }

    [Fact]
    public void What_is_held_and_what_is_left_are_measured_from_arrival_and_end()
    {
        var cached = new CachedToken(Token(60, null), Arrival, 0);

        Assert.Equal(TimeSpan.FromMinutes(20), cached.HeldFor(Arrival.AddMinutes(20).UtcTicks));
        Assert.Equal(TimeSpan.FromMinutes(40), cached.LeftAt(Arrival.AddMinutes(20)));
        Assert.Equal(TimeSpan.Zero, cached.HeldFor(Arrival.AddMinutes(-1).UtcTicks));
    }

    [Fact]
    public void A_token_ends_with_the_assertion_behind_it() =>
        Assert.Equal(
            TokenAge.Expired,
            new CachedToken(Token(60, null), Arrival, 0, Arrival.AddMinutes(10).UtcTicks).AgeAt(Arrival.AddMinutes(10).UtcTicks));

    [Fact]
    public void Ages_only_ever_advance_and_an_expired_token_is_never_alive()
    {
        var gen = from lifetime in Gen.Choose(0, 200_000)
                  from hint in Gen.Choose(-1_000, 250_000)
                  from hinted in Gen.Elements(true, false)
                  from jitter in Gen.Choose(0, 1_000)
                  from cap in Gen.Choose(0, 250_000)
                  from capped in Gen.Elements(true, false)
                  select (lifetime, hint: hinted ? hint : (int?)null, jitter: jitter / 1000.0, cap: capped ? cap : (int?)null);

        Prop.ForAll(gen.ToArbitrary(), situation =>
        {
            var (lifetime, hint, jitter, cap) = situation;
            var end = Arrival.AddSeconds(Math.Min(lifetime, cap ?? int.MaxValue));
            var cached = new CachedToken(
                new AccessToken("t", Arrival.AddSeconds(lifetime), hint is { } seconds ? Arrival.AddSeconds(seconds) : null), Arrival,
                jitter, cap is { } limit ? Arrival.AddSeconds(limit).UtcTicks : long.MaxValue);
            var ages = Enumerable.Range(0, 401).Select(step => cached.AgeAt((Arrival + ((end - Arrival) * step / 400)).UtcTicks)).ToList();

            return ages.SequenceEqual(ages.Order())
                && ages[^1] == TokenAge.Expired
                && !cached.IsUnexpiredAt(end)
                && (end <= Arrival
                    || (cached.IsUnexpiredAt(Arrival) && cached.RefreshAt > Arrival.UtcTicks && cached.RefreshAt <= end.UtcTicks));
        }).QuickCheckThrowOnFailure();
    }

    private static AccessToken Token(double lifetime, double? hint) =>
        new("t", Arrival.AddMinutes(lifetime), hint is { } minutes ? Arrival.AddMinutes(minutes) : null);

    private static TokenAge AgeAt(CachedToken cached, double minutes, int ticks) =>
        cached.AgeAt(Arrival.AddMinutes(minutes).AddTicks(ticks).UtcTicks);
}
