using System.Security.Cryptography;
using System.Text;

namespace WorkloadIdentity.Testing;

/// <summary>The registration of an application that was added to the emulator, with the credentials it may prove itself with.</summary>
internal sealed class OwnApplication(EmulatedApplication application, DateTimeOffset since) : ApplicationRow
{
    public EmulatedApplication Application => application;

    public IReadOnlyList<ApplicationCertificate> Certificates => application.Credentials.Certificates;

    /// <summary>A secret that never ends, as the directory writes it.</summary>
    private static readonly DateTimeOffset Never = new(2299, 12, 31, 0, 0, 0, TimeSpan.Zero);

    public override string Id => EmulatedDirectory.ObjectIdOf(application.Tenant, $"registration {application.ClientId}");

    public override string AppId => application.ClientId;

    public override string DisplayName => NameOf(application);

    public override DateTimeOffset CreatedOn => since;

    public override string SignInAudience => application.IsMultiTenant ? "AzureADMultipleOrgs" : "AzureADMyOrg";

    public override string? PrincipalId => application.ObjectIdOrNull;

    public override IReadOnlyList<CredentialRow> Credentials =>
    [
        .. application.Credentials.Secrets.Where(IsShown).Select((secret, index) => new CredentialRow(
            secret.KeyId!, secret.Name ?? $"secret {index + 1}", secret.StartsOn ?? since, secret.ExpiresOn ?? Never)
        {
            Hint = secret.Value[..Math.Min(3, secret.Value.Length)],
            UsedOn = secret.UsedOn,
        }),
        .. Certificates.Where(IsShown).Select(each => new CredentialRow(
            KeyIdOf(each), each.Name ?? each.Certificate.Subject, each.Certificate.NotBefore.ToUniversalTime(),
            each.Certificate.NotAfter.ToUniversalTime())
        {
            Thumbprint = each.Certificate.GetCertHash(HashAlgorithmName.SHA1),
            Key = each.Certificate.RawData,
            UsedOn = each.UsedOn,
        }),
    ];

    public override IReadOnlyList<DirectoryReference> Owners =>
        [.. application.Owners.Select(owner => owner.ObjectIdOrNull).OfType<string>().Select(id => new DirectoryReference(false, id))];

    public override IReadOnlyList<FederatedCredentialRow> Federated => [.. application.Credentials.Federated.Select((trust, index) =>
        new FederatedCredentialRow(trust.Id, trust.Name ?? $"federated-{index + 1}", trust.Issuer, trust.Subject, trust.Audience)
        {
            Description = trust.Description,
        })];

    public string KeyIdOf(ApplicationCertificate each) =>
        each.KeyId ?? Derived($"{application.ClientId}\n{each.Certificate.Thumbprint}");

    private bool IsShown(ApplicationKey key) => application.Now >= key.ShownFrom;

    public static string NameOf(EmulatedApplication application) => $"Application {application.ClientId[..8]}";

    private static string Derived(string text) => new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16)).ToString();
}
