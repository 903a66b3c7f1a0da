namespace WorkloadIdentity.Tests;

public sealed class AcquisitionTests
{
    private static readonly TokenRequest Request = new("api://orders/.default");

    public static TheoryData<Acquisition, RequestFeatures> Carried => new()
    {
        { new(Request), RequestFeatures.None },
        { new(Request) { Claims = "{}" }, RequestFeatures.Claims },
        { new(Request.ForTenant("contoso.com")), RequestFeatures.TenantId },
        { new(new TokenRequest("api://orders/read") { UserAssertion = EntraFake.Jwt() }), RequestFeatures.UserAssertion },
        {
            new(new TokenRequest("api://orders/.default") { FmiPath = "a/b", TenantId = "contoso.com" }),
            RequestFeatures.FmiPath | RequestFeatures.TenantId
        },
    };

    [Theory]
    [MemberData(nameof(Carried))]
    public void What_the_request_carries_beyond_a_scope_is_told(Acquisition acquisition, RequestFeatures features) =>
        Assert.Equal(features, acquisition.Features);

    [Fact]
    public void A_member_of_a_chain_is_asked_the_same_with_or_without_alternatives()
    {
        var rejected = new AccessToken("token", DateTimeOffset.MaxValue);
        var acquisition = new Acquisition(Request)
        {
            Rejected = rejected,
            Claims = "{}",
            TimeProvider = new FakeClock(),
            IsReport = true,
            Notes = new ReportNotes(),
        };

        var inChain = acquisition.InChain(hasAlternatives: true);

        Assert.Same(acquisition, acquisition.InChain(hasAlternatives: false));
        Assert.Equal((true, true), (inChain.HasAlternatives, inChain.IsReport));
        Assert.Same(Request, inChain.Request);
        Assert.Same(rejected, inChain.Rejected);
        Assert.Same(acquisition.Claims, inChain.Claims);
        Assert.Same(acquisition.TimeProvider, inChain.TimeProvider);
        Assert.Same(acquisition.Notes, inChain.Notes);
    }
}
