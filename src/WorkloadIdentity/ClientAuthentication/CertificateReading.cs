namespace WorkloadIdentity;

/// <summary>What looking for a certificate gave: one to sign with, or what is wrong, as a sentence without its full stop.</summary>
/// <param name="Certificate">Null when there is a problem.</param>
/// <param name="Problem">Names what was looked at, and says what to do.</param>
/// <param name="Exception">What was thrown, if anything was.</param>
internal sealed record CertificateReading(SigningCertificate? Certificate, string? Problem = null, Exception? Exception = null)
{
    /// <summary>Whether it is the kind of problem that passes: files that are being replaced at this moment.</summary>
    public bool IsTransient { get; init; }
}
