using WorkloadIdentity.Developer;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Tests;

public sealed class RequestFeaturesTests
{
    private const string Scope = "api://orders/.default";

    public static TheoryData<RequestFeatures> Each => [.. Enum.GetValues<RequestFeatures>()];

    [Theory]
    [MemberData(nameof(Each))]
    public void All_holds_every_feature(RequestFeatures feature) => Assert.Equal(feature, RequestFeatures.All & feature);

    [Theory]
    [MemberData(nameof(Each))]
    public async Task A_credential_without_limits_of_its_own_refuses_no_feature(RequestFeatures feature)
    {
        Credential[] credentials =
        [
            new CredentialChain(FakeCredential.Issuing("t")),
            new RefusedLogin("azure cli", "AZURE_FEDERATED_TOKEN_FILE"),
            new UnusableCredential("client secret", TokenErrorKind.NotConfigured, "It is not set.", HelpAnchors.Environment),
            FakeCredential.Failing("no"),
        ];
        var acquisition = Carrying(feature);
        Assert.Equal(feature, acquisition.Features);

        foreach (var credential in credentials)
        {
            var result = await credential.AcquireAsync(acquisition, default);

            Assert.True(result.Error is not { UnsupportedFeatures: not RequestFeatures.None }, $"{credential.Name}: {result.Error}");
        }
    }

    /// <summary>The reason that the login is refused for is the one to act on, whatever the request carries.</summary>
    [Fact]
    public async Task A_refused_login_gives_its_reason_to_a_request_for_a_bound_token()
    {
        var result = await new RefusedLogin("azure cli", "AZURE_FEDERATED_TOKEN_FILE")
            .AcquireAsync(Carrying(RequestFeatures.Binding), default);

        Assert.Equal(TokenErrorKind.NotAllowed, result.Error!.Kind);
        Assert.StartsWith("AZURE_FEDERATED_TOKEN_FILE is set", result.Error.Message, StringComparison.Ordinal);
    }

    private static Acquisition Carrying(RequestFeatures features) => new(new TokenRequest(Scope)
    {
        TenantId = features.HasFlag(RequestFeatures.TenantId) ? "contoso.com" : null,
        UserAssertion = features.HasFlag(RequestFeatures.UserAssertion) ? EntraFake.Jwt() : null,
        FmiPath = features.HasFlag(RequestFeatures.FmiPath) ? "a/b" : null,
        AgentUser = features.HasFlag(RequestFeatures.AgentUser) ? AgentUser.FromUserName("bob@contoso.com") : null,
        Binding = features.HasFlag(RequestFeatures.Binding) ? TokenBinding.Required : TokenBinding.None,
    })
    {
        Claims = features.HasFlag(RequestFeatures.Claims) ? "{}" : null,
    };
}
