using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using WorkloadIdentity.Governance;
using WorkloadIdentity.Testing;
using CredentialKind = WorkloadIdentity.Governance.CredentialKind;

namespace WorkloadIdentity.Chaos;

/// <summary>
/// An application whose credential is rotated with <see cref="CredentialRotation"/> while replicas use it. Each replica reads a file of its
/// own, which the platform replaces at another time; the last one only after the grace period has passed.
/// </summary>
internal sealed class StagedRotation : IDisposable
{
    // Longer than a replica goes without a use of its credential: the life of a token, and an outage.
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(8);

    private static readonly IReadOnlyList<TimeSpan> CopiedAfter =
        [TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(4), TimeSpan.FromMinutes(8.5)];

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(45);

    private readonly FastClock _clock;
    private readonly Tally _tally;
    private readonly string _destination;
    private readonly TokenAcquirer _acquirer;
    private readonly GraphClient _graph;
    private readonly CountingHandler _requests;
    private readonly HttpClient _http;
    private readonly CredentialRotation _rotation;
    private readonly RotationRequest _request;
    private readonly Random _random = new(1);

    public StagedRotation(EntraEmulator entra, EmulatedApi graph, FastClock clock, Tally tally, string folder, CredentialKind kind)
    {
        (_clock, _tally, Kind, Application) = (clock, tally, kind, entra.AddApplication());
        _destination = Path.Combine(folder, $"rotated-{kind}");
        var first = kind == CredentialKind.Secret ? Application.AddSecret() : WithCertificate();
        File.WriteAllText(_destination, first);
        Replicas = [.. CopiedAfter.Select((_, index) => $"{_destination}-{index}")];
        foreach (var replica in Replicas)
        {
            File.WriteAllText(replica, first);
        }

        var caller = entra.AddApplication();
        foreach (var permission in (string[])["Application.ReadWrite.All", "AuditLog.Read.All", "Policy.Read.All"])
        {
            caller.AssignRole(graph, permission);
        }

        _requests = new CountingHandler
        {
            InnerHandler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false },
        };
        _http = new HttpClient(_requests);
        var options = new ApplicationCredentialOptions
        {
            AuthorityHost = entra.AuthorityHost,
            TimeProvider = clock,
            HttpClient = _http,
        };
        _acquirer = new TokenAcquirer(
            new ApplicationCredential(
                entra.Tenant.Id, caller.ClientId, ClientSecretAuthentication.FromValue(caller.AddSecret()), options),
            new TokenAcquirerOptions { TimeProvider = clock });
        _graph = new GraphClient(
            _acquirer, new GraphClientOptions { Endpoint = graph.Url, Scope = graph.Scope, TimeProvider = clock });
        _rotation = new CredentialRotation(
            _graph, new RotationOptions { Application = options, LockFolder = Path.Combine(folder, "locks") });
        _request = new RotationRequest(new ClientId(Application.ClientId), RotationDestination.ToFile(_destination))
        {
            Kind = kind,
            GracePeriod = Grace,
        };
    }

    public CredentialKind Kind { get; }

    public EmulatedApplication Application { get; }

    /// <summary>The files that the replicas read.</summary>
    public IReadOnlyList<string> Replicas { get; }

    /// <summary>How many token requests the rotation itself has sent.</summary>
    public long Requests => _requests.Count;

    public ClientAuthentication Authentication(string file) =>
        Kind == CredentialKind.Secret ? ClientSecretAuthentication.FromFile(file) : ClientCertificateAuthentication.FromFile(file);

    /// <summary>One rotation after the other, until it is told to stop.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (await MakeAsync("start", cancel => _rotation.PlanStartAsync(_request, cancel), stop))
        {
            await Task.WhenAll(
                CopyAllAsync(stop), MakeAsync("finish", cancel => _rotation.PlanFinishAsync(_request, cancel), stop));
            var current = await File.ReadAllTextAsync(_destination, CancellationToken.None);
            foreach (var replica in stop.IsCancellationRequested ? [] : Replicas)
            {
                if (await File.ReadAllTextAsync(replica, CancellationToken.None) != current)
                {
                    _tally.Breach(Law.RotatesWithoutOutage, $"{Kind}: finished before {Path.GetFileName(replica)} had the new one");
                }
            }
        }
    }

    public void Dispose()
    {
        _graph.Dispose();
        _acquirer.Dispose();
        _http.Dispose();
        _requests.Dispose();
    }

    /// <summary>Repeats a command until it succeeds. At times it is killed at any point.</summary>
    /// <returns>False once it is told to stop.</returns>
    private async Task<bool> MakeAsync(string command, Func<CancellationToken, Task<ChangePlan>> plan, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            using var killed = CancellationTokenSource.CreateLinkedTokenSource(stop);
            if (_random.Next(3) == 0)
            {
                killed.CancelAfter(TimeSpan.FromMilliseconds(_random.Next(1, 600)));
            }

            try
            {
                var made = await plan(killed.Token);
                await made.ApplyAsync(cancellationToken: killed.Token);
                _tally.Count($"rotations: {command} made");
                return true;
            }
            catch (ChangeRefusedException exception)
            {
                _tally.Count($"rotations: {command} refused, {Reason(exception.Message)}");
            }
            catch (OperationCanceledException) when (killed.IsCancellationRequested)
            {
                _tally.Count($"rotations: {command} killed");
            }
            catch (Exception exception) when (exception is GraphException or TokenAcquisitionException)
            {
                _tally.Count($"rotations: {command} failed");
            }

            await WaitAsync(Pause, stop);
        }

        return false;
    }

    private static string Reason(string message) =>
        message.Contains("The grace period has not passed", StringComparison.Ordinal) ? "within the grace period"
        : message.Contains("was used on", StringComparison.Ordinal) ? "as a replica uses the old credential"
        : message.Contains("no use of the new", StringComparison.Ordinal) ? "as nothing uses the new credential"
        : message.Split('.')[0];

    private async Task CopyAllAsync(CancellationToken stop)
    {
        var (content, waited) = (await File.ReadAllTextAsync(_destination, CancellationToken.None), TimeSpan.Zero);
        for (var index = 0; index < Replicas.Count && !stop.IsCancellationRequested; index++)
        {
            await WaitAsync(CopiedAfter[index] - waited, stop);
            waited = CopiedAfter[index];
            await File.WriteAllTextAsync($"{Replicas[index]}.next", content, CancellationToken.None);
            File.Move($"{Replicas[index]}.next", Replicas[index], overwrite: true);
        }
    }

    private async Task WaitAsync(TimeSpan time, CancellationToken stop)
    {
        try
        {
            await Task.Delay(time, _clock, stop);
        }
        catch (OperationCanceledException)
        {
            // The caller looks at the token.
        }
    }

    private string WithCertificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=first", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(_clock.GetUtcNow().AddDays(-1), _clock.GetUtcNow().AddDays(90));
        Application.AddCertificate(X509CertificateLoader.LoadCertificate(certificate.RawData));
        return $"{certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n";
    }

    private sealed class CountingHandler : DelegatingHandler
    {
        private long _count;

        public long Count => Interlocked.Read(ref _count);

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _count);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
