using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.DependencyInjection;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Tests;

/// <summary>An emulator over https, and an application that trusts a subject name and issuer, with certificates of that name.</summary>
public sealed class BoundBench : IAsyncLifetime
{
    private const string Name = "orders.emulated.example";

    private readonly RSA _authorityKey = TestCertificate.Key("bound authority");
    private readonly RSA _key = TestCertificate.Key("bound");
    private X509Certificate2 _authority = null!;
    private byte _serial;

    internal EntraEmulator Entra { get; private set; } = null!;

    internal EmulatedApplication App { get; private set; } = null!;

    /// <summary>The certificate, and the one that it is renewed by: with the same name and the same key.</summary>
    internal X509Certificate2 First { get; private set; } = null!;

    internal X509Certificate2 Renewed { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Entra = await EntraEmulator.StartAsync(new() { SecureAuthority = true, AcceptsAnyResource = false });
        var now = TimeProvider.System.GetUtcNow();
        var authority = new CertificateRequest("CN=trusted authority", _authorityKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        authority.CertificateExtensions.Add(new X509BasicConstraintsExtension(
            certificateAuthority: true, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        _authority = authority.CreateSelfSigned(now.AddDays(-2), now.AddDays(2));
        App = Entra.AddApplication();
        App.AddTrustedSubject(Name, _authority);
        First = Issue();
        Renewed = Issue();
    }

    public async Task DisposeAsync()
    {
        await Entra.DisposeAsync();
        foreach (var one in (IDisposable[])[First, Renewed, _authority, _authorityKey, _key])
        {
            one.Dispose();
        }
    }

    /// <summary>The emulator without what an earlier test asked.</summary>
    internal BoundBench Fresh()
    {
        Entra.Journal.Clear();
        Entra.Faults.Clear();
        (Entra.Api.AcceptsBoundTokens, Entra.Api.RequiresBoundTokens) = (true, false);
        return this;
    }

    internal X509Certificate2 Issue(DateTimeOffset? notAfter = null, DateTimeOffset? notBefore = null, string name = Name)
    {
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = new CertificateRequest($"CN={name}", _key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .Create(_authority, notBefore ?? now.AddHours(-1), notAfter ?? now.AddHours(12), [++_serial]);
        return certificate.CopyWithPrivateKey(_key);
    }

    internal ApplicationCredentialOptions Options(FakeLog? log = null) => new()
    {
        AuthorityHost = Entra.SecureAddress,
        ConfigureMutualTls = Entra.Trust,
        LoggerFactory = log,
    };

    internal ApplicationCredential Credential(ClientAuthentication? authentication = null, FakeLog? log = null) =>
        new(Entra.Tenant.Id, App.ClientId, authentication ?? Binding(First), Options(log));

    internal static ClientCertificateAuthentication Binding(X509Certificate2 certificate) =>
        ClientCertificateAuthentication.FromCertificate(certificate).BindTokens();

    internal TokenRequest Request(TokenBinding binding = TokenBinding.Required) => new(Entra.Api.Scope) { Binding = binding };

    /// <summary>A client as an application registers it. Its transport trusts the emulator.</summary>
    internal ServiceProvider Services(
        Credential? credential = null,
        TokenBinding binding = TokenBinding.Required,
        Action<IHttpClientBuilder>? configure = null,
        DelegatingHandler? inner = null)
    {
        var services = new ServiceCollection();
        services.AddWorkloadIdentity().UseCredential(_ => credential ?? Credential());
        var client = services.AddHttpClient("orders", http => http.BaseAddress = new Uri(Entra.SecureAddress, Entra.Api.Url.AbsolutePath))
            .ConfigurePrimaryHttpMessageHandler(() => new MutualTlsHandler(Entra.Trust));
        configure?.Invoke(client);
        client.AddAccessToken(Entra.Api.Scope, options => options.Binding = binding);
        if (inner is not null)
        {
            client.AddHttpMessageHandler(() => inner);
        }

        return services.BuildServiceProvider();
    }

    /// <summary>Calls the API as somebody who got hold of a token: with any scheme and any certificate.</summary>
    internal async Task<string> StealAsync(AccessToken token, string scheme, X509Certificate2? certificate)
    {
        using var handler = Entra.CreateHandler();
        if (certificate is not null)
        {
            handler.SslOptions.ClientCertificates = [certificate];
        }

        using var client = new HttpClient(handler);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Entra.SecureAddress, Entra.Api.Url.AbsolutePath))
        {
            Headers = { Authorization = new(scheme, token.Value) },
        };
        using var response = await client.SendAsync(request);
        return $"{(int)response.StatusCode} {Entra.Journal.ApiRequests[^1].Reason}".Trim();
    }
}
