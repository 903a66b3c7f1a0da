using System.Net;
using System.Security.Cryptography;
using WorkloadIdentity.Governance;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Tests;

/// <summary>
/// An emulated tenant, an operator who rotates credentials in it, and a way to fail before or after each step that writes something.
/// </summary>
internal sealed class RotationBench : IAsyncDisposable
{
    public static readonly IReadOnlyList<string> Permissions =
        ["Application.Read.All", "Application.ReadWrite.All", "AuditLog.Read.All", "Policy.Read.All"];

    private readonly List<IDisposable> _disposables = [];
    private readonly CountingHandler _counting;
    private readonly GraphClient _client;
    private readonly StepHandler _handler;
    private int _keys;

    private RotationBench(EntraEmulator entra, EmulatedGraphOptions options, EmulatedApi graph, FakeClock clock, EmulatedApplication caller)
    {
        (Entra, Graph, Clock, Api) = (entra, options, clock, graph);
        Steps = new FailingSteps();
        _handler = new StepHandler(Steps) { InnerHandler = new SocketsHttpHandler() };
        _counting = new CountingHandler(_handler);
        Http = new HttpClient(_counting);
        var application = new ApplicationCredentialOptions
        {
            AuthorityHost = entra.AuthorityHost,
            TimeProvider = clock,
            HttpClient = Http,
            Retry = new RetryOptions { MaxAttempts = 1 },
        };
        var acquirer = new TokenAcquirer(
            new ApplicationCredential(entra.Tenant.Id, caller.ClientId, ClientSecretAuthentication.FromValue("operator"), application),
            new TokenAcquirerOptions { TimeProvider = clock });
        _client = new GraphClient(acquirer, new GraphClientOptions
        {
            Endpoint = graph.Url,
            Scope = graph.Scope,
            TimeProvider = clock,
            Transport = _counting,
        });
        Rotation = new CredentialRotation(
            _client,
            new RotationOptions
            {
                Application = application,
                LockFolder = Path.Combine(Folder, "locks"),
                MakeKey = NextKey,
            });
        Application = application;
        _disposables.AddRange([acquirer, _client, Http, _counting]);
    }

    public EntraEmulator Entra { get; }

    public EmulatedApi Api { get; }

    public EmulatedGraphOptions Graph { get; }

    public FakeClock Clock { get; }

    public HttpClient Http { get; }

    public ApplicationCredentialOptions Application { get; }

    public GraphClient Client => _client;

    public CredentialRotation Rotation { get; }

    public FailingSteps Steps { get; }

    /// <summary>The rows that Graph shows in place of its report of the use of credentials; null for its own.</summary>
    public IReadOnlyList<string>? Report
    {
        get => _handler.Report;
        set => _handler.Report = value;
    }

    /// <summary>Sees each request to Graph first, and may answer it in its place.</summary>
    public Func<HttpRequestMessage, HttpResponseMessage?> Hook
    {
        set => _handler.Hook = value;
    }

    /// <summary>Rotations of another machine.</summary>
    public CredentialRotation OnAnotherMachine() => new(
        _client,
        new RotationOptions
        {
            Application = Application,
            LockFolder = Path.Combine(Folder, $"locks-{Guid.NewGuid():N}"),
            MakeKey = NextKey,
        });

    /// <summary>Eight in a row are different.</summary>
    private RSA NextKey() => TestCertificate.Key($"rotated {Interlocked.Increment(ref _keys) % 8}");

    public string Folder { get; } = Directory.CreateTempSubdirectory("rotation").FullName;

    public static async Task<RotationBench> StartAsync(IReadOnlyList<string>? permissions = null, int servicePrincipals = 0)
    {
        var clock = new FakeClock();
        var entra = await EntraEmulator.StartAsync(new() { TimeProvider = clock });
        entra.TokenLifetime = TimeSpan.FromDays(1);
        var options = new EmulatedGraphOptions { EnforcesLimits = false, ServicePrincipals = servicePrincipals };
        var graph = entra.AddGraph(options);
        var caller = entra.AddApplication();
        caller.AddSecret("operator");
        foreach (var permission in permissions ?? Permissions)
        {
            caller.AssignRole(graph, permission);
        }

        return new RotationBench(entra, options, graph, clock, caller);
    }

