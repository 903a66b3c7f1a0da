using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Chaos;

/// <summary>The members, one for each kind of credential, and the faults that affect a single member.</summary>
internal sealed class Fleet : IDisposable
{
    private const int Tenants = 120;
    private const int Users = 12;
    private const string Subject = "system:serviceaccount:shop:orders";

    private static readonly TimeSpan AssertionLife = TimeSpan.FromMinutes(10);

    private readonly EntraEmulator _entra;
    private readonly FastClock _clock;
    private readonly Tally _tally;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("chaos-");
    private readonly List<(string Text, DateTimeOffset Until)> _users = [];
    private readonly SemaphoreSlim _rotation = new(1);
    private readonly EmulatedIssuer _issuer;
    private X509Certificate2 _certificate;
    private string _secret;
    private long _signIns;

    public Fleet(EntraEmulator entra, FastClock clock, Tally tally)
    {
        (_entra, _clock, _tally) = (entra, clock, tally);
        Applications = [.. Enumerable.Range(0, 4).Select(_ => entra.AddApplication())];
        var (bySecret, byCertificate, byFederation, byUsers) = (Applications[0], Applications[1], Applications[2], Applications[3]);
        _issuer = entra.AddIssuer();
        byFederation.AddFederatedCredential(_issuer, Subject);
        _secret = bySecret.AddSecret();
        File.WriteAllText(PathOf("secret"), _secret);
        File.WriteAllText(PathOf("users-secret"), byUsers.AddSecret());
        _certificate = NewCertificate();
        byCertificate.AddCertificate(_certificate);
        File.WriteAllText(PathOf("tls.key"), KeyOf(_certificate));
        File.WriteAllText(PathOf("tls.crt"), _certificate.ExportCertificatePem());
        MountToken();

        var several = entra.AddApplication();
        var tenants = Enumerable.Range(0, Tenants).Select(_ => entra.AddTenant()).ToList();
        tenants.ForEach(tenant => several.AddToTenant(tenant));
        var severalSecret = several.AddSecret();

        var graph = entra.AddGraph(new EmulatedGraphOptions
        {
            EnforcesLimits = false,
            ServicePrincipals = 0,
            CredentialDelay = TimeSpan.FromSeconds(20),
            ReplicationDelay = TimeSpan.FromSeconds(10),
            ConflictWindow = TimeSpan.FromSeconds(2),
        });
        Rotations =
        [
            new StagedRotation(entra, graph, clock, tally, _folder.FullName, Governance.CredentialKind.Secret),
            new StagedRotation(entra, graph, clock, tally, _folder.FullName, Governance.CredentialKind.Certificate),
        ];
        Members =
        [
            OfApplication("secret", bySecret, ClientSecretAuthentication.FromFile(PathOf("secret"))),
            OfApplication("certificate", byCertificate, ClientCertificateAuthentication.FromFiles(PathOf("tls.crt"), PathOf("tls.key"))),
            OfApplication("federation", byFederation, new FederatedAuthentication(AssertionSource.FromFile(PathOf("token")))),
            OfApplication(
                "on behalf of",
                byUsers,
                ClientSecretAuthentication.FromFile(PathOf("users-secret")),
                random => OfUser(byUsers, random),
                Users),
            Make(
                "many tenants",
                clock =>
                    ApplicationCredential.MultiTenant(
                        several.ClientId, ClientSecretAuthentication.FromValue(severalSecret), Options(clock)),
                OfTenant,
                Tenants,
                capacity: Tenants / 3),
            OfHost("App Service", entra.AppServiceEnvironment()),
            OfHost("IMDS", entra.ImdsEnvironment()),
            Make(
                "default chain",
                clock =>
                    DefaultCredentials.FromEnvironment(new DefaultCredentialsOptions { Environment = WorkloadEnvironment.FromValues(
                        byUsers.EnvironmentWithSecret()), TimeProvider = clock }),
                _ => OfItself(byUsers.ClientId)),
            .. Rotations.SelectMany(Replicas),
        ];

        Expected OfTenant(Random random)
        {
            var tenant = tenants[random.Next(Tenants)].Id;
            return new Expected(entra.Api.Audience, several.ClientId, tenant, null, new Key(tenant, null));
        }
    }

    public IReadOnlyList<Member> Members { get; }

    /// <summary>The applications whose credentials are rotated in two steps.</summary>
    public IReadOnlyList<StagedRotation> Rotations { get; }

    /// <summary>The applications that are somebody by one thing of their own: a secret, a certificate, a federated credential.</summary>
    public IReadOnlyList<EmulatedApplication> Applications { get; }

    public EmulatedIssuer Issuer => _issuer;

    /// <summary>How often a user has signed in.</summary>
    public long SignIns => Interlocked.Read(ref _signIns);

