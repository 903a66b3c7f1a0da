namespace WorkloadIdentity;

/// <summary>One block of a PEM file (RFC 7468), or what stood there in DER. No record: those print what they hold.</summary>
/// <param name="label">Such as <c>CERTIFICATE</c>.</param>
/// <param name="der">What it holds.</param>
internal sealed class PemBlock(string label, byte[] der)
{
    public const string Certificate = "CERTIFICATE";
    public const string PrivateKey = "PRIVATE KEY";
    public const string EncryptedPrivateKey = "ENCRYPTED PRIVATE KEY";
    public const string RsaPrivateKey = "RSA PRIVATE KEY";
    public const string EcPrivateKey = "EC PRIVATE KEY";

    public string Label => label;

    [System.Diagnostics.DebuggerBrowsable(System.Diagnostics.DebuggerBrowsableState.Never)]
    public byte[] Der => der;

    public bool IsPrivateKey => label.EndsWith(PrivateKey, StringComparison.Ordinal);

    public override string ToString() => label;
}
