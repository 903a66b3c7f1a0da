using System.Security.Cryptography;
using System.Text;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Aspire.Hosting;

/// <summary>
/// A local Entra that runs in the app host itself: no container, no cloud. Its tokens are worthless anywhere else. It is a tool of
/// development: it is in no manifest, and a published project gets no setting of it.
/// </summary>
/// <remarks>Made by <see cref="EntraEmulatorBuilderExtensions.AddEntraEmulator"/>.</remarks>
public sealed class EntraEmulatorResource : Resource, IResourceWithWaitSupport
{
    private readonly Dictionary<string, EntraApplication> _applications = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, EntraApi> _apis = new(StringComparer.Ordinal);

    internal EntraEmulatorResource(string name, int? port) : base(name)
    {
        Port = port;
        TenantId = IdOf("tenant");
    }

    /// <summary>The id of its tenant. It depends on the resource's name only, so it is the same at each start.</summary>
    public string TenantId { get; }

    /// <summary>The emulator itself while it runs, for what a test does to it: faults, revocations, the journal. Null otherwise.</summary>
    public EntraEmulator? Emulator { get; private set; }

    internal int? Port { get; }

    internal EntraEmulator RunningEmulator => Emulator ?? throw new InvalidOperationException(
        $"The emulator '{Name}' does not run. Wait for it before you use its settings: WithWorkloadIdentity and WithEntraTokens wait.");

    /// <summary>The application with a name, or a new one.</summary>
    internal EntraApplication Application(string name, ParameterResource? secret)
    {
        if (!_applications.TryGetValue(name, out var application))
        {
            var value = $"emulated~{Guid.NewGuid():N}";
            application = new EntraApplication(
                this,
                name,
                IdOf($"application {name}"),
                secret ?? new ParameterResource($"{Name}-{name}-secret", _ => value, secret: true));
            _applications.Add(name, application);
        }
        else if (secret is not null && secret != application.Secret)
        {
            throw new ArgumentException(
                $"The application '{name}' has a secret already. State its secret where the application is named for the first time.",
                nameof(secret));
        }

        return application;
    }

    /// <summary>The API with an audience, or a new one.</summary>
    internal EntraApi Api(string audience)
    {
        if (!_apis.TryGetValue(audience, out var api))
        {
            _apis.Add(audience, api = new EntraApi(this, audience));
        }

        return api;
    }

    internal async Task StartAsync(CancellationToken cancellationToken)
    {
        var entra = await EntraEmulator.StartAsync(
            new EntraEmulatorOptions
            {
                TenantId = TenantId,
                Port = Port ?? 0,
                ClockSkew = TimeSpan.FromMinutes(5),
                AcceptsAnyResource = false,
                AcceptsReusedAssertions = true,
                HasAdminApi = true,
            },
            cancellationToken).ConfigureAwait(false);
        try
        {
            await FillAsync(entra, cancellationToken).ConfigureAwait(false);
            Emulator = entra;
        }
        catch
        {
            await entra.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    internal async ValueTask StopAsync()
    {
        if (Emulator is { } entra)
        {
            Emulator = null;
            await entra.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task FillAsync(EntraEmulator entra, CancellationToken cancellationToken)
    {
        var apis = _apis.Keys.ToDictionary(audience => audience, entra.AddApi);
        var issuers = new HashSet<string>(StringComparer.Ordinal);
        foreach (var stated in _applications.Values)
        {
            var application = entra.AddApplication(stated.ClientId);
            application.AddSecret(await stated.ReadSecretAsync(cancellationToken).ConfigureAwait(false));
            foreach (var (api, role) in stated.Roles)
            {
                application.AssignRole(apis[api.Audience], role);
            }

            foreach (var (kind, issuer, subject) in stated.FederatedCredentials)
            {
                // Several applications trust the same cluster or build system.
                if (issuers.Add(issuer))
                {
                    entra.AddIssuer(kind, issuer);
                }

                application.AddFederatedCredential(issuer, subject);
            }
        }
    }

    /// <summary>The same id for the same name at each start, because programs and people keep it.</summary>
    private string IdOf(string what) => new Guid(SHA256.HashData(Encoding.UTF8.GetBytes($"{Name}\n{what}")).AsSpan(0, 16)).ToString();
}
