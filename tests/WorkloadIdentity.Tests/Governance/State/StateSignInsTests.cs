using WorkloadIdentity.Governance;

namespace WorkloadIdentity.Tests;

public sealed class StateSignInsTests
{
    private static readonly DateTimeOffset Day = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Each_date_is_the_latest_of_its_way_and_the_last_is_the_latest_of_all()
    {
        var activity = StateSignIns.Of(new ServicePrincipalSignIns
        {
            AppId = new ClientId("c"),
            LastSignInActivity = At(1),
            ApplicationAuthenticationClientSignInActivity = At(4),
            DelegatedClientSignInActivity = At(3),
            DelegatedResourceSignInActivity = At(2),
            ApplicationAuthenticationResourceSignInActivity = At(7),
        }).Activity;

        Assert.Equal(
            new IdentityActivity
            {
                LastSignIn = Day.AddDays(7),
                AsApplication = Day.AddDays(4),
                ForUsers = Day.AddDays(3),
                AsResource = Day.AddDays(7),
            },
            activity);
    }

    [Fact]
    public void A_way_without_a_sign_in_has_no_date()
    {
        var activity = StateSignIns.Of(new ServicePrincipalSignIns { DelegatedResourceSignInActivity = At(2) }).Activity;

        Assert.Equal(new IdentityActivity { LastSignIn = Day.AddDays(2), AsResource = Day.AddDays(2) }, activity);
        Assert.Equal(IdentityActivity.None, StateSignIns.Of(new ServicePrincipalSignIns()).Activity);
    }

    private static SignInActivity At(int days) => new() { LastSuccessfulSignInDateTime = Day.AddDays(days) };
}
