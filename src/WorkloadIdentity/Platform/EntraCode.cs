namespace WorkloadIdentity;

/// <summary>
/// The only codes that code decides on. Entra may change codes at any time, so a decision only repeats a request once, or waits. A wrong
/// decision costs one request.
/// </summary>
internal static class EntraCode
{
    /// <summary>The client assertion was outside its validity window. A new one may be accepted.</summary>
    public const long AssertionOutsideLifetime = 700024;

    /// <summary>The key does not fit the algorithm. Seen where PS256 was sent and only RS256 is supported.</summary>
    public const long AlgorithmNotSupported = 5002730;

    /// <summary>The same request was repeated too often. A retry makes it worse.</summary>
    public const long RequestLoop = 50196;

    /// <summary>
    /// The certificate of the connection is not the one that the assertion is bound to. A new assertion brings its certificate.
    /// </summary>
    public const long CertificateOfAnotherToken = 500181;

    /// <summary>Entra could not read the keys of an external issuer. The error is transient.</summary>
    public const long IssuerKeysNotRead = 90061;

    /// <summary>
    /// No federated credential matches: for minutes also the answer where one was made just now and is not known everywhere yet. Not where
    /// the match fails on letter case alone: that credential is known, and wrong.
    /// </summary>
    public static bool MayBePropagating(long code) => code is 70021 or 700211 or 700212 or 700213 or 70025;

    /// <summary>
    /// The secret, certificate or assertion was not accepted in a way that a rotated one would mend: wrong or expired secret, unknown,
    /// revoked or expired certificate, assertion outside its window or bound to another certificate.
    /// </summary>
    public static bool MayBeRotated(long code) =>
        code is 7000215 or 7000222 or 700027 or 7000274 or 7000214 or 7000277 or 1000502 or AssertionOutsideLifetime
            or CertificateOfAnotherToken;

    /// <summary>
    /// No bound token can be had: not for this API, not with this kind of credential, or not in this tenant. Where the request allows it,
    /// an ordinary token is asked for instead.
    /// </summary>
    public static bool RefusesBinding(long code) => code is 392196 or 3921996 or 392189 or 51000;
}
