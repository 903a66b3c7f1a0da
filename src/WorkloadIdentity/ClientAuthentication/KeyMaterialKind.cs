namespace WorkloadIdentity;

/// <summary>The binary forms (DER, BER) that certificates and keys come in.</summary>
internal enum KeyMaterialKind
{
    /// <summary>None of the others.</summary>
    None,

    /// <summary>PKCS#12 (RFC 7292): certificates and keys.</summary>
    Pfx,

    /// <summary>X.509.</summary>
    Certificate,

    /// <summary>PKCS#8 (RFC 5958): a key of any algorithm.</summary>
    PrivateKey,

    /// <summary>PKCS#8, encrypted.</summary>
    EncryptedPrivateKey,

    /// <summary>PKCS#1 (RFC 8017).</summary>
    RsaPrivateKey,

    /// <summary>SEC 1 (RFC 5915).</summary>
    EcPrivateKey,

    /// <summary>PKCS#7 (RFC 2315): certificates without keys.</summary>
    Pkcs7,

    /// <summary>A key store of Java's own.</summary>
    JavaKeyStore,
}