    public void Dispose()
    {
        foreach (var member in Members)
        {
            member.Dispose();
        }

        foreach (var rotation in Rotations)
        {
            rotation.Dispose();
        }

        _folder.Delete(recursive: true);
        _certificate.Dispose();
        _rotation.Dispose();
    }

    /// <summary>Replaces the mounted token, as the platform does.</summary>
    public void MountToken() => Replace("token", _issuer.Issue(Subject, lifetime: AssertionLife));

    /// <summary>Entra has a new key and may no longer know the old one: users sign in again.</summary>
    public void RollKey(bool withdrawOld)
    {
        _entra.RollSigningKey(withdrawOld);
        lock (_users)
        {
            _users.Clear();
        }
    }

    /// <summary>Rotates the secret: registers a new one, puts it in place, and removes the old one.</summary>
    public void RotateSecret()
    {
        var old = _secret;
        Replace("secret", _secret = Applications[0].AddSecret());
        Applications[0].RemoveSecret(old);
    }

    /// <summary>
    /// A new certificate, its key replaced first; in between the two files do not belong together. Rotations follow each other.
    /// </summary>
    public async Task RotateCertificateAsync()
    {
        await _rotation.WaitAsync();
        try
        {
            var old = _certificate;
            _certificate = NewCertificate();
            Applications[1].AddCertificate(_certificate);
            Replace("tls.key", KeyOf(_certificate));
            await Task.Delay(TimeSpan.FromSeconds(10), _clock, CancellationToken.None);
            Replace("tls.crt", _certificate.ExportCertificatePem());
            Applications[1].RemoveCertificate(old);
            old.Dispose();
        }
        finally
        {
            _rotation.Release();
        }
    }

    private Member OfApplication(
        string name,
        EmulatedApplication application,
        ClientAuthentication authentication,
        Func<Random, Expected>? next = null,
        int keys = 1) =>
        Make(
            name,
            clock => new ApplicationCredential(application.TenantId, application.ClientId, authentication, Options(clock)),
            next ?? (_ => OfItself(application.ClientId)),
            keys);

    private IEnumerable<Member> Replicas(StagedRotation rotation) => rotation.Replicas.Select(file => Make(
        $"replica {Path.GetFileName(file)}",
        clock =>
            new ApplicationCredential(
                rotation.Application.TenantId, rotation.Application.ClientId, rotation.Authentication(file), Options(clock)),
        _ => OfItself(rotation.Application.ClientId),
        isReplica: true));

    private Member OfHost(string name, IReadOnlyDictionary<string, string> variables) => Make(
        name,
        clock =>
            new ManagedIdentityCredential(
                null,
                new ManagedIdentityCredentialOptions { Environment = WorkloadEnvironment.FromValues(variables), TimeProvider = clock }),
        _ => OfItself(_entra.SystemAssignedIdentity.ClientId));

    private Member Make(
        string name, Func<FastClock, Credential> credential, Func<Random, Expected> next, int keys = 1, int capacity = 10_000,
        bool isReplica = false)
    {
        var clock = _clock.Beside();
        return new Member(name, credential(clock), clock, _entra.Api, next, _tally, keys, capacity, isReplica);
    }

    private ApplicationCredentialOptions Options(FastClock clock) => new() { AuthorityHost = _entra.AuthorityHost, TimeProvider = clock };

    private Expected OfItself(string clientId) => new(_entra.Api.Audience, clientId, _entra.Tenant.Id, null, default);

    /// <summary>One of a few users, with the token this user's sign-in has now.</summary>
    private Expected OfUser(EmulatedApplication application, Random random)
    {
        var (index, now) = (random.Next(Users), _clock.GetUtcNow());
        var name = $"user{index}@emulated.example";
        lock (_users)
        {
            while (_users.Count <= index)
            {
                _users.Add(("", default));
            }

            if (_users[index].Until < now.AddMinutes(1))
            {
                Interlocked.Increment(ref _signIns);
                _users[index] = (application.IssueUserToken(name, lifetime: TimeSpan.FromMinutes(15)), now.AddMinutes(15));
            }

            return new Expected(_entra.Api.Audience, application.ClientId, _entra.Tenant.Id, name, new Key(null, _users[index].Text));
        }
    }

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);

    private void Replace(string name, string content)
    {
        File.WriteAllText(PathOf(name + ".next"), content);
        File.Move(PathOf(name + ".next"), PathOf(name), overwrite: true);
    }

    private X509Certificate2 NewCertificate()
    {
        using var key = RSA.Create(2048);
        var now = _clock.GetUtcNow();
        return new CertificateRequest("CN=chaos", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(
            now.AddDays(-1), now.AddDays(90));
    }

    private static string KeyOf(X509Certificate2 certificate)
    {
        using var key = certificate.GetRSAPrivateKey()!;
        return key.ExportPkcs8PrivateKeyPem();
    }
}
