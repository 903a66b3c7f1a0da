using System.Security.Cryptography.X509Certificates;

namespace WorkloadIdentity.Testing;

/// <summary>An application as a document states it. The same form is added through the admin API.</summary>
internal sealed class ApplicationSettings
{
    public required string ClientId { get; init; }

    public string? Tenant { get; init; }

    public required IReadOnlyList<string> Tenants { get; init; }

    public required IReadOnlyList<(string Value, DateTimeOffset? ExpiresOn)> Secrets { get; init; }

    public required IReadOnlyList<X509Certificate2> Certificates { get; init; }

    public required IReadOnlyList<(string Name, X509Certificate2 Authority)> TrustedSubjects { get; init; }

    public required IReadOnlyList<FederatedCredentialSettings> FederatedCredentials { get; init; }

    public required IReadOnlyList<RoleSettings> Roles { get; init; }

    public required IReadOnlyList<string> AgentIdentities { get; init; }

    public required IReadOnlyList<(string Agent, AgentUserSettings User)> AgentUsers { get; init; }

    public bool IsEnabled { get; init; }

    public BlockSettings? Block { get; init; }

    public static ApplicationSettings Read(DocumentObject at)
    {
        var settings = new ApplicationSettings
        {
            ClientId = at.RequiredId("clientId"),
            Tenant = at.Text("tenant"),
            Tenants = at.Texts("tenants"),
            Secrets = [.. at.Objects("secrets").Select(ReadSecret)],
            Certificates = [.. at.Texts("certificates").Select(value => ReadRsaCertificate(at, value)).OfType<X509Certificate2>()],
            TrustedSubjects = [.. at.Objects("trustedSubjects").Select(ReadTrustedSubject).OfType<(string, X509Certificate2)>()],
            FederatedCredentials = [.. at.Objects("federatedCredentials").Select(FederatedCredentialSettings.Read)],
            Roles = RoleSettings.ReadAll(at),
            AgentIdentities = at.Texts("agentIdentities"),
            AgentUsers = [.. at.Objects("agentUsers").Select(user =>
                (user.RequiredText("agentIdentity", "5d1f3b0e-7a0c-4d57-9a53-52f0a1b6e844"), AgentUserSettings.Read(user)))],
            IsEnabled = at.Flag("isEnabled") ?? true,
            Block = at.Object("block") is { } block ? BlockSettings.Read(block) : null,
        };
        if (settings.FederatedCredentials.Count > ApplicationCredentials.MaxFederated)
        {
            at.Report("federatedCredentials", $"An application can have {ApplicationCredentials.MaxFederated} at most, in Entra as here.");
        }

        foreach (var (agent, _) in settings.AgentUsers.Where(user =>
            user.Agent.Length > 0 && !settings.AgentIdentities.Contains(user.Agent, StringComparer.OrdinalIgnoreCase)))
        {
            at.Report("agentUsers", $"'{agent}' is none of the agentIdentities of this application.");
        }

        foreach (var again in settings.AgentUsers.GroupBy(user => user.Agent, StringComparer.OrdinalIgnoreCase)
            .Where(group => group.Count() > 1))
        {
            at.Report("agentUsers", $"'{again.Key}' has more than one. An agent identity has one user account at most.");
        }

        foreach (var agent in settings.AgentIdentities.Where(agent => !Guid.TryParseExact(agent, "D", out _)))
        {
            at.Report("agentIdentities", $"'{agent}' is no client id. Expected GUIDs such as \"72f988bf-86f1-41af-91ab-2d7cd011db47\".");
        }

        return settings;
    }

    public static (string Value, DateTimeOffset? ExpiresOn) ReadSecret(DocumentObject at)
    {
        var value = at.TextOrFile("value", "valueFile");
        if (value is null && !at.IsStated("value") && !at.IsStated("valueFile"))
        {
            at.Report("value", "Missing. State the secret here, or the file that holds it as 'valueFile'.");
        }

        return (value ?? "", at.Date("expiresOn"));
    }

    public static X509Certificate2? ReadRsaCertificate(DocumentObject at, string value, string name = "certificates")
    {
        var certificate = at.ReadCertificate(name, value);
        using var key = certificate?.GetRSAPublicKey();
        if (certificate is null || key is not null)
        {
            return certificate;
        }

        at.Report(name, "A certificate here has no RSA key. Entra verifies client assertions with RSA keys only.");
        certificate.Dispose();
        return null;
    }

    public static (string Name, X509Certificate2 Authority)? ReadTrustedSubject(DocumentObject at)
    {
        var name = at.RequiredText("name", "orders.contoso.example");
        return at.ReadCertificate(
            "authority",
            at.RequiredText("authority", "authority.pem") is { Length: > 0 } value ? value : null) is { } authority
                ? (name, authority)
                : null;
    }

    public EmulatedApplication AddTo(EntraEmulator entra)
    {
        var application = entra.AddApplication(ClientId, Tenant is null ? null : entra.RequireTenant(Tenant));
        foreach (var tenant in Tenants)
        {
            application.AddToTenant(entra.RequireTenant(tenant));
        }

        foreach (var (value, expiresOn) in Secrets)
        {
            application.AddSecret(value, expiresOn);
        }

        foreach (var certificate in Certificates)
        {
            using (certificate)
            {
                application.AddCertificate(certificate);
            }
        }

        foreach (var (name, authority) in TrustedSubjects)
        {
            using (authority)
            {
                application.AddTrustedSubject(name, authority);
            }
        }

        foreach (var federated in FederatedCredentials)
        {
            federated.AddTo(application, entra);
        }

        foreach (var role in Roles)
        {
            application.AssignRole(entra.RequireApi(role.Api), role.Role);
        }

        foreach (var agent in AgentIdentities)
        {
            var added = entra.AddAgentIdentity(application, agent);
            foreach (var (_, user) in AgentUsers.Where(user => user.Agent.Equals(agent, StringComparison.OrdinalIgnoreCase)))
            {
                added.AddAgentUser(user.UserName, user.ObjectId);
            }
        }

        application.IsEnabled = IsEnabled;
        Block?.ApplyTo(application);
        return application;
    }
}
