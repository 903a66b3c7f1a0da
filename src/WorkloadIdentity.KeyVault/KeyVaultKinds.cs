using Microsoft.Extensions.DependencyInjection;

namespace WorkloadIdentity.KeyVault;

/// <summary>The kinds of credential that configuration can name if this package is used.</summary>
internal static class KeyVaultKinds
{
    private const string VaultAddressSetting = "Vault";
    private const string VaultIdentity = "VaultIdentity";
    private const string CertificateName = "CertificateName";
    private const string SignInVault = "SignInVault";
    private const string SendCertificateChain = "SendCertificateChain";
    private const string SecretName = "SecretName";

    public static void Add(IServiceCollection services, Action<VaultOptions>? configure)
    {
        services.AddWorkloadIdentityKind(
            "KeyVaultCertificate",
            [
                .. CredentialSection.ApplicationSettings, VaultAddressSetting, VaultIdentity, CertificateName, SignInVault,
                SendCertificateChain,
            ],
            section => section.Application(() => Certificate(section, configure)));
        services.AddWorkloadIdentityKind(
            "KeyVaultSecret",
            [.. CredentialSection.ApplicationSettings, VaultAddressSetting, VaultIdentity, SecretName],
            section => section.Application(() => Read(section, SecretName, "secret", configure, (vault, name) => vault.Secret(name))));
    }

    private static ClientAuthentication? Certificate(CredentialSection section, Action<VaultOptions>? configure)
    {
        var isRemote = section.Flag(SignInVault);
        var sendsChain = section.Flag(SendCertificateChain);
        return Read(section, CertificateName, "certificate", configure, (vault, name) =>
        {
            var certificate = isRemote ? vault.RemoteCertificate(name) : vault.DownloadedCertificate(name);
            return sendsChain ? certificate.WithChain() : certificate;
        });
    }

    /// <summary>Reads the vault and the item's name. Null if one of them cannot be used, which is then noted with the section.</summary>
    private static ClientAuthentication? Read(
        CredentialSection section, string nameSetting, string what, Action<VaultOptions>? configure,
        Func<Vault, string, ClientAuthentication> take)
    {
        var name = Text(section, nameSetting, $"Set it to the name of the {what} in the vault.");
        var address = Text(section, VaultAddressSetting, "Set it to the address of the vault: https://orders.vault.azure.net");
        if (name is null || address is null)
        {
            return null;
        }

        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri))
        {
            section.Problem(VaultAddressSetting, "is not an absolute URL. Expected something like https://orders.vault.azure.net.");
            return null;
        }

        return section.Check(nameSetting, () => VaultAddress.RequireName(name, what, nameSetting)) is not null
            && section.Check(VaultAddressSetting, () => RegisteredVault.Checked(uri, configure)) is not null
            ? take(RegisteredVault.Create(section.Services, section.Identity, uri, section[VaultIdentity] ?? "", configure), name)
            : null;
    }

    /// <summary>A setting that must be present, so that all missing ones are reported at once.</summary>
    private static string? Text(CredentialSection section, string setting, string advice)
    {
        var text = section[setting];
        if (text is null)
        {
            section.Problem(setting, $"is missing or empty. {advice}");
        }

        return text;
    }
}
