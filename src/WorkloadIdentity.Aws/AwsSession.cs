using System.Buffers.Text;
using System.Text;
using Amazon.Runtime;
using Amazon.SecurityToken.Model;

namespace WorkloadIdentity.Aws;

/// <summary>
/// A session of a role, written as an <see cref="AccessToken"/>: so a <see cref="TokenAcquirer"/> caches and refreshes it like any other.
/// </summary>
internal static class AwsSession
{
    // What the three values sign requests with.
    private const string TokenType = "AWS4-HMAC-SHA256";

    public static AccessToken Write(Credentials session, DateTimeOffset expiresOn) => new(
        Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{session.AccessKeyId}\n{session.SecretAccessKey}\n{session.SessionToken}")),
        expiresOn,
        tokenType: TokenType);

    public static ImmutableCredentials Read(AccessToken token)
    {
        var parts = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token.Value)).Split('\n');
        return new ImmutableCredentials(parts[0], parts[1], parts[2]);
    }
}
