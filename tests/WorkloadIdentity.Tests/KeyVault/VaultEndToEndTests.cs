using Microsoft.Extensions.DependencyInjection;
using WorkloadIdentity.KeyVault;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Tests;

/// <summary>
/// An application registered with Entra's emulator, its proof in a vault that has every token judged by the same emulator, and another
/// application that reaches the vault: from the named client's call down to the wire.
/// </summary>
public sealed class VaultEndToEndTests : IAsyncLifetime, IDisposable
{
    private readonly FakeClock _clock = new();
    private readonly FakeLog _log = new();
    private readonly FakeVault _vault;
    private EntraEmulator _entra = null!;
    private EmulatedApplication _machine = null!;
    private EmulatedApplication _orders = null!;

    public VaultEndToEndTests() => _vault = new FakeVault(_clock);

    public async Task InitializeAsync()
    {
        _entra = await EntraEmulator.StartAsync(new() { TimeProvider = _clock, AcceptsAnyResource = false });
        _machine = _entra.AddApplication();
        _orders = _entra.AddApplication();
        var judge = _entra.AddApi("https://vault.azure.net");
        _vault.Judge = async token => (await _entra.CallAsync(token, judge)).Status == 200;
    }

    public async Task DisposeAsync() => await _entra.DisposeAsync();

    public void Dispose()
    {
        _vault.Dispose();
        _log.Dispose();
    }

    public static TheoryData<string> Proofs => ["downloaded", "remote", "secret"];

    [Theory]
    [MemberData(nameof(Proofs))]
    public async Task A_client_calls_an_api_with_a_proof_out_of_the_vault(string proof)
    {
        await using var provider = Build(proof);
        Register(proof, first: true);

        Assert.Equal(200, await CallAsync(provider));

        Assert.Equal(
            [(_machine.ClientId, "https://vault.azure.net/.default"), (_orders.ClientId, _entra.Api.Scope)],
            _entra.Journal.TokenRequests.Select(request => (request.ClientId!, request.Scope!)));
        Assert.Equal(
            proof == "secret" ? ClientAuthenticationMethod.Secret : ClientAuthenticationMethod.Certificate,
            _entra.Journal.TokenRequests[1].ClientAuthentication);
    }

    [Theory]
    [MemberData(nameof(Proofs))]
    public async Task A_rotation_in_the_vault_is_followed(string proof)
    {
        await using var provider = Build(proof);
        Register(proof, first: true);
        await CallAsync(provider);
        Register(proof, first: false);
        _clock.Advance(TimeSpan.FromHours(1.1));

        Assert.Equal(200, await CallAsync(provider));

        var requests = Orders();
        Assert.Equal(2, requests.Count);
        Assert.NotEqual(requests[0].CredentialHash, requests[1].CredentialHash);
        Assert.All(requests, request => Assert.Null(request.ErrorCode));
    }

    [Theory]
    [MemberData(nameof(Proofs))]
    public async Task Entras_refusal_has_the_vault_read_again(string proof)
    {
        await using var provider = Build(proof);
        Register(proof, first: true);
        await CallAsync(provider);
        Register(proof, first: false);
        Unregister(proof);
        _entra.Revoke((await AcquirerOf(provider).GetTokenAsync(Request)).Value);

        // The vault was read a moment ago: without Entra's refusal it would not be asked for an hour.
        Assert.Equal(200, await CallAsync(provider));

        Assert.Equal([null, proof == "secret" ? 7000215 : 700027, null], Orders().Select(request => request.ErrorCode));
    }

    [Fact]
    public async Task A_vault_that_is_gone_for_a_while_is_not_noticed()
    {
        await using var provider = Build("downloaded");
        Register("downloaded", first: true);
        await CallAsync(provider);
        for (var hour = 0; hour < 2; hour++)
        {
            _clock.Advance(TimeSpan.FromHours(1.1));
            _vault.Next(_ => throw new HttpRequestException(HttpRequestError.ConnectionError, "gone"));
            Assert.Equal(200, await CallAsync(provider));
        }

        Assert.Equal(1, _log.Count(212));
    }

    private TokenRequest Request => new(_entra.Api.Scope) { ContinuousAccess = true };

    private static ITokenAcquirer AcquirerOf(IServiceProvider provider) => provider.GetRequiredService<ITokenAcquirer>();

    private static async Task<int> CallAsync(IServiceProvider provider)
    {
        using var response = await provider.GetRequiredService<IHttpClientFactory>().CreateClient("orders").GetAsync("");
        return (int)response.StatusCode;
    }

    private List<TokenEndpointEntry> Orders() => [.. _entra.Journal.TokenRequests.Where(request => request.ClientId == _orders.ClientId)];

    private void Register(string proof, bool first)
    {
        var certificate = first ? TestCertificate.One : TestCertificate.Two;
        if (proof == "secret")
        {
            _vault.Keep("orders-api", _orders.AddSecret(first ? "first-secret" : "second-secret"));
        }
        else
        {
            _orders.AddCertificate(certificate);
            _vault.Import("orders-api", certificate, exportable: proof == "downloaded");
        }
    }

    private void Unregister(string proof)
    {
        if (proof == "secret")
        {
            _orders.RemoveSecret("first-secret");
        }
        else
        {
            _orders.RemoveCertificate(TestCertificate.One);
        }
    }

    private ServiceProvider Build(string proof)
    {
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(_clock);
        services.AddSingleton<Microsoft.Extensions.Logging.ILoggerFactory>(_log);
        services.AddSingleton(WorkloadEnvironment.FromValues(new Dictionary<string, string>()));
        services.AddWorkloadIdentity("machine").UseSecret(_entra.Tenant.Id, _machine.ClientId, _machine.AddSecret())
            .Configure(options => options.Credentials.AuthorityHost = _entra.AuthorityHost);
        services.AddWorkloadIdentity()
            .UseKeyVault(_entra.Tenant.Id, _orders.ClientId, _vault.Address, "machine", Take, options => options.Transport = _vault)
            .Configure(options => options.Credentials.AuthorityHost = _entra.AuthorityHost);
        services.AddHttpClient("orders", client => client.BaseAddress = _entra.Api.Url).AddAccessToken(_entra.Api.Scope);
        return services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });

        ClientAuthentication Take(Vault vault) => proof switch
        {
            "downloaded" => vault.DownloadedCertificate("orders-api"),
            "remote" => vault.RemoteCertificate("orders-api"),
            _ => vault.Secret("orders-api"),
        };
    }
}
