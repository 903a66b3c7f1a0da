using System.Collections.Frozen;
using System.Net;
using System.Xml;
using Amazon.Runtime;

namespace WorkloadIdentity.Aws;

/// <summary>Turns what the client of AWS STS threw into an error: what AWS said, and what to do about it.</summary>
internal static class StsRefusal
{
    /// <summary>The section of docs/errors.md.</summary>
    public const string HelpAnchor = "aws";

    private static readonly FrozenSet<string> Throttling =
        FrozenSet.Create("Throttling", "ThrottlingException", "RequestLimitExceeded", "TooManyRequestsException");

    /// <summary>
    /// AWS's codes for GetWebIdentityToken. Only what AWS writes under one of them is quoted: under others, such as SignatureDoesNotMatch,
    /// it repeats the request, which holds the session token.
    /// </summary>
    private static readonly FrozenDictionary<string, string> OfIdentityTokenByCode = new Dictionary<string, string>
    {
        ["OutboundWebIdentityFederationDisabledException"] =
            "Let an administrator of the AWS account switch it on, once: aws iam enable-outbound-web-identity-federation",
        ["AccessDenied"] =
            "Allow sts:GetWebIdentityToken in a policy of the role, and sts:TagGetWebIdentityToken if the options set tags. A condition "
                + "of the policy may also limit audience, algorithm (RS256) and duration.",
        ["JWTPayloadSizeExceededException"] = "Set fewer or shorter tags in AwsAssertionOptions.Tags.",
        ["SessionDurationEscalationException"] =
            "Set a shorter AwsAssertionOptions.Duration: an identity token may not outlive the AWS session that asks for it.",
        ["ValidationError"] = "Check audience, duration and tags.",
        ["RegionDisabledException"] = "Switch STS on in that region of the account, or set another region.",
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, string> OfRoleByCode = new Dictionary<string, string>
    {
        ["AccessDenied"] =
            "Check that the role exists, and that its trust policy allows sts:AssumeRoleWithWebIdentity to the provider of this issuer, "
                + "with exactly this audience (:aud) and this subject (:sub).",
        ["InvalidIdentityToken"] =
            "Check that the AWS account has an IAM OpenID Connect provider whose URL is exactly this issuer and whose audiences contain "
                + "this one, and that AWS can read the issuer's keys. The token must be for an application of your own: AWS cannot "
                + "verify tokens for Microsoft Graph.",
        ["ExpiredTokenException"] = "A new token was refused as well. Check this machine's clock (NTP).",
        ["IDPCommunicationError"] = "AWS could not read the issuer's keys. Try again, and check that they can be read from the internet.",
        ["IDPRejectedClaim"] = "Check the audiences of the IAM OpenID Connect provider, and this machine's clock (NTP).",
        ["ValidationError"] =
            "Check the role's ARN, the session's name, and that the duration is not above the role's maximum session duration.",
        ["MalformedPolicyDocument"] = "Check AwsRoleOptions.Policy.",
        ["PackedPolicyTooLarge"] = "Make AwsRoleOptions.Policy shorter.",
        ["RegionDisabledException"] = "Switch STS on in that region of the account, or set another region.",
    }.ToFrozenDictionary();

    /// <summary>Why there is no identity token for the AWS role of this program.</summary>
    public static TokenError OfIdentityToken(Exception exception) => Of(
        exception,
        "AWS STS gave no identity token",
        OfIdentityTokenByCode,
        "Check the AWS credentials of this program ('aws sts get-caller-identity'), its region, and this machine's clock.",
        quotesEverything: false);

    /// <summary>
    /// Why a token of Entra did not become a session of a role. The request is not signed, and a token in AWS's text is hidden.
    /// </summary>
    public static TokenError OfRole(Exception exception, string roleArn, AccessToken token) => Of(
        exception,
        $"AWS STS did not give the role {roleArn} to the token, which has {TokenError.DescribeJwt(token.Value)}",
        OfRoleByCode,
        "Check the role's trust policy and the IAM OpenID Connect provider.",
        quotesEverything: true);

    private static TokenError Of(
        Exception exception, string what, FrozenDictionary<string, string> adviceByCode, string otherwise, bool quotesEverything)
    {
        if (exception is not AmazonServiceException { ErrorCode.Length: > 0 } refusal)
        {
            return NoAnswer(exception, what);
        }

        var advice = adviceByCode.GetValueOrDefault(refusal.ErrorCode);
        var said = advice is not null || quotesEverything ? TokenError.Quote(refusal.Message) : null;
        int? status = refusal.StatusCode > 0 ? (int)refusal.StatusCode : null;
        var isThrottled = Throttling.Contains(refusal.ErrorCode) || status == 429;
        return new TokenError(
            isThrottled ? TokenErrorKind.Throttled : TokenErrorKind.Refused,
            $"{what}: {TokenError.Quote(refusal.ErrorCode)}{(status is null ? "" : $" (HTTP {status})")}"
                + $"{(said is null ? "" : $", \"{said}\"")}. "
                + (isThrottled ? "Too many requests: it is asked again later." : advice ?? otherwise))
        {
            HelpAnchor = HelpAnchor,
            StatusCode = status,
            IsTransient = isThrottled || status >= 500 || refusal.ErrorCode == "IDPCommunicationError",
            Exception = exception,
        };
    }

    private static TokenError NoAnswer(Exception exception, string what)
    {
        var (kind, why) = exception switch
        {
            OperationCanceledException or TimeoutException => (TokenErrorKind.TimedOut, "it did not answer in time"),
            HttpRequestException or IOException =>
                (TokenErrorKind.Unreachable, "it could not be reached. Check region, routes, proxy and firewall"),
            AmazonServiceException { StatusCode: >= HttpStatusCode.MultipleChoices } answered =>
                (TokenErrorKind.InvalidResponse, $"HTTP {(int)answered.StatusCode} without a code of AWS. Check proxy and address"),
            XmlException => (TokenErrorKind.InvalidResponse, "what answered is not AWS STS, or it redirects. Check proxy and address"),
            AmazonClientException or AmazonServiceException =>
                (TokenErrorKind.InvalidConfiguration, "the AWS SDK sent no request. Check the AWS credentials and the region"),
            _ => (TokenErrorKind.InvalidConfiguration, "the AWS SDK failed"),
        };
        return new TokenError(kind, $"{what}: {why} ({exception.GetType().Name}, kept as the inner exception).")
        {
            HelpAnchor = HelpAnchor,
            StatusCode = exception is AmazonServiceException { StatusCode: > 0 } service ? (int)service.StatusCode : null,
            Exception = exception,
        };
    }
}
