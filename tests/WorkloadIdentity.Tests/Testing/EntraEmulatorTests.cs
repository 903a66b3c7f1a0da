using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using WorkloadIdentity.Testing;
using static WorkloadIdentity.Tests.EmulatorCalls;

namespace WorkloadIdentity.Tests;

public sealed class EntraEmulatorTests
{
    [Fact]
    public async Task It_listens_on_loopback_only()
    {
        await using var entra = await EntraEmulator.StartAsync();

        Assert.Equal("127.0.0.1", entra.AuthorityHost.Host);
        Assert.Equal(Uri.UriSchemeHttp, entra.AuthorityHost.Scheme);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await Assert.ThrowsAnyAsync<SocketException>(() => socket.ConnectAsync(IPAddress.Parse("127.0.0.2"), entra.AuthorityHost.Port));
    }

    [Fact]
    public async Task Two_of_them_run_side_by_side_with_keys_of_their_own()
    {
        await using var one = await EntraEmulator.StartAsync();
        await using var two = await EntraEmulator.StartAsync();

        Assert.NotEqual(one.AuthorityHost, two.AuthorityHost);
        Assert.NotEqual(one.Tenant.Id, two.Tenant.Id);
        Assert.NotEqual(await KeyIdAsync(one), await KeyIdAsync(two));
    }

    [Fact]
    public async Task It_answers_to_its_own_address_and_to_no_other_name()
    {
        await using var entra = await EntraEmulator.StartAsync();
        var rebound =
            new HttpRequestMessage(HttpMethod.Get, entra.Api.Url) { Headers = { Host = $"attacker.example:{entra.AuthorityHost.Port}" } };

        Assert.Equal(421, (await entra.SendAsync(rebound)).Status);
        Assert.Empty(entra.Journal.ApiRequests);
        Assert.Equal(404, (await entra.GetAsync("nothing/here")).Status);
    }

    [Fact]
    public async Task Discovery_leads_to_the_keys_that_verify_its_tokens()
    {
        await using var entra = await EntraEmulator.StartAsync();

        var document = (await entra.GetAsync($"{entra.Tenant.Issuer}/.well-known/openid-configuration")).Json;
        var keys = (await entra.GetAsync(document.GetProperty("jwks_uri").GetString()!)).Json.GetProperty("keys");

        Assert.Equal(entra.Tenant.Issuer.AbsoluteUri, document.GetProperty("issuer").GetString());
        Assert.Equal(entra.Tenant.TokenEndpoint.AbsoluteUri, document.GetProperty("token_endpoint").GetString());
        Assert.True(Verifies(keys, await entra.TokenAsync()));
        Assert.Equal(90002, (await entra.GetAsync("nobody.example/v2.0/.well-known/openid-configuration")).Code);
    }

    [Fact]
    public async Task Its_keys_are_published_with_their_certificates_as_Entras_are()
    {
        await using var entra = await EntraEmulator.StartAsync();
        entra.RollSigningKey();

        var text = (await entra.GetAsync("common/discovery/v2.0/keys")).Body;
        var keys = JsonSerializer.Deserialize<JsonElement>(text).GetProperty("keys").EnumerateArray().ToList();

        Assert.Equal(2, keys.Count);
        Assert.All(keys, key =>
        {
            var x5c = Assert.Single(key.GetProperty("x5c").EnumerateArray()).GetString()!;
            using var certificate = X509CertificateLoader.LoadCertificate(Convert.FromBase64String(x5c));
            using var rsa = certificate.GetRSAPublicKey()!;
            Assert.Equal(Base64Url.DecodeFromChars(key.GetProperty("n").GetString()), rsa.ExportParameters(false).Modulus);
            Assert.Equal(
                Base64Url.EncodeToString(certificate.GetCertHash(HashAlgorithmName.SHA1)), key.GetProperty("x5t").GetString());
            Assert.Equal(key.GetProperty("x5t").GetString(), key.GetProperty("kid").GetString());
            Assert.DoesNotContain("WorkloadIdentity.Testing emulator", certificate.Subject, StringComparison.Ordinal);
        });

        // A library that takes the certificates of the set for its keys, and judges their dates too.
        var result = await new JsonWebTokenHandler().ValidateTokenAsync(await entra.TokenAsync(), new TokenValidationParameters
        {
            IssuerSigningKeys = new JsonWebKeySet(text).GetSigningKeys().Where(key => key is X509SecurityKey),
            ValidateIssuerSigningKey = true,
            ValidIssuer = entra.Tenant.Issuer.AbsoluteUri,
            ValidAudience = entra.Api.Audience,
        });
        Assert.True(result.IsValid, result.Exception?.Message);
    }

