using System.Reflection;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.IntegrationTests;

/// <summary>An emulator as other vendors' libraries need it, over https, and an application there with every kind of credential.</summary>
public sealed class SecureEmulator : IAsyncLifetime
{
    public const string Subject = "system:serviceaccount:orders:api";

    /// <summary>The name the application trusts in place of one certificate.</summary>
    public const string TrustedName = "orders.emulated.example";

    public EntraEmulator Entra { get; private set; } = null!;

    public EmulatedApplication App { get; private set; } = null!;

    public EmulatedIssuer Cluster { get; private set; } = null!;

    public string Secret => App.EnvironmentWithSecret()["AZURE_CLIENT_SECRET"];

    /// <summary>A certificate registered on the application.</summary>
    public X509Certificate2 Registered { get; private set; } = null!;

    /// <summary>A certificate that nobody registered, issued to the trusted name by the trusted authority.</summary>
    public X509Certificate2 Issued { get; private set; } = null!;

    internal HttpClient Http { get; private set; } = null!;

    internal EmulatorHttp Handler { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        // Entra's own tolerance, and an API nobody added is refused: these libraries are to be met by the real thing.
        Entra = await EntraEmulator.StartAsync(new()
        {
            SecureAuthority = true,
            ClockSkew = TimeSpan.FromMinutes(5),
            AcceptsAnyResource = false,
            WritesArcKeyFiles = new ArcFolderFactAttribute().Skip is null,
        });
        Handler = new EmulatorHttp(Entra);
        Http = new HttpClient(Handler);
        App = Entra.AddApplication();
        App.AddSecret();
        Cluster = Entra.AddIssuer(EmulatedIssuerKind.Kubernetes);
        App.AddFederatedCredential(Cluster, Subject);

        var now = TimeProvider.System.GetUtcNow();
        using var key = RSA.Create(2048);
        Registered =
            new CertificateRequest("CN=registered", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(
                now.AddDays(-1), now.AddDays(1));
        App.AddCertificate(Registered);

        using var authorityKey = RSA.Create(2048);
        var authorityRequest =
            new CertificateRequest("CN=trusted authority", authorityKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        authorityRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(
            certificateAuthority: true, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        using var authority = authorityRequest.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        using var leafKey = RSA.Create(2048);
        using var leaf =
            new CertificateRequest($"CN={TrustedName}", leafKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).Create(
                authority, now.AddHours(-1), now.AddHours(12), [1]);
        Issued = leaf.CopyWithPrivateKey(leafKey);
        App.AddTrustedSubject(TrustedName, authority);
    }

    public async Task DisposeAsync()
    {
        Http.Dispose();
        Handler.Dispose();
        Registered.Dispose();
        Issued.Dispose();
        await Entra.DisposeAsync();
    }

    /// <summary>
    /// The emulator with an empty journal, and libraries that have looked up nothing yet: MSAL, which is below both of them, keeps what it
    /// learnt of authorities, hosts and tokens for the life of the process, unless it is told to forget, as its own tests do.
    /// </summary>
    internal EntraEmulator Fresh()
    {
        Entra.Journal.Clear();
        Handler.Forget();
        const BindingFlags AnyStatic = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        Assert.Single(
            Assembly.Load("Microsoft.Identity.Client").GetTypes().SelectMany(type => type.GetMethods(AnyStatic)),
            method => method is { Name: "ResetStateForTest" } && method.GetParameters().Length == 0)
            .Invoke(null, null);
        PeerRun.ForgetTheHost();
        return Entra;
    }

    /// <summary>Lets the emulator's own API judge a token, for the client it should have been issued to.</summary>
    internal async Task AcceptsAsync(string token, string clientId, string? userName = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Entra.Api.Url) { Headers = { Authorization = new("Bearer", token) } };
        using var response = await Http.SendAsync(request);
        var caller = System.Text.Json.JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;

        Assert.Equal(clientId, caller.GetProperty("clientId").GetString());
        Assert.Equal(userName, caller.TryGetProperty("userName", out var user) ? user.GetString() : null);
    }

    /// <summary>
    /// The one token request the peer made, and that it looked up its authority before: by the public cloud's answer, led here.
    /// </summary>
    internal TokenEndpointEntry AfterDiscovery()
    {
        Assert.Contains("login.microsoftonline.com", Handler.Asked);
        Assert.Contains(Entra.Journal.DiscoveryRequests, request => request is { Document: DiscoveryDocument.Instance, Status: 200 });
        return Assert.Single(Entra.Journal.TokenRequests);
    }
}
