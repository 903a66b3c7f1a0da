using Amazon.Runtime;
using Amazon.SecurityToken.Model;
using WorkloadIdentity.Aws;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Tests;

/// <summary>From Entra to AWS: a token becomes a session of a role, for every client of the AWS SDK.</summary>
public sealed class AwsRoleCredentialTests : IDisposable
{
    private readonly AwsBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task A_token_becomes_a_session_of_the_role()
    {
        var credentials = _bench.Assume();

        var session = await credentials.GetCredentialsAsync();

        Assert.Equal(
            ("ASIASESSION1", "secret/canary+1", "session/token+canary1=="), (session.AccessKey, session.SecretKey, session.Token));
        Assert.Equal((_bench.Clock.Now + TimeSpan.FromHours(1)).UtcDateTime, credentials.Expiration);
        var sent = Assert.Single(_bench.Sts.Requests).Form;
        Assert.Equal(
            (AwsBench.Role, "orders", "3600"), (sent["RoleArn"], sent["RoleSessionName"], sent["DurationSeconds"]));
        Assert.Equal(AwsBench.Scope, Assert.Single(_bench.Credential.Acquisitions).Request.Scope);
    }

    [Fact]
    public async Task A_client_of_the_AWS_SDK_signs_with_the_session()
    {
        var client = _bench.Client(_bench.Assume());

        var refused = await Assert.ThrowsAnyAsync<AmazonServiceException>(
            () => client.GetWebIdentityTokenAsync(new GetWebIdentityTokenRequest { Audience = ["x"], SigningAlgorithm = "RS256" }));

        Assert.Equal("InvalidClientTokenId", refused.ErrorCode);
        Assert.Equal("session/token+canary1==", _bench.Sts.Requests[1].Header("X-Amz-Security-Token"));
    }

    [Fact]
    public void A_refusal_without_a_status_is_told_without_one()
    {
        var error = StsRefusal.OfIdentityToken(new AmazonServiceException("No.") { ErrorCode = "AccessDenied" });

        Assert.StartsWith("AWS STS gave no identity token: AccessDenied, \"No.\". Allow ", error.Message, StringComparison.Ordinal);
        Assert.Null(error.StatusCode);
    }

