using Microsoft.Extensions.DependencyInjection;

namespace WorkloadIdentity.KeyVault;

/// <summary>The kinds of credential that configuration can name when this package is used.</summary>
internal static class KeyVaultKinds
{
    private const string Vault = "Vault";
    private const string VaultIdentity = "VaultIdentity";
    private const string CertificateName = "CertificateName";
    private const string SignInVault = "SignInVault";
    private const string SendCertificateChain = "SendCertificateChain";
    private const string SecretName = "SecretName";

    public static IEnumerable<CredentialKind> Make(Action<VaultOptions>? configure) =>
    [
        new(
            "KeyVaultCertificate",
            [.. ApplicationSettings.Names, Vault, VaultIdentity, CertificateName, SignInVault, SendCertificateChain],
            (reader, _) => ApplicationSettings.Read(reader, ReadCertificate(reader, configure))),
        new("KeyVaultSecret", [.. ApplicationSettings.Names, Vault, VaultIdentity, SecretName], (reader, _) =>
            ApplicationSettings.Read(
                reader,
                Read(
                    reader, configure, SecretName, "Set it to the name of the secret in the vault.", (vault, name) => vault.Secret(name)))),
    ];

    private static Func<CredentialDependencies, ClientAuthentication>? ReadCertificate(
        SectionReader reader, Action<VaultOptions>? configure)
    {
        var isRemote = reader.Flag(SignInVault) ?? false;
        var sendsChain = reader.Flag(SendCertificateChain) ?? false;
        return Read(reader, configure, CertificateName, "Set it to the name of the certificate in the vault.", (vault, name) =>
        {
            var certificate = isRemote ? vault.RemoteCertificate(name) : vault.DownloadedCertificate(name);
            return sendsChain ? certificate.WithChain() : certificate;
        });
    }

    private static Func<CredentialDependencies, ClientAuthentication>? Read(
        SectionReader reader, Action<VaultOptions>? configure, string setting, string advice,
        Func<Vault, string, ClientAuthentication> take)
    {
        var name = reader.Required(setting, advice);
        var address =
            reader.Required(Vault, "Set it to the address of the vault: https://orders.vault.azure.net") is null
                ? null
                : reader.Address(Vault, "https://orders.vault.azure.net");
        var reachedWith = reader.Text(VaultIdentity) ?? "";
        if (name is null || address is null)
        {
            return null;
        }

        // Nobody is asked: what is wrong with address and name belongs to their settings.
        reader.Check(Vault, () => new Checked(() => RegisteredVault.Check(address, vault => vault.Secret("unused"), configure)));
        reader.Check(setting, () => VaultAddress.RequireName(name, setting == SecretName ? "secret" : "certificate", setting));
        return parts => take(RegisteredVault.Create(parts, address, reachedWith, configure), name);
    }

    /// <summary>What passed a check that makes nothing.</summary>
    private sealed record Checked
    {
        public Checked(Action check) => check();
    }
}
