using WorkloadIdentity.Governance;

namespace WorkloadIdentity.Tests;

public sealed class SignInActivityTests
{
    private static readonly DateTimeOffset Day = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_latest_of_the_three_counts()
    {
        Assert.Null(new SignInActivity().Latest);
        Assert.Equal(
            Day.AddDays(2),
            new SignInActivity
            {
                LastSignInDateTime = Day,
                LastNonInteractiveSignInDateTime = Day.AddDays(2),
                LastSuccessfulSignInDateTime = Day.AddDays(1),
            }.Latest);
    }
}
