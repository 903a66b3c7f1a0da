namespace WorkloadIdentity.Tests;

public sealed class RetryOptionsTests
{
    public static TheoryData<string, string, RetryOptions> OutOfRange => new()
    {
        { nameof(RetryOptions.MaxAttempts), "at least 1", new() { MaxAttempts = 0 } },
        { nameof(RetryOptions.Delay), "more than zero", new() { Delay = TimeSpan.Zero } },
        { nameof(RetryOptions.MaxDelay), "between Delay and one day", new() { MaxDelay = TimeSpan.FromSeconds(0.1) } },
        { nameof(RetryOptions.MaxDelay), "between Delay and one day", new() { MaxDelay = TimeSpan.FromDays(2) } },
        { nameof(RetryOptions.TotalBudget), "more than zero", new() { TotalBudget = TimeSpan.Zero } },
        { nameof(RetryOptions.AttemptTimeout), "more than zero and at most one hour", new() { AttemptTimeout = TimeSpan.Zero } },
        { nameof(RetryOptions.AttemptTimeout), "more than zero and at most one hour", new() { AttemptTimeout = TimeSpan.FromHours(2) } },
    };

    public static TheoryData<RetryOptions> AtTheLimit => new()
    {
        new RetryOptions { MaxAttempts = 1 },
        new RetryOptions { Delay = TimeSpan.FromSeconds(2), MaxDelay = TimeSpan.FromSeconds(2) },
        new RetryOptions { MaxDelay = TimeSpan.FromDays(1) },
        new RetryOptions { AttemptTimeout = TimeSpan.FromHours(1) },
    };

    [Theory]
    [MemberData(nameof(AtTheLimit))]
    public void A_value_at_the_limit_is_taken(RetryOptions options) => Assert.NotSame(options, options.Checked());

    [Theory]
    [MemberData(nameof(OutOfRange))]
    public void A_value_out_of_range_is_refused_by_name(string name, string range, RetryOptions options)
    {
        var exception = Assert.Throws<ArgumentException>(options.Checked);

        Assert.Equal(name, exception.ParamName);
        Assert.StartsWith($"RetryOptions.{name} must be {range}. (", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_checked_is_a_copy()
    {
        var options = new RetryOptions { MaxAttempts = 7 };
        var copy = options.Checked();

        options.MaxAttempts = 1;

        Assert.Equal(7, copy.MaxAttempts);
    }
}
