using Microsoft.Identity.Client;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.IntegrationTests;

/// <summary>MSAL itself gets tokens from the emulator, with its discovery on.</summary>
public sealed class MsalOnEmulatorTests
{
    [Fact]
    public async Task Secret()
    {
        await using var entra = await EntraEmulator.StartAsync(new() { SecureAuthority = true });
        using var http = new EmulatorHttp(entra);
        using var client = new HttpClient(http);
        var app = ConfidentialClientApplicationBuilder.Create(entra.Application.ClientId)
            .WithClientSecret(entra.Application.EnvironmentWithSecret()["AZURE_CLIENT_SECRET"])
            .WithAuthority(new Uri(entra.AuthorityHost, entra.Tenant.Id))
            .WithHttpClientFactory(new MsalHttp(client))
            .Build();

        var result = await app.AcquireTokenForClient([entra.Api.Scope]).ExecuteAsync();
        Assert.NotEmpty(result.AccessToken);
    }
}
