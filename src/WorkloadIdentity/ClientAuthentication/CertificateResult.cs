namespace WorkloadIdentity;

/// <summary>A certificate to sign with; or why there is none, as a sentence without its full stop.</summary>
/// <param name="Certificate">Null if there is a problem.</param>
/// <param name="Problem">Names what was looked at, and says what to do.</param>
/// <param name="Exception">What was thrown, if anything was.</param>
internal sealed record CertificateResult(SigningCertificate? Certificate, string? Problem = null, Exception? Exception = null)
{
    /// <summary>Whether the problem may pass: the files may be replaced at this moment.</summary>
    public bool IsTransient { get; init; }
}
