using System.Net;
using System.Security.Authentication;
using System.Text.Json;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Tests;

/// <summary>Where the emulator listens, under which names, and how its https is trusted.</summary>
public sealed class EmulatorAddressTests
{
    [Fact]
    public async Task Its_https_is_trusted_by_its_own_handler_and_by_nobody_else()
    {
        await using var entra = await EntraEmulator.StartAsync(new() { SecureAuthority = true });
        using var trusting = new HttpClient(entra.CreateHandler());
        using var usual = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        await using var another = await EntraEmulator.StartAsync();
        using var ofAnother = new HttpClient(another.CreateHandler());

        var document =
            JsonSerializer.Deserialize<JsonElement>(
                await trusting.GetStringAsync(new Uri($"{entra.Tenant.Issuer}/.well-known/openid-configuration")));

        Assert.Equal(Uri.UriSchemeHttps, entra.AuthorityHost.Scheme);
        Assert.All(
            ["issuer", "token_endpoint", "authorization_endpoint", "jwks_uri"],
            name => Assert.StartsWith(entra.SecureAddress.AbsoluteUri, document.GetProperty(name).GetString(), StringComparison.Ordinal));
        foreach (var client in new[] { usual, ofAnother })
        {
            var failure = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(entra.SecureAddress));
            Assert.IsType<AuthenticationException>(failure.InnerException);
        }
    }

    [Fact]
    public async Task The_authority_it_wants_trusted_has_no_key_that_could_sign_again()
    {
        await using var entra = await EntraEmulator.StartAsync();
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.pem");
        try
        {
            await entra.WriteCertificateAuthorityAsync(path);
            var pem = await File.ReadAllTextAsync(path);

            Assert.False(entra.CertificateAuthority.HasPrivateKey);
            Assert.StartsWith("-----BEGIN CERTIFICATE-----", pem, StringComparison.Ordinal);
            Assert.DoesNotContain("PRIVATE", pem, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData("login.microsoftonline.com")]
    [InlineData("contoso.com")]
    [InlineData("emulator.test.contoso.com")]
    [InlineData("a b")]
    [InlineData("http://emulator")]
    public async Task A_name_the_internet_knows_is_refused(string name) =>
        Assert.Contains(
            "issuer",
            (await Assert.ThrowsAsync<ArgumentException>(() => EntraEmulator.StartAsync(new() { HostName = name }))).Message,
            StringComparison.Ordinal);

    [Fact]
    public async Task Every_address_needs_a_name_and_is_an_explicit_choice()
    {
        var refused = await Assert.ThrowsAsync<ArgumentException>(() => EntraEmulator.StartAsync(new() { Address = IPAddress.Any }));
        Assert.Contains("HostName", refused.Message, StringComparison.Ordinal);

        await using var entra =
            await EntraEmulator.StartAsync(new() { Address = IPAddress.Any, HostName = "entra", SecureAuthority = true });
        using var http = new HttpClient(entra.CreateHandler());
        using var request =
            new HttpRequestMessage(
                HttpMethod.Get,
                new Uri(
                    $"https://127.0.0.1:{entra.SecureAddress.Port}/{entra.Tenant.Id}/discovery/v2.0/keys"))
            { Headers = { Host = $"entra:{entra.SecureAddress.Port}" } };
        using var reached = await http.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, reached.StatusCode);
        Assert.Equal("entra", entra.AuthorityHost.Host);
        Assert.Equal($"https://entra:{entra.SecureAddress.Port}/{entra.Tenant.Id}/v2.0", entra.Tenant.Issuer.AbsoluteUri);
    }

    [Fact]
    public async Task Instance_discovery_knows_the_emulators_own_addresses_and_no_others()
    {
        await using var entra = await EntraEmulator.StartAsync();

        async Task<EmulatorReply> AskAsync(string authority) =>
            await entra.GetAsync($"common/discovery/instance?api-version=1.1&authorization_endpoint={Uri.EscapeDataString(authority)}");

        var known = await AskAsync($"{entra.SecureAddress}{entra.Tenant.Id}/oauth2/v2.0/authorize");
        var unknown = await AskAsync("https://login.elsewhere.example/common/oauth2/v2.0/authorize");

        Assert.Equal(
            $"{entra.SecureAddress}{entra.Tenant.Id}/v2.0/.well-known/openid-configuration",
            known.Json.GetProperty("tenant_discovery_endpoint").GetString());
        Assert.Contains(
            entra.SecureAddress.Authority,
            known.Json.GetProperty("metadata")[0].GetProperty("aliases").EnumerateArray().Select(alias => alias.GetString()));
        Assert.Equal((400, "invalid_instance", 50049), (unknown.Status, unknown.Error, unknown.Code));
        Assert.Equal(50050, (await AskAsync("nonsense")).Code);
        Assert.Equal(50050, (await entra.GetAsync("common/discovery/instance")).Code);
        Assert.Equal([200, 400, 400, 400], entra.Journal.DiscoveryRequests.Select(request => request.Status!.Value));
        Assert.All(entra.Journal.DiscoveryRequests, request => Assert.Equal(DiscoveryDocument.Instance, request.Document));
    }

    [Fact]
    public async Task Any_tenant_has_a_document_and_none_gets_tokens_from_it()
    {
        await using var entra = await EntraEmulator.StartAsync();

        var document = (await entra.GetAsync("common/v2.0/.well-known/openid-configuration")).Json;

        Assert.Equal($"{entra.AuthorityHost}{{tenantid}}/v2.0", document.GetProperty("issuer").GetString());
        Assert.Equal(50059, (await entra.PostAsync(entra.Application.Form(), "common")).Code);
    }

    [Fact]
    public async Task Everything_it_answers_and_signs_says_what_it_is()
    {
        await using var entra = await EntraEmulator.StartAsync();
        var reply =
            await entra.PostAsync(
                entra.Application.Form(("client_secret", entra.Application.EnvironmentWithSecret()["AZURE_CLIENT_SECRET"])));

        Assert.Contains("local emulator", reply.Headers["x-emulator"], StringComparison.Ordinal);
        Assert.Contains("local emulator", EmulatorCalls.Claims(reply.Token).GetProperty("emulator").GetString(), StringComparison.Ordinal);
        Assert.Contains(
            "emulator",
            System.Text.Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(reply.Token.Split('.')[0])),
            StringComparison.Ordinal);
        Assert.True(entra.Tenant.Issuer.IsLoopback);
    }

    [Fact]
    public async Task Its_banner_says_what_it_is_not_and_how_far_it_reaches()
    {
        await using var local = await EntraEmulator.StartAsync(new() { HasAdminApi = true });
        await using var open = await EntraEmulator.StartAsync(new() { Address = IPAddress.Any, HostName = "localhost" });
        local.AddGraph();

        Assert.Contains($"--graph http://127.0.0.1:{local.PlainAddress.Port}/apis/graph/", local.Banner, StringComparison.Ordinal);
        Assert.StartsWith("THIS IS NOT MICROSOFT ENTRA", local.Banner, StringComparison.Ordinal);
        Assert.Contains($"{local.Api.Url} (accepts tokens for {local.Api.Scope})", local.Banner, StringComparison.Ordinal);
        Assert.Contains(local.AdminAddress.AbsoluteUri, local.Banner, StringComparison.Ordinal);
        Assert.DoesNotContain(local.AdminToken!, local.Banner, StringComparison.Ordinal);
        Assert.DoesNotContain("OTHER MACHINES", local.Banner, StringComparison.Ordinal);
        Assert.Contains("REACHABLE FROM OTHER MACHINES: it listens on 0.0.0.0", open.Banner, StringComparison.Ordinal);
    }
}
