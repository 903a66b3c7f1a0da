using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace WorkloadIdentity.Tests;

/// <summary>Service Fabric's certificate, on real connections; the rest is told by Scenarios/service-fabric*.</summary>
public sealed class ServiceFabricHostTests
{
    private const string Body = """{"access_token":"fabric-1","expires_in":3600,"token_type":"Bearer"}""";

    private readonly List<string> _requests = [];

    [Fact]
    public void The_hash_of_a_rejected_token_is_the_published_one() =>
        Assert.Equal(
            "cc0af97287543b65da2c7e1476426021826cab166f1e063ed012b855ff819656",
            ServiceFabricHost.HashOf(new AccessToken("test_token", DateTimeOffset.MaxValue)));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_certificate_of_the_thumbprint_is_accepted_whatever_it_says(bool expired)
    {
        using var certificate = Certificate(expired);
        var (result, _) = await AskAsync(certificate, certificate.GetCertHashString(HashAlgorithmName.SHA1));

        Assert.True(result.Verdict == TokenVerdict.Issued, result.ToString());
        Assert.Contains("Secret: canary-secret", Assert.Single(_requests), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Another_certificate_is_refused_before_the_secret_is_sent_and_not_asked_again()
    {
        using var certificate = Certificate();
        using var other = Certificate();

        var (result, connections) = await AskAsync(certificate, other.GetCertHashString(HashAlgorithmName.SHA1));

        Assert.Equal(TokenVerdict.Failed, result.Verdict);
        Assert.Equal(TokenErrorKind.InvalidResponse, result.Error!.Kind);
        Assert.Contains("IDENTITY_SERVER_THUMBPRINT", result.Error.Message, StringComparison.Ordinal);
        Assert.Equal(Machine.Scope, result.Error.Scope);
        Assert.False(result.Error.IsTransient);
        Assert.Empty(_requests);
        Assert.Equal(1, connections);
    }

    [Fact]
    public async Task A_client_of_the_programs_own_is_not_used()
    {
        using var certificate = Certificate();

        var (result, _) =
            await AskAsync(
                certificate,
                certificate.GetCertHashString(HashAlgorithmName.SHA1),
                options => options.HttpClient = new FakeServer().Client);

        Assert.Equal(TokenVerdict.Issued, result.Verdict);
    }

    [Fact]
    public async Task A_client_is_made_once_for_a_thumbprint_and_anew_for_another()
    {
        var machine = new Machine
        {
            Variables =
            {
                ["IDENTITY_ENDPOINT"] = "https://localhost:2377/metadata/identity/oauth2/token",
                ["IDENTITY_HEADER"] = "canary-secret",
                ["IDENTITY_SERVER_THUMBPRINT"] = new string('a', 40),
            },
        };
        machine.Server.Otherwise = _ => FakeServer.Response(HttpStatusCode.OK, machine.Token());
        var made = new List<string>();
        var credential = machine.Credential(configure: options => options.PinnedClient = thumbprint =>
        {
            made.Add(Convert.ToHexString(thumbprint));
            return machine.Server.Client;
        });

        foreach (var thumbprint in new[] { new string('a', 40), new string('A', 40), new string('b', 40) })
        {
            machine.Variables["IDENTITY_SERVER_THUMBPRINT"] = thumbprint;
            Assert.Equal(
                TokenVerdict.Issued, (await machine.AcquireAsync(credential, new Acquisition(new TokenRequest(Machine.Scope)))).Verdict);
        }

        Assert.Equal([new string('A', 40), new string('B', 40)], made);
    }

    [Fact]
    public async Task A_claims_challenge_on_another_host_gives_the_rejected_token_back()
    {
        var machine = Machine.AppService();
        machine.Answers(HttpStatusCode.OK, machine.Token("app-1"));
        using var acquirer = new TokenAcquirer(machine.Credential(), new TokenAcquirerOptions { TimeProvider = machine.Clock });
        var request = new TokenRequest(Machine.Scope) { ContinuousAccess = true };

        var token = await acquirer.GetTokenAsync(request);
        var renewed = await acquirer.RenewTokenAsync(request, token, """{"access_token":{"nbf":{"essential":true}}}""");

        Assert.Same(token.Value, renewed.Value);
        Assert.Single(machine.Server.Requests);
    }

    /// <summary>Asks a server that speaks TLS with <paramref name="certificate"/>; also says how many connections it saw.</summary>
    private async Task<(TokenResult Result, int Connections)> AskAsync(
        X509Certificate2 certificate, string thumbprint, Action<ManagedIdentityCredentialOptions>? configure = null)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var connections = 0;
        var serving = Task.Run(async () =>
        {
            while (true)
            {
                using var connection = await listener.AcceptTcpClientAsync();
                connections++;
                await ServeAsync(connection.GetStream(), certificate);
            }
        });
        var options = new ManagedIdentityCredentialOptions
        {
            Environment = WorkloadEnvironment.FromValues(new Dictionary<string, string>
            {
                ["IDENTITY_ENDPOINT"] = $"https://localhost:{((IPEndPoint)listener.LocalEndpoint).Port}/metadata/identity/oauth2/token",
                ["IDENTITY_HEADER"] = "canary-secret",
                ["IDENTITY_SERVER_THUMBPRINT"] = thumbprint,
            }),
        };
        configure?.Invoke(options);

        var result =
            await new ManagedIdentityCredential(options: options).AcquireAsync(
                new Acquisition(new TokenRequest(Machine.Scope)), CancellationToken.None);

        listener.Stop();
        await Assert.ThrowsAnyAsync<Exception>(() => serving);
        return (result, connections);
    }

    private async Task ServeAsync(Stream stream, X509Certificate2 certificate)
    {
        try
        {
            await using var tls = new SslStream(stream);
            await tls.AuthenticateAsServerAsync(certificate);
            using var reader = new StreamReader(tls, Encoding.ASCII, leaveOpen: true);
            var request = new StringBuilder();
            while (await reader.ReadLineAsync() is { Length: > 0 } line)
            {
                request.AppendLine(line);
            }

            if (request.Length > 0)
            {
                _requests.Add(request.ToString());
                await tls.WriteAsync(Encoding.ASCII.GetBytes(
                    $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {Body.Length}\r\nConnection: "
                        + $"close\r\n\r\n{Body}"));
            }
        }
        catch (Exception exception) when (exception is IOException or System.Security.Authentication.AuthenticationException)
        {
            // The client refused the certificate and hung up.
        }
    }

    /// <summary>Self-signed, for a name that is not the address it is reached at.</summary>
    private static X509Certificate2 Certificate(bool expired = false)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=cluster", key, HashAlgorithmName.SHA256);
        using var certificate =
            request.CreateSelfSigned(DateTimeOffset.UnixEpoch.AddYears(40), DateTimeOffset.UnixEpoch.AddYears(expired ? 50 : 100));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pfx), password: null);
    }
}