    /// <summary>An application with one credential of a kind.</summary>
    public EmulatedApplication Add(CredentialKind kind)
    {
        var application = Entra.AddApplication();
        return kind == CredentialKind.Secret ? WithSecret(application) : application.AddCertificate(TestCertificate.One);

        static EmulatedApplication WithSecret(EmulatedApplication application)
        {
            application.AddSecret("old-secret");
            return application;
        }
    }

    public RotationRequest Request(EmulatedApplication application, CredentialKind kind, bool force = false, string? file = null) =>
        new(new ClientId(application.ClientId), new FailingDestination(file ?? File(application), Steps))
        {
            Kind = kind,
            Proof = kind == CredentialKind.Certificate ? TestCertificate.One : null,
            Force = force,
        };

    public string File(EmulatedApplication application) => Path.Combine(Folder, application.ClientId);

    public Task<ChangePlan> StartAsync(RotationRequest request) => ApplyAsync(cancel => Rotation.PlanStartAsync(request, cancel));

    public Task<ChangePlan> FinishAsync(RotationRequest request) => ApplyAsync(cancel => Rotation.PlanFinishAsync(request, cancel));

    public Task<ChangePlan> ApplyAsync(Func<CancellationToken, Task<ChangePlan>> plan) => RunAsync(async () =>
    {
        var made = await plan(CancellationToken.None);
        await made.ApplyAsync();
        return made;
    });

    public Task<bool> ApplyAsync(ChangePlan plan) => RunAsync(async () =>
    {
        await plan.ApplyAsync();
        return true;
    });

    public Task<T> RunAsync<T>(Func<Task<T>> work) => FastForward.RunAsync(Clock, () => _counting.IsIdle, work);

    /// <summary>The names of the credentials that rotations added.</summary>
    public static IReadOnlyList<string> Added(EmulatedApplication application) =>
    [
        .. application.Credentials.Secrets.Select(secret => secret.Name)
            .Concat(application.Credentials.Certificates.Select(certificate => certificate.Name)).OfType<string>(),
    ];

    public static int Count(EmulatedApplication application) =>
        application.Credentials.Secrets.Count + application.Credentials.Certificates.Count;

    /// <summary>Whether a program that reads the file now gets a token.</summary>
    public async Task<bool> WorksAsync(EmulatedApplication application, CredentialKind kind, string? file = null)
    {
        file ??= File(application);
        var credential = new ApplicationCredential(
            Entra.Tenant.Id,
            application.ClientId,
            kind == CredentialKind.Secret ? ClientSecretAuthentication.FromFile(file) : ClientCertificateAuthentication.FromFile(file),
            Application);
        var request = new Acquisition(new TokenRequest(Api.Scope)) { TimeProvider = Clock };
        return (await RunAsync(async () => await credential.AcquireAsync(request, CancellationToken.None))).Verdict == TokenVerdict.Issued;
    }

    public async ValueTask DisposeAsync()
    {
        await Entra.DisposeAsync();
        _disposables.ForEach(each => each.Dispose());
        Directory.Delete(Folder, recursive: true);
    }
}

/// <summary>The process ends here.</summary>
#pragma warning disable CA1032 // Only the tests throw it.
internal sealed class CrashException : Exception;
#pragma warning restore CA1032

/// <summary>Counts the points before and after each step that writes, and fails at one of them.</summary>
internal sealed class FailingSteps
{
    private readonly List<string> _seen = [];

    /// <summary>The number of the point that fails; none when negative.</summary>
    public int FailAt { get; set; } = -1;

