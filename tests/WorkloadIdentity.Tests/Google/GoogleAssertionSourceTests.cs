using System.Security.Cryptography;
using Google.Apis.Auth.OAuth2;
using Google.Apis.Auth.OAuth2.Responses;
using WorkloadIdentity.Google;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Tests;

/// <summary>A Google service account in Entra: Google's own library, and Google's services as a strict player.</summary>
public sealed class GoogleAssertionSourceTests(EmulatorFixture fixture) : IClassFixture<EmulatorFixture>, IDisposable
{
    private readonly EntraEmulator _entra = fixture.Fresh();
    private readonly AssertionBench _bench = new();
    private readonly GooglePlayer _google = new(fixture.Entra, """{"keys":[]}""");
    private readonly RSA _key = TestCertificate.Key("issuer");

    public void Dispose() => _key.Dispose();

    [Fact]
    public async Task An_identity_token_of_the_service_account_is_accepted_by_Entra_and_each_use_has_a_new_one()
    {
        var application = _entra.AddApplication();
        application.AddFederatedCredential(Issuer(), "110248495921238986420");
        var source = Source();

        var first = await AskAsync(source);
        var second = await AskAsync(source);

        Assert.Equal(TokenVerdict.Issued, first.Verdict);
        Assert.NotEqual(first.Assertion, second.Assertion);
        Assert.Equal(200, (await _entra.PostAsync(application.Asserting(first.Assertion!))).Status);
        Assert.Equal(2, _google.Visits.Count(visit => visit.EndsWith(":generateIdToken", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_caller_that_may_not_impersonate_is_told_the_role()
    {
        _google.MayImpersonate = false;

        var error = AssertionBench.Fails(
            await AskAsync(Source()), TokenErrorKind.Refused, "roles/iam.serviceAccountOpenIdTokenCreator");

        Assert.Equal((403, "google", false), (error.StatusCode, error.HelpAnchor, error.IsTransient));
    }

    [Fact]
    public async Task A_refusal_without_a_status_is_told_without_one()
    {
        _google.Server.Answer((_, _) => Task.FromException<HttpResponseMessage>(
            new TokenResponseException(new TokenErrorResponse { Error = "invalid_grant" })));

        var error = AssertionBench.Fails(
            await AskAsync(Source()), TokenErrorKind.Refused, $"of {GooglePlayer.ServiceAccount}: invalid_grant. Check");

        Assert.Null(error.StatusCode);
    }

    [Fact]
    public async Task A_failure_of_the_network_is_transient()
    {
        for (var i = 0; i < 20; i++)
        {
            _google.Server.Refuse();
        }

        Assert.True(AssertionBench.Fails(await AskAsync(Source()), TokenErrorKind.Unreachable, "could not be reached").IsTransient);
    }

    [Fact]
    public async Task The_callers_cancellation_surfaces()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await Source().GetAssertionAsync(_bench.Request(), cancelled.Token));
    }

    [Theory]
    [InlineData("orders")]
    [InlineData("orders@contoso.iam.gserviceaccount.com/x")]
    public void Another_service_account_throws(string account) =>
        Assert.Throws<ArgumentException>(() => AssertionSource.GoogleServiceAccount(account));

    private EmulatedIssuer Issuer() => _google.Issuer ??= _entra.AddIssuer($"https://accounts-{Guid.NewGuid():N}.example");

    private AssertionSource Source()
    {
        _ = Issuer();
        var caller = new ServiceAccountCredential(new ServiceAccountCredential.Initializer("caller@contoso.iam.gserviceaccount.com")
        {
            Key = _key,
            HttpClientFactory = _google.Clients,
        });
        return AssertionSource.GoogleServiceAccount(
            GooglePlayer.ServiceAccount, GoogleCredential.FromServiceAccountCredential(caller), _google.Clients);
    }

    private async Task<AssertionResult> AskAsync(AssertionSource source) =>
        await source.GetAssertionAsync(_bench.Request(), CancellationToken.None);
}
