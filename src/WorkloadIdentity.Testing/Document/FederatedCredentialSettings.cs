namespace WorkloadIdentity.Testing;

/// <summary>A federated credential as a document states it: an issuer's subject, or a managed identity.</summary>
internal sealed class FederatedCredentialSettings
{
    private static readonly IReadOnlyList<string> Implied = ["issuer", "subject", "audience"];

    public string? Issuer { get; private init; }

    public string? Subject { get; private init; }

    public string Audience { get; private init; } = EmulatedIssuer.ExchangeAudience;

    public string? ManagedIdentity { get; private init; }

    /// <summary>Where the issuer, or the managed identity, is named.</summary>
    public required Action<string> Report { get; init; }

    public static FederatedCredentialSettings Read(DocumentObject at)
    {
        if (at.Has("managedIdentity"))
        {
            var clientId = at.Id("managedIdentity");
            foreach (var name in Implied.Where(at.Has))
            {
                at.Report(name, "Leave it out: it follows from 'managedIdentity'.");
            }

            return new() { ManagedIdentity = clientId, Report = message => at.Report("managedIdentity", message) };
        }

        return new()
        {
            Issuer = at.RequiredText("issuer", "https://token.actions.githubusercontent.com"),
            Subject = at.RequiredText("subject", "repo:contoso/orders:ref:refs/heads/main"),
            Audience = at.Text("audience") ?? EmulatedIssuer.ExchangeAudience,
            Report = message => at.Report("issuer", message),
        };
    }

    public void AddTo(EmulatedApplication application, EntraEmulator entra)
    {
        if (ManagedIdentity is null)
        {
            application.AddFederatedCredential(Issuer!, Subject!, Audience);
        }
        else
        {
            application.AddFederatedCredential(
                entra.Directory.FindIdentity(ManagedIdentity)
                    ?? throw new ArgumentException($"There is no managed identity '{ManagedIdentity}' here."));
        }
    }
}
