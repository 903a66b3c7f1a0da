using System.Security.Cryptography;

namespace WorkloadIdentity.Tests;

/// <summary>A key store that cannot do PSS padding, as older smart cards and key storage.</summary>
internal sealed class KeyWithoutPss(RSA inner) : RSA
{
    public int PssAsked { get; private set; }

    public override int KeySize => inner.KeySize;

    public override RSAParameters ExportParameters(bool includePrivateParameters) => inner.ExportParameters(includePrivateParameters);

    public override void ImportParameters(RSAParameters parameters) => throw new NotSupportedException();

    public override byte[] SignHash(byte[] hash, HashAlgorithmName hashAlgorithm, RSASignaturePadding padding)
    {
        if (padding != RSASignaturePadding.Pss)
        {
            return inner.SignHash(hash, hashAlgorithm, padding);
        }

        PssAsked++;
        throw new CryptographicException("PSS is not supported by this key.");
    }
}
