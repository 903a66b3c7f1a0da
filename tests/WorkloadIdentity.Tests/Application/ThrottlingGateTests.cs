using System.Globalization;

namespace WorkloadIdentity.Tests;

public sealed class ThrottlingGateTests
{
    private static readonly TokenError Throttled = new(TokenErrorKind.Throttled, "Slow down.");
    private readonly FakeClock _clock = new();

    [Fact]
    public void It_tells_the_answer_again_until_the_wait_is_over()
    {
        var gate = new ThrottlingGate(_clock);
        gate.Close("contoso.com", Throttled, TimeSpan.FromSeconds(30));

        _clock.Advance(TimeSpan.FromSeconds(29));
        var error = gate.Closed("CONTOSO.com");
        Assert.True(error!.IsRepeated);
        Assert.Equal(TimeSpan.FromSeconds(1), error.RetryAfter);
        Assert.StartsWith("Slow down.", error.Message, StringComparison.Ordinal);
        Assert.Null(gate.Closed("fabrikam.com"));

        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(gate.Closed("contoso.com"));
    }

    [Fact]
    public void A_wall_clock_that_is_set_moves_no_wait()
    {
        var gate = new ThrottlingGate(_clock);
        gate.Close("contoso.com", Throttled, TimeSpan.FromSeconds(30));

        _clock.SetWallClock(_clock.Now.AddDays(1));

        Assert.NotNull(gate.Closed("contoso.com"));
    }

    [Fact]
    public void Retry_after_is_limited_to_one_hour()
    {
        var gate = new ThrottlingGate(_clock);
        gate.Close("contoso.com", Throttled, TimeSpan.MaxValue);

        _clock.Advance(ThrottlingGate.MaxWait - TimeSpan.FromSeconds(1));
        Assert.NotNull(gate.Closed("contoso.com"));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(gate.Closed("contoso.com"));
    }

    [Fact]
    public void It_remembers_so_many_tenants_and_forgets_the_one_that_is_over_first()
    {
        var gate = new ThrottlingGate(_clock);
        for (var number = 0; number <= ThrottlingGate.MaxTenants; number++)
        {
            gate.Close(number.ToString(CultureInfo.InvariantCulture), Throttled, TimeSpan.FromSeconds(number == 7 ? 10 : 60));
        }

        var closed =
            Enumerable.Range(0, ThrottlingGate.MaxTenants + 1)
                .Where(number => gate.Closed(number.ToString(CultureInfo.InvariantCulture)) is not null).ToArray();
        Assert.Equal(ThrottlingGate.MaxTenants, closed.Length);
        Assert.DoesNotContain(7, closed);
    }
}
