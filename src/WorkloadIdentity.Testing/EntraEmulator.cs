using System.Collections.Concurrent;

namespace WorkloadIdentity.Testing;

/// <summary>
/// A local stand-in for Microsoft Entra, for tests and samples: a real HTTP server on loopback that checks secrets, certificates, federated
/// assertions and user assertions, refuses with Entra's errors, serves managed identity endpoints and a protected API, and keeps a journal.
/// Safe for concurrent use; everything may be changed while it runs.
/// </summary>
/// <remarks>
/// Its tokens are worthless anywhere else by construction: they are signed with a key of this process that is gone with it, their issuer
/// is the emulator's own address and never an Entra host, and each one says so in its header and in a claim. It listens on 127.0.0.1,
/// unless <see cref="EntraEmulatorOptions.Address"/> states another address. Https speaks with a certificate made at start; no trust store
/// is touched.
/// </remarks>
/// <example>
/// <code>
/// await using var entra = await EntraEmulator.StartAsync();
/// var orders = entra.AddApplication();
/// var secret = orders.AddSecret();
/// </code>
/// </example>
public sealed partial class EntraEmulator : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, bool> _revoked = new();
    private readonly EmulatorServer _server;
    private EmulatedManagedIdentity? _systemAssigned;
    private int _nextName;
    private int _disposed;
    private long _latency;
    private long _federatedCredentialDelay;
    private long _tokenLifetime = TimeSpan.FromHours(1).Ticks;
    private long _managedIdentityTokenLifetime = TimeSpan.FromHours(24).Ticks;

    private EntraEmulator(EntraEmulatorOptions options, EmulatorServer server)
    {
        _server = server;
        AuthorityHost = options.SecureAuthority ? server.SecureAddress : server.PlainAddress;
        AcceptsReusedAssertions = options.AcceptsReusedAssertions;
        Clock = options.TimeProvider;
        ClockSkew = options.ClockSkew;
        Directory = new EmulatedDirectory(options.AcceptsAnyResource);
        Tokens = new TokenIssuer(Keys, Clock);
        Tenant = AddTenant(options.TenantId, options.TenantDomains);
        Api = AddApi("api://emulated-api");
        Application = AddApplication(options.ClientId);
        Application.AddSecret();
        if (options.HasSystemAssignedIdentity)
        {
            _systemAssigned = AddIdentity(isSystemAssigned: true, clientId: null, objectId: null, resourceId: null);
        }

        AdminToken = options.AdminToken ?? (options.HasAdminApi ? EmulatorAdminToken.NewRandom() : null);

        // Last, because it may create files that must be removed again.
        ArcKeys = new ArcKeys(options.WritesArcKeyFiles);
        server.Serve(this);
    }

    /// <summary>Where it listens, such as <c>http://127.0.0.1:49152/</c>: the authority host to configure.</summary>
    public Uri AuthorityHost { get; }

    /// <summary>The plain http address, which serves the managed identity hosts.</summary>
    public Uri PlainAddress => _server.PlainAddress;

    /// <summary>Its address over https. Trust <see cref="CertificateAuthority"/> there, or use <see cref="CreateHandler"/>.</summary>
    public Uri SecureAddress => _server.SecureAddress;

    /// <summary>The tenant it starts with.</summary>
    public EmulatedTenant Tenant { get; }

    /// <summary>The application it starts with, in <see cref="Tenant"/>, with one secret.</summary>
    public EmulatedApplication Application { get; }

    /// <summary>The applications that its file states, in their order; empty without a file.</summary>
    internal IReadOnlyList<EmulatedApplication> StatedApplications { get; set; } = [];

    /// <summary>The protected API it starts with.</summary>
    public EmulatedApi Api { get; }

    /// <summary>The machine's system-assigned managed identity.</summary>
    /// <exception cref="InvalidOperationException">The options said there is none.</exception>
    public EmulatedManagedIdentity SystemAssignedIdentity => _systemAssigned
        ?? throw new InvalidOperationException(
            $"{nameof(EntraEmulatorOptions)}.{nameof(EntraEmulatorOptions.HasSystemAssignedIdentity)} is off.");

    /// <summary>
    /// What opens the admin API at <see cref="AdminAddress"/>: the value of <c>Authorization: Bearer …</c>. Null while that API is off
    /// (<see cref="EntraEmulatorOptions.HasAdminApi"/>). Whoever has it can change everything here and have any token.
    /// </summary>
    public string? AdminToken { get; }

    /// <summary>Where the admin API is, if it is on: over https only, when the emulator listens beyond loopback.</summary>
    public Uri AdminAddress => new(PageAddress, "admin/");

    /// <summary>
    /// The page that shows the directory and the journal and lets people change things, while the admin API is on. It asks for
    /// <see cref="AdminToken"/>, or takes it from a link: <c>{PageAddress}#token={AdminToken}</c>. A browser does not send what follows
    /// <c>#</c>.
    /// </summary>
    public Uri PageAddress => _server.Name.IsLoopback ? PlainAddress : SecureAddress;

    /// <summary>What it was asked.</summary>
    public EmulatorJournal Journal { get; } = new();

    /// <summary>What goes wrong on demand.</summary>
    public EmulatorFaults Faults { get; } = new();

    /// <summary>How long every answer takes, on the emulator's clock. Zero at start.</summary>
    public TimeSpan Latency { get => Read(ref _latency); set => Write(ref _latency, value, TimeSpan.Zero); }

    /// <summary>How long Entra's tokens live. One hour at start. At least one second.</summary>
    public TimeSpan TokenLifetime { get => Read(ref _tokenLifetime); set => Write(ref _tokenLifetime, value, TimeSpan.FromSeconds(1)); }

    /// <summary>How long managed identity tokens live. 24 hours at start. At least one second.</summary>
    public TimeSpan ManagedIdentityTokenLifetime
    {
        get => Read(ref _managedIdentityTokenLifetime);
        set => Write(ref _managedIdentityTokenLifetime, value, TimeSpan.FromSeconds(1));
    }

    /// <summary>
    /// How long a new federated credential stays unknown, on the emulator's clock. Zero at start; in Entra it takes some minutes.
    /// </summary>
    public TimeSpan FederatedCredentialDelay
    {
        get => Read(ref _federatedCredentialDelay); set =>
        Write(ref _federatedCredentialDelay, value, TimeSpan.Zero);
    }

    /// <summary>
    /// Whether its IMDS is that of a Linux container of Azure Container Instances, which refuses a request without the <c>Metadata</c>
    /// header in plain text and never names itself in <c>Server</c>. False at start: that of a virtual machine.
    /// </summary>
    public bool IsContainerInstance { get; set; }

    internal TimeProvider Clock { get; }

    internal TimeSpan ClockSkew { get; }

    internal bool AcceptsReusedAssertions { get; }

    internal EmulatedDirectory Directory { get; }

    internal SigningKeys Keys { get; } = new(hasCertificates: true);

    internal TokenIssuer Tokens { get; }

    internal ArcKeys ArcKeys { get; }

    /// <summary>The value the managed identity hosts expect in their header: new at each start.</summary>
    internal string IdentityHeader { get; } = Guid.NewGuid().ToString("N");

    /// <summary>Starts an emulator.</summary>
    /// <param name="options">What it starts with; the defaults when null.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<EntraEmulator> StartAsync(EntraEmulatorOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new EntraEmulatorOptions();
        var server = await EmulatorServer.StartAsync(options, cancellationToken).ConfigureAwait(false);
        try
        {
            return new EntraEmulator(options, server);
        }
        catch
        {
            await server.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>
    /// Rejects a token from now on: the protected APIs answer <c>invalid_token</c>, and it is no user assertion any more.
    /// </summary>
    public void Revoke(AccessToken token)
    {
        ArgumentNullException.ThrowIfNull(token);
        Revoke(token.Value);
    }

    /// <inheritdoc cref="Revoke(AccessToken)"/>
    public void Revoke(string token)
    {
        ArgumentException.ThrowIfNullOrEmpty(token);
        _revoked[EmulatorJournal.Hash(token)] = true;
    }

    /// <summary>Lets a new key sign tokens from now on.</summary>
    /// <param name="withdrawOld">Whether the older keys leave the published set at once: the APIs then reject what they signed.</param>
    public void RollSigningKey(bool withdrawOld = false) => Keys.Roll(withdrawOld);

    /// <summary>Stops the server and forgets its keys. Requests under way lose their connection.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            await _server.DisposeAsync().ConfigureAwait(false);
            ArcKeys.Dispose();
            Keys.Dispose();
            foreach (var issuer in Directory.Issuers)
            {
                issuer.Keys.Dispose();
            }
        }
    }

    /// <summary>What it is and where.</summary>
    public override string ToString() => $"Entra emulator at {AuthorityHost}";

    internal bool IsRevoked(string token) => _revoked.ContainsKey(EmulatorJournal.Hash(token));

    private static TimeSpan Read(ref long ticks) => TimeSpan.FromTicks(Interlocked.Read(ref ticks));

    private static void Write(ref long ticks, TimeSpan value, TimeSpan least)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, least);
        Interlocked.Exchange(ref ticks, value.Ticks);
    }
}