    [Fact]
    public async Task Keys_of_another_issuer_have_no_certificate()
    {
        await using var entra = await EntraEmulator.StartAsync();

        var key = (await entra.GetAsync($"{entra.AddIssuer().Url}/keys")).Json.GetProperty("keys")[0];

        Assert.False(key.TryGetProperty("x5c", out _) || key.TryGetProperty("x5t", out _));
    }

    [Fact]
    public async Task An_external_issuer_has_discovery_and_keys_too()
    {
        await using var entra = await EntraEmulator.StartAsync();
        var github = entra.AddIssuer("https://token.actions.githubusercontent.com");
        var own = entra.AddIssuer();

        foreach (var issuer in new[] { github, own })
        {
            var document = (await entra.GetAsync(issuer.MetadataUrl.AbsoluteUri)).Json;
            var keys = (await entra.GetAsync(document.GetProperty("jwks_uri").GetString()!)).Json.GetProperty("keys");
            Assert.Equal(issuer.Url, document.GetProperty("issuer").GetString());
            Assert.True(Verifies(keys, issuer.Issue("me")));
            Assert.False(Verifies(keys, await entra.TokenAsync()));
        }

        Assert.Equal($"{own.Url}/.well-known/openid-configuration", own.MetadataUrl.AbsoluteUri);
        Assert.Equal(404, (await entra.GetAsync("issuers/99/keys")).Status);
        Assert.Throws<ArgumentException>(() => entra.AddIssuer(github.Url));
        Assert.Throws<ArgumentException>(() => entra.AddIssuer("not a url"));
    }

    [Fact]
    public async Task An_issuer_puts_further_claims_beside_its_own()
    {
        await using var entra = await EntraEmulator.StartAsync();
        var issuer = entra.AddIssuer();

        var claims = Claims(issuer.Issue("me", claims: new Dictionary<string, string> { ["ref"] = "refs/heads/main" }));

        Assert.Equal("refs/heads/main", claims.GetProperty("ref").GetString());
        Assert.Throws<ArgumentException>(() => issuer.Issue("me", claims: new Dictionary<string, string> { ["sub"] = "you" }));
    }

    [Fact]
    public async Task Ids_are_guids()
    {
        await using var entra = await EntraEmulator.StartAsync();

        foreach (var id in new[] { "not-a-guid", "{72f988bf-86f1-41af-91ab-2d7cd011db47}", "" })
        {
            Assert.Throws<ArgumentException>(() => entra.AddApplication(id));
            Assert.Throws<ArgumentException>(() => entra.AddTenant(id));
            Assert.Throws<ArgumentException>(() => entra.AddManagedIdentity(id));
            Assert.Throws<ArgumentException>(() => entra.AddManagedIdentity(objectId: id));
        }

        await Assert.ThrowsAsync<ArgumentException>(() => EntraEmulator.StartAsync(new() { TenantId = "not-a-guid" }));
    }

