namespace WorkloadIdentity.Tests;

public sealed class RetryOptionsTests
{
    public static TheoryData<string, RetryOptions> OutOfRange => new()
    {
        { nameof(RetryOptions.MaxAttempts), new() { MaxAttempts = 0 } },
        { nameof(RetryOptions.Delay), new() { Delay = TimeSpan.Zero } },
        { nameof(RetryOptions.MaxDelay), new() { MaxDelay = TimeSpan.FromSeconds(0.1) } },
        { nameof(RetryOptions.MaxDelay), new() { MaxDelay = TimeSpan.FromDays(2) } },
        { nameof(RetryOptions.TotalBudget), new() { TotalBudget = TimeSpan.Zero } },
        { nameof(RetryOptions.AttemptTimeout), new() { AttemptTimeout = TimeSpan.Zero } },
        { nameof(RetryOptions.AttemptTimeout), new() { AttemptTimeout = TimeSpan.FromHours(2) } },
    };

    [Theory]
    [MemberData(nameof(OutOfRange))]
    public void A_value_out_of_range_is_refused_by_name(string name, RetryOptions options)
    {
        var exception = Assert.Throws<ArgumentException>(options.Checked);

        Assert.Equal(name, exception.ParamName);
        Assert.StartsWith($"RetryOptions.{name} must be ", exception.Message, StringComparison.Ordinal);
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
