using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using WorkloadIdentity.KeyVault;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Tests;

/// <summary>A vault, an Entra that is asked with what lies in it, and one clock for both.</summary>
internal sealed class VaultBench
{
    public VaultBench()
    {
        Fake = new FakeVault(Entra.Clock);
        Vault = Open();
    }

    public EntraFake Entra { get; } = new();

    public FakeVault Fake { get; }

    public Vault Vault { get; }

    public Vault Open(Action<VaultOptions>? configure = null, Credential? identity = null, Uri? address = null)
    {
        // Far beyond what a test advances the clock by: time limits have tests of their own.
        var options =
            new VaultOptions
            {
                Transport = Fake,
                TimeProvider = Entra.Clock,
                LoggerFactory = Entra.Log,
                TimeLimit = TimeSpan.FromMinutes(
                59)
            };
        configure?.Invoke(options);
        var acquirer = new TokenAcquirer(
            identity ?? FakeCredential.Issuing("vault-token", TimeSpan.FromDays(1), Entra.Clock),
            new TokenAcquirerOptions { TimeProvider = Entra.Clock });
        if (identity is null)
        {
            // Held already, so that what runs on the test's clock runs in one piece.
            Task.Run(() =>
                acquirer.GetTokenAsync(new TokenRequest("https://vault.azure.net/.default") { ContinuousAccess = true }).AsTask()).Wait();
        }

        return new Vault(address ?? Fake.Address, acquirer, options);
    }

    /// <summary>One token request by an application that proves itself with <paramref name="proof"/>.</summary>
    public Task<TokenResult> AcquireAsync(ClientAuthentication proof) => Entra.RunAsync(proof);

    /// <summary>What was told in vain: the error of a token request that cannot be made.</summary>
    public async Task<TokenError> ErrorAsync(ClientAuthentication proof)
    {
        var result = await AcquireAsync(proof);
        Assert.Equal(TokenVerdict.Failed, result.Verdict);
        return result.Error!;
    }

    public IReadOnlyDictionary<string, string> Sent(int index) => Entra.Server.Requests[index].Form;

    /// <summary>Whose key signed the n-th token request, and how.</summary>
    public string SignedBy(int index)
    {
        var assertion = new SentAssertion(Sent(index)["client_assertion"]);
        return (from certificate in new[] { TestCertificate.One, TestCertificate.Two }
                from padding in new[] { RSASignaturePadding.Pss, RSASignaturePadding.Pkcs1 }
                where assertion.IsSignedBy(certificate, padding)
                select $"{certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false)} {padding.Mode}").Single();
    }
}