    [Fact]
    public async Task What_is_there_already_cannot_be_added_again()
    {
        await using var entra = await EntraEmulator.StartAsync();

        Assert.Throws<ArgumentException>(() => entra.AddApplication(entra.Application.ClientId.ToUpperInvariant()));
        Assert.Throws<ArgumentException>(() => entra.AddTenant(entra.Tenant.Id));
        Assert.Throws<ArgumentException>(() => entra.AddTenant(domains: "emulated.example"));
        Assert.Throws<ArgumentException>(() => entra.AddTenant(domains: "no/domain"));
    }

    [Fact]
    public async Task A_workloads_environment_names_the_emulator_and_the_newest_living_secret()
    {
        var clock = new FakeClock();
        await using var entra = await EntraEmulator.StartAsync(new() { TimeProvider = clock });
        var app = entra.AddApplication();
        Assert.Throws<InvalidOperationException>(app.EnvironmentWithSecret);
        app.AddSecret("old");
        app.AddSecret("newer", clock.Now.AddDays(1));

        Assert.Equal(
            new Dictionary<string, string>
            {
                ["AZURE_AUTHORITY_HOST"] = entra.AuthorityHost.AbsoluteUri,
                ["AZURE_TENANT_ID"] = entra.Tenant.Id,
                ["AZURE_CLIENT_ID"] = app.ClientId,
                ["AZURE_CLIENT_SECRET"] = "newer",
            },
            app.EnvironmentWithSecret());
        clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal("old", app.EnvironmentWithSecret()["AZURE_CLIENT_SECRET"]);
        Assert.Equal("/var/token", app.EnvironmentWithTokenFile("/var/token")["AZURE_FEDERATED_TOKEN_FILE"]);
        Assert.Equal("p", app.EnvironmentWithCertificate("/a.pfx", "p")["AZURE_CLIENT_CERTIFICATE_PASSWORD"]);
        Assert.False(app.EnvironmentWithCertificate("/a.pfx").ContainsKey("AZURE_CLIENT_CERTIFICATE_PASSWORD"));
    }

    [Fact]
    public async Task It_ends_when_disposed_also_twice_and_with_a_request_hanging()
    {
        var entra = await EntraEmulator.StartAsync();
        entra.Faults.TokenEndpoint.Next(Fault.Hang);
        var hanging = entra.PostAsync(entra.Application.Form());
        while (entra.Journal.TokenRequests.Count == 0)
        {
            await Task.Yield();
        }

        await entra.DisposeAsync();
        await entra.DisposeAsync();

        await Assert.ThrowsAsync<HttpRequestException>(() => hanging);
        await Assert.ThrowsAsync<HttpRequestException>(() => entra.GetAsync(""));
    }

    [Fact]
    public void Options_refuse_what_cannot_be()
    {
        var options = new EntraEmulatorOptions();

        Assert.Throws<ArgumentOutOfRangeException>(() => options.Port = 70_000);
        Assert.Throws<ArgumentOutOfRangeException>(() => options.ClockSkew = TimeSpan.FromSeconds(-1));
    }

    private static async Task<string?> KeyIdAsync(EntraEmulator entra) =>
        (await entra.GetAsync($"{entra.Tenant.Id}/discovery/v2.0/keys")).Json.GetProperty("keys")[0].GetProperty("kid").GetString();

    private static bool Verifies(JsonElement keys, string jwt)
    {
        static byte[] Bytes(string? text) => Base64Url.DecodeFromChars(text);
        var parts = jwt.Split('.');
        var kid = JsonSerializer.Deserialize<JsonElement>(Bytes(parts[0])).GetProperty("kid").GetString();
        return keys.EnumerateArray().Where(key => key.GetProperty("kid").GetString() == kid).Any(key =>
        {
            using var rsa =
                RSA.Create(new RSAParameters
                {
                    Modulus = Bytes(key.GetProperty("n").GetString()),
                    Exponent = Bytes(
                    key.GetProperty("e").GetString())
                });
            return rsa.VerifyData(
                Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Bytes(parts[2]), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        });
    }
}
