namespace WorkloadIdentity.Testing;

/// <summary>
/// The proof of possession that comes with a key: a JWT signed by a certificate that the application has and that is valid now
/// (learn.microsoft.com, "Generate proof of possession tokens for rolling keys").
/// </summary>
internal static class OwnProof
{
    private const string Audience = "00000002-0000-0000-c000-000000000000";
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    /// <exception cref="GraphErrorException">It proves nothing. Graph answers every mistake with the same words.</exception>
    public static void Require(string? proof, OwnApplication row, GraphCall call, TimeSpan skew)
    {
        if (SignedJwt.TryRead(proof) is not { } jwt
            || proof!.Contains('=', StringComparison.Ordinal)
            || jwt.Issuer != row.Id
            || !jwt.Audiences.Contains(Audience)
            || !jwt.IsWithinLifetime(call.Now, skew)
            || jwt.NotBefore is not { } from
            || jwt.ExpiresOn!.Value - from > Longest
            || !row.Application.Credentials.Certificates.Any(each => IsSignedBy(jwt, each, call.Now)))
        {
            throw new GraphErrorException(401, "Authentication_MissingOrMalformed", "Access Token missing or malformed.");
        }
    }

    private static bool IsSignedBy(SignedJwt jwt, ApplicationCertificate each, DateTimeOffset now)
    {
        using var key = System.Security.Cryptography.X509Certificates.RSACertificateExtensions.GetRSAPublicKey(each.Certificate);
        return each.IsValid(now) && now >= each.KnownFrom && key is not null && jwt.IsSignedBy(key);
    }
}