    /// <summary>What happens there; null if it cannot. After a request, an <see cref="HttpRequestException"/> is a lost answer.</summary>
    public Func<string, Exception?> Failure { get; set; } = _ => new CrashException();

    /// <summary>The points that were passed.</summary>
    public IReadOnlyList<string> Seen => _seen;

    public void Reset(int failAt = -1)
    {
        FailAt = failAt;
        _seen.Clear();
    }

    public void Pass(string point)
    {
        _seen.Add(point);
        if (_seen.Count - 1 == FailAt && Failure(point) is { } failure)
        {
            throw failure;
        }
    }
}

internal sealed class StepHandler(FailingSteps steps) : DelegatingHandler
{
    public IReadOnlyList<string>? Report { get; set; }

    public Func<HttpRequestMessage, HttpResponseMessage?>? Hook { get; set; }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var action = request.RequestUri!.Segments[^1];
        if (Hook?.Invoke(request) is { } answered)
        {
            answered.RequestMessage = request;
            return answered;
        }

        if (action == "appCredentialSignInActivities" && Report is { } rows)
        {
            return FakeServer.Response(HttpStatusCode.OK, $$"""{"value":[{{string.Join(',', rows)}}]}""");
        }

        if (request.Method == HttpMethod.Get || !request.RequestUri.AbsolutePath.Contains("/apis/graph/", StringComparison.Ordinal))
        {
            return await base.SendAsync(request, cancellationToken);
        }

        steps.Pass($"before {action}");
        var response = await base.SendAsync(request, cancellationToken);
        if (response.IsSuccessStatusCode)
        {
            steps.Pass($"after {action}");
        }

        return response;
    }
}

internal sealed class FailingDestination(string path, FailingSteps steps) : RotationDestination(path, path)
{
    private readonly RotationDestination _file = ToFile(path);

    internal override async Task PrepareAsync(RotationName name, CancellationToken cancellationToken)
    {
        steps.Pass("before the note");
        await _file.PrepareAsync(name, cancellationToken);
        steps.Pass("after the note");
    }

    internal override Task<DestinationState> FindAsync(RotationName name, CredentialKind kind, CancellationToken cancellationToken) =>
        _file.FindAsync(name, kind, cancellationToken);

    internal override async Task WriteAsync(NewCredential credential, CancellationToken cancellationToken)
    {
        steps.Pass("before the file");
        await _file.WriteAsync(credential, cancellationToken);
        steps.Pass("after the file");
    }

    internal override Task<string?> ReadAsync(CancellationToken cancellationToken) => _file.ReadAsync(cancellationToken);
}

/// <summary>A place that several machines write to, with all that was written, as a vault keeps it.</summary>
internal sealed class SharedDestination() : RotationDestination("the vault", "vault")
{
    private readonly List<NewCredential> _written = [];

    public IReadOnlyList<NewCredential> Written => _written;

    internal override bool IsShared => true;

    /// <summary>What another machine writes.</summary>
    public void Write(RotationName name) => _written.Add(new NewCredential(
        CredentialKind.Secret, name, "", DateTimeOffset.MaxValue, "other", ClientSecretAuthentication.FromValue("other")));

    internal override Task PrepareAsync(RotationName name, CancellationToken cancellationToken) => Task.CompletedTask;

    internal override Task<DestinationState> FindAsync(RotationName name, CredentialKind kind, CancellationToken cancellationToken) =>
        Task.FromResult(
            _written.Count > 0 && _written[^1].Name == name ? DestinationState.Held
            : _written.Exists(each => each.Name == name) ? DestinationState.Unknown
            : DestinationState.NeverWritten);

    internal override Task WriteAsync(NewCredential credential, CancellationToken cancellationToken)
    {
        _written.Add(credential);
        return Task.CompletedTask;
    }

    internal override Task<string?> ReadAsync(CancellationToken cancellationToken) =>
        Task.FromResult(_written.Count == 0 ? null : _written[^1].Content);
}
