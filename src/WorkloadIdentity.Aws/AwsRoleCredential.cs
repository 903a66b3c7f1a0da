using Amazon.Runtime;
using Amazon.SecurityToken;
using Amazon.SecurityToken.Model;

namespace WorkloadIdentity.Aws;

/// <summary>
/// Exchanges the acquirer's token for a session of a role
/// (<see href="https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html">AssumeRoleWithWebIdentity</see>).
/// </summary>
internal sealed class AwsRoleCredential(ITokenAcquirer acquirer, RoleArn role, AwsRoleOptions options) : Credential
{
    private IAmazonSecurityTokenService? _client = options.Client;

    public override string Name => "aws role";

    protected override RequestFeatures Supports => RequestFeatures.TenantId;

    protected override string? LooksFor => $"the role {role}";

    protected override async ValueTask<TokenResult> AcquireCoreAsync(Acquisition acquisition, CancellationToken cancellationToken)
    {
        var request = acquisition.Request;
        try
        {
            var token = await acquirer.GetTokenAsync(request, cancellationToken).ConfigureAwait(false);
            var result = await AssumeAsync(token, cancellationToken).ConfigureAwait(false);
            if (result.Error?.Exception is not ExpiredTokenException)
            {
                return result;
            }

            // AWS's clock is ahead, or the token ended on the way.
            var renewed = await acquirer.RenewTokenAsync(request, token, claims: null, cancellationToken).ConfigureAwait(false);
            return await AssumeAsync(renewed, cancellationToken).ConfigureAwait(false);
        }
        catch (TokenAcquisitionException exception)
        {
            return TokenResult.Failed(new TokenError(
                exception.Error, $"The role {role} needs a token of Entra, and there is none. {exception.Error.Message}")
            { Exception = exception });
        }
    }

    private async Task<TokenResult> AssumeAsync(AccessToken token, CancellationToken cancellationToken)
    {
        try
        {
            var client = _client ??= StsClient.Open(options.Region, new AnonymousAWSCredentials());
            var response = await client.AssumeRoleWithWebIdentityAsync(Ask(token), cancellationToken).ConfigureAwait(false);
            return response.Credentials is { AccessKeyId.Length: > 0, SecretAccessKey.Length: > 0, SessionToken.Length: > 0 } session
                && session.Expiration is { } end
                ? TokenResult.Issued(
                    AwsSession.Write(session, new DateTimeOffset(end.ToUniversalTime())).IssuedBy("AWS STS", response.AssumedRoleUser?.Arn))
                : Failed(TokenErrorKind.InvalidResponse, $"AWS STS returned no session of the role {role}. Check the address of STS.");
        }
        catch (StsClient.NoRegionException exception)
        {
            return Failed(
                TokenErrorKind.InvalidConfiguration,
                $"The role {role} cannot be assumed: no AWS region is known. Set AWS_REGION, or the region in code or configuration.",
                exception);
        }
        catch (StsClient.PlainHttpException exception)
        {
            return Failed(TokenErrorKind.NotAllowed, $"The role {role} cannot be assumed. {exception.Message}", exception);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            return TokenResult.Failed(StsRefusal.OfRole(exception, role.Value, token));
        }
    }

    private AssumeRoleWithWebIdentityRequest Ask(AccessToken token) => new()
    {
        RoleArn = role.Value,
        RoleSessionName = options.SessionName,
        WebIdentityToken = token.Value,
        DurationSeconds = (int)options.Duration.TotalSeconds,
        Policy = options.Policy,
    };

    private static TokenResult Failed(TokenErrorKind kind, string message, Exception? exception = null) =>
        TokenResult.Failed(new TokenError(kind, message) { HelpAnchor = StsRefusal.HelpAnchor, Exception = exception });
}