    [Fact]
    public async Task However_many_clients_ask_at_once_STS_is_asked_once()
    {
        var credentials = _bench.Assume();

        var sessions = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => Task.Run(credentials.GetCredentialsAsync)));

        Assert.Single(_bench.Sts.Requests);
        Assert.Single(sessions.Distinct());
        Assert.Same(sessions[0], credentials.GetCredentials());
    }

    [Fact]
    public async Task A_session_is_refreshed_before_it_ends_and_clients_do_not_wait_for_that()
    {
        var credentials = _bench.Assume();
        await credentials.GetCredentialsAsync();

        _bench.Clock.Advance(TimeSpan.FromMinutes(56));
        Assert.Equal("ASIASESSION1", (await credentials.GetCredentialsAsync()).AccessKey);

        await Patience.UntilAsync(async () => (await credentials.GetCredentialsAsync()).AccessKey == "ASIASESSION2");
        Assert.Equal(2, _bench.Sts.Requests.Count);
        Assert.Equal((_bench.Clock.Now + TimeSpan.FromHours(1)).UtcDateTime, credentials.Expiration);
    }

    [Fact]
    public async Task An_unexpired_session_stays_in_use_while_a_refresh_fails()
    {
        var credentials = _bench.Assume();
        await credentials.GetCredentialsAsync();
        _bench.Sts.Refuses = _ => ("ServiceUnavailable", 503, "Try again.");
        _bench.Clock.Advance(TimeSpan.FromMinutes(56));

        await credentials.GetCredentialsAsync();
        await Patience.UntilAsync(() => _bench.Sts.Requests.Count > 1);

        Assert.Equal("ASIASESSION1", (await credentials.GetCredentialsAsync()).AccessKey);
        _bench.Clock.Advance(TimeSpan.FromMinutes(5));
        var error = await FailsAsync(credentials);
        Assert.True(error.IsTransient);
    }

    [Theory]
    [InlineData("iss", "https://login.microsoftonline.com/other/v2.0", "InvalidIdentityToken", 400, "No OpenIDConnect provider")]
    [InlineData("aud", "api://other", "InvalidIdentityToken", 400, "Incorrect token audience")]
    [InlineData("sub", "other", "AccessDenied", 403, "Not authorized to perform sts:AssumeRoleWithWebIdentity")]
    public async Task A_trust_that_does_not_match_is_told_with_AWSs_words_and_the_tokens_claims(
        string claim, string value, string code, int status, string says)
    {
        _bench.Claims = claims => claims[claim] = value;

        var error = await FailsAsync(_bench.Assume());

        Assert.Equal((TokenErrorKind.Refused, status, "aws"), (error.Kind, error.StatusCode, error.HelpAnchor));
        Assert.Contains($"{code} (HTTP {status})", error.Message, StringComparison.Ordinal);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        Assert.Contains(AwsBench.Role, error.Message, StringComparison.Ordinal);
        Assert.Contains(
            $"issuer {(claim == "iss" ? value : AwsBench.Issuer)}, audience {(claim == "aud" ? value : AwsBench.Audience)}, "
                + $"subject {(claim == "sub" ? value : AwsBench.Subject)}",
            error.Message, StringComparison.Ordinal);
        Assert.False(error.IsTransient);
    }

    [Fact]
    public async Task A_role_that_does_not_exist_is_told_with_the_role()
    {
        var error = await FailsAsync(_bench.Assume("arn:aws:iam::123456789012:role/absent"));

        Assert.Contains("role/absent", error.Message, StringComparison.Ordinal);
        Assert.Contains("AccessDenied (HTTP 403)", error.Message, StringComparison.Ordinal);
        Assert.Contains("trust policy", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_expired_token_is_renewed_once()
    {
        var isFirst = true;
        _bench.Claims = claims =>
        {
            claims["exp"] = isFirst ? 1 : claims["exp"]!.GetValue<long>();
            isFirst = false;
        };

        var session = await _bench.Assume().GetCredentialsAsync();

        Assert.Equal("ASIASESSION1", session.AccessKey);
        Assert.Equal(2, _bench.Credential.Acquisitions.Count);
    }

    [Fact]
    public async Task A_token_that_stays_expired_is_a_matter_of_the_clock()
    {
        _bench.Claims = claims => claims["exp"] = 1;

        var error = await FailsAsync(_bench.Assume());

        Assert.Contains("ExpiredTokenException (HTTP 400)", error.Message, StringComparison.Ordinal);
        Assert.Contains("clock", error.Message, StringComparison.Ordinal);
        Assert.Equal(2, _bench.Sts.Requests.Count);
    }

    [Fact]
    public async Task A_session_longer_than_the_role_allows_is_told()
    {
        var error = await FailsAsync(_bench.Assume(configure: options => options.Duration = TimeSpan.FromHours(2)));

        Assert.Contains("MaxSessionDuration", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_a_JWT_is_told_without_it()
    {
        using var acquirer = new TokenAcquirer(FakeCredential.Issuing("opaque-canary"));

        var error = await FailsAsync(acquirer.AsAwsCredentials(AwsBench.Role, AwsBench.Scope, _bench.Options()));

        Assert.Contains("which has no claims that can be read", error.Message, StringComparison.Ordinal);
        Assert.Contains("InvalidIdentityToken", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_token_of_Entra_the_error_is_that_of_the_credential()
    {
        using var acquirer = new TokenAcquirer(FakeCredential.Failing(
            new TokenError(TokenErrorKind.Refused, "AADSTS7000215: the secret is wrong.") { EntraErrorCodes = [7000215] }));

        var error = await FailsAsync(acquirer.AsAwsCredentials(AwsBench.Role, AwsBench.Scope, _bench.Options()));

        Assert.Equal([7000215], error.EntraErrorCodes);
        Assert.Contains($"The role {AwsBench.Role} needs a token of Entra", error.Message, StringComparison.Ordinal);
        Assert.Empty(_bench.Sts.Requests);
    }

    [Theory]
    [InlineData(429, "Throttling", TokenErrorKind.Throttled, true)]
    [InlineData(400, "Throttling", TokenErrorKind.Throttled, true)]
    [InlineData(500, "InternalFailure", TokenErrorKind.Refused, true)]
    [InlineData(400, "IDPCommunicationError", TokenErrorKind.Refused, true)]
    [InlineData(403, "RegionDisabledException", TokenErrorKind.Refused, false)]
    [InlineData(400, "SomethingNew", TokenErrorKind.Refused, false)]
    public async Task AWSs_codes_decide_whether_to_ask_again(int status, string code, TokenErrorKind kind, bool isTransient)
    {
        _bench.Sts.Refuses = _ => (code, status, $"said with eyJhbGciOiJub25lIn0.canary.canary");

        var error = await FailsAsync(_bench.Assume());

        Assert.Equal((kind, isTransient), (error.Kind, error.IsTransient));
        Assert.Contains(code, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, TokenErrorKind.Unreachable)]
    [InlineData("<html>a proxy</html>", TokenErrorKind.InvalidResponse)]
    public async Task What_AWS_did_not_say_is_not_taken_for_its_answer(string? html, TokenErrorKind kind)
    {
        var options = _bench.Options(answer: () => html is null
            ? throw new HttpRequestException(HttpRequestError.ConnectionError, "refused")
            : new HttpResponseMessage(System.Net.HttpStatusCode.BadGateway) { Content = new StringContent(html) });

        var error = await FailsAsync(_bench.Acquirer.AsAwsCredentials(AwsBench.Role, AwsBench.Scope, options));

        Assert.Equal(kind, error.Kind);
    }

    [Fact]
    public async Task Neither_the_token_nor_the_session_is_printed()
    {
        var credentials = _bench.Assume();
        await credentials.GetCredentialsAsync();
        var error = await FailsAsync(_bench.Assume("arn:aws:iam::123456789012:role/absent"));

        var printed = string.Join(
            '\n', _bench.Log.Entries.Select(entry => entry.Text).Append(credentials.ToString()).Append(error.ToString()));

        Assert.Contains("aws role", printed, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", printed, StringComparison.Ordinal);
        Assert.DoesNotContain("eyJ", printed, StringComparison.Ordinal);
    }

    [Fact]
    public void Disposed_credentials_start_nothing_more()
    {
        var credentials = _bench.Assume();
        (credentials as IDisposable)!.Dispose();

        Assert.Throws<ObjectDisposedException>(() => credentials.GetCredentials());
    }

    private static async Task<TokenError> FailsAsync(AWSCredentials credentials) =>
        (await Assert.ThrowsAsync<TokenAcquisitionException>(credentials.GetCredentialsAsync)).Error;
}
