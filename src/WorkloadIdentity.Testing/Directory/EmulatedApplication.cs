using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;

namespace WorkloadIdentity.Testing;

/// <summary>
/// An application (what Entra calls an app registration) in its home tenant, and its credentials, which may change while requests run.
/// Safe for concurrent use.
/// </summary>
public sealed partial class EmulatedApplication
{
    private readonly EntraEmulator _entra;
    private readonly ConcurrentDictionary<string, string> _principals = new(StringComparer.OrdinalIgnoreCase);
    private readonly RoleAssignments _roles = new();

    internal EmulatedApplication(EntraEmulator entra, EmulatedTenant tenant, string clientId, EmulatedApplication? blueprint = null)
    {
        _entra = entra;
        Tenant = tenant;
        ClientId = clientId;
        Blueprint = blueprint;
        AddToTenant(tenant);
        if (blueprint is not null)
        {
            Credentials.Add(new FederatedTrust(
                tenant.Issuer.AbsoluteUri, AgentSubject, EmulatedIssuer.ExchangeAudience, knownFrom: DateTimeOffset.MinValue));
        }
    }

    /// <summary>The client (application) id.</summary>
    public string ClientId { get; }

    /// <summary>The id of its home tenant.</summary>
    public string TenantId => Tenant.Id;

    /// <summary>The object id of its service principal at home: the <c>oid</c> of its tokens.</summary>
    public string ObjectId => PrincipalIn(Tenant)!;

    internal EmulatedTenant Tenant { get; }

    /// <summary>The emulator's time, by which credentials expire.</summary>
    internal DateTimeOffset Now => _entra.Clock.GetUtcNow();

    /// <summary>The application that vouches for this one, when this is an agent identity.</summary>
    public EmulatedApplication? Blueprint { get; }

    /// <summary>The <c>sub</c> of its blueprint's token for this agent identity.</summary>
    internal string AgentSubject => $"/eid1/c/emulated/t/{TenantId}/a/{Blueprint?.ClientId}/{ClientId}";

    internal ApplicationCredentials Credentials { get; } = new();

    /// <summary>Adds a client secret beside those there are.</summary>
    /// <param name="value">The secret; a random one when null.</param>
    /// <param name="expiresOn">From when on it is refused with AADSTS7000222; never when null.</param>
    /// <returns>The secret.</returns>
    public string AddSecret(string? value = null, DateTimeOffset? expiresOn = null)
    {
        RequireOwnCredentials();
        value ??= $"emulated~{Guid.NewGuid():N}";
        ArgumentException.ThrowIfNullOrWhiteSpace(value);
        Credentials.Add(new ApplicationSecret(value, expiresOn));
        return value;
    }

    /// <summary>Removes a client secret: from now on it is refused with AADSTS7000215.</summary>
    /// <exception cref="ArgumentException">The application has no such secret.</exception>
    public void RemoveSecret(string value)
    {
        ArgumentException.ThrowIfNullOrEmpty(value);
        if (!Credentials.RemoveSecret(value))
        {
            throw new ArgumentException($"Application {ClientId} has no such secret.", nameof(value));
        }
    }

    /// <summary>Adds a certificate whose key may sign this application's assertions. Only its public half is kept.</summary>
    /// <exception cref="ArgumentException">The certificate's key is not RSA, which is all Entra takes.</exception>
    public EmulatedApplication AddCertificate(X509Certificate2 certificate)
    {
        RequireOwnCredentials();
        ArgumentNullException.ThrowIfNull(certificate);
        var copy = X509CertificateLoader.LoadCertificate(certificate.RawDataMemory.Span);
        using var key = copy.GetRSAPublicKey();
        if (key is null)
        {
            copy.Dispose();
            throw new ArgumentException(
                "The certificate has no RSA key. Entra verifies client assertions with RSA keys only.", nameof(certificate));
        }

        Credentials.Add(new ApplicationCertificate(copy));
        return this;
    }

    /// <summary>Removes a certificate: assertions it signs are refused with AADSTS700027 from now on.</summary>
    /// <exception cref="ArgumentException">The application has no such certificate.</exception>
    public void RemoveCertificate(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        if (!Credentials.RemoveCertificate(certificate.Thumbprint))
        {
            throw new ArgumentException($"Application {ClientId} has no such certificate.", nameof(certificate));
        }
    }

    /// <summary>
    /// Gives the application a service principal in another tenant, as consent there would. Without one it is refused with AADSTS700016.
    /// </summary>
    public EmulatedApplication AddToTenant(EmulatedTenant tenant)
    {
        ArgumentNullException.ThrowIfNull(tenant);
        _principals.TryAdd(tenant.Id, Guid.NewGuid().ToString());
        return this;
    }

    /// <summary>
    /// Takes the service principal away again, as withdrawn consent does: its tokens there are revoked as by <see cref="Revoke"/>.
    /// </summary>
    public void RemoveFromTenant(EmulatedTenant tenant)
    {
        ArgumentNullException.ThrowIfNull(tenant);
        if (_principals.TryRemove(tenant.Id, out _))
        {
            Revoke();
        }
    }

    /// <summary>Lets the application's tokens for <paramref name="api"/> carry <paramref name="role"/>.</summary>
    public EmulatedApplication AssignRole(EmulatedApi api, string role)
    {
        ArgumentNullException.ThrowIfNull(api);
        ArgumentException.ThrowIfNullOrWhiteSpace(role);
        _roles.Add(api.Audience, role);
        return this;
    }

    /// <summary>The client id.</summary>
    public override string ToString() => ClientId;

    private void RequireOwnCredentials()
    {
        if (Blueprint is not null)
        {
            throw new InvalidOperationException(
                "An agent identity has no credentials of its own, in Entra as here: its blueprint vouches for it.");
        }
    }

    internal bool IsMultiTenant => _principals.Count > 1;

    internal string? PrincipalIn(EmulatedTenant tenant) => _principals.GetValueOrDefault(tenant.Id);

    internal IReadOnlyList<(string Audience, string Role)> Roles => _roles.All;

    internal IReadOnlyList<string> RolesFor(string audience) => _roles.For(audience);
}
