using Azure.Core;
using Azure.Core.Pipeline;
using Microsoft.Identity.Client;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.IntegrationTests;

/// <summary>Azure.Identity and MSAL themselves get tokens from every managed identity host of the emulator.</summary>
[Collection(PeerCollection.Name)]
public sealed class ManagedIdentityOnEmulatorTests(SecureEmulator emulator) : IClassFixture<SecureEmulator>
{
    private EntraEmulator Entra => emulator.Entra;

    public static TheoryData<string, string, bool> Hosts
    {
        get
        {
            var data = new TheoryData<string, string, bool>();
            foreach (var library in new[] { "Azure.Identity", "MSAL" })
            {
                foreach (var host in new[] { "IMDS", "App Service", "Azure Machine Learning", "Cloud Shell", "Service Fabric" })
                {
                    data.Add(library, host, false);
                }

                data.Add(library, "IMDS", true);
                data.Add(library, "App Service", true);
                data.Add(library, "Azure Machine Learning", true);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Hosts))]
    public Task A_host_gives_a_token(string library, string host, bool isUserAssigned) => GetTokenAsync(library, host, isUserAssigned);

    [ArcFolderFact]
    public Task Azure_Arc_gives_Azure_Identity_a_token_for_the_content_of_its_file() =>
        GetTokenAsync("Azure.Identity", "Azure Arc", isUserAssigned: false);

    [ArcFolderFact]
    public Task Azure_Arc_gives_MSAL_a_token_for_the_content_of_its_file() => GetTokenAsync("MSAL", "Azure Arc", isUserAssigned: false);

    [ArcFolderFact]
    public async Task Key_files_on_disk_are_gone_with_the_emulator()
    {
        var entra = await EntraEmulator.StartAsync(new() { WritesArcKeyFiles = true });
        string path;
        using (var http = new HttpClient(entra.CreateHandler()))
        using (var request =
            new HttpRequestMessage(
                HttpMethod.Get,
                $"{entra.ArcEnvironment()[
                    "IDENTITY_ENDPOINT"]}?api-version=2020-06-01&resource=api://a")
            { Headers = { { "Metadata", "true" } } })
        {
            using var challenge = await http.SendAsync(request);
            path = challenge.Headers.WwwAuthenticate.Single().Parameter!.Split("realm=")[1];
        }

        Assert.True(File.Exists(path), path);
        await entra.DisposeAsync();
        Assert.False(File.Exists(path), path);
    }

    private async Task GetTokenAsync(string library, string host, bool isUserAssigned)
    {
        emulator.Fresh();
        var identity = isUserAssigned ? Entra.AddManagedIdentity() : Entra.SystemAssignedIdentity;
        using var variables = new ProcessVariables(host switch
        {
            "IMDS" => Entra.ImdsEnvironment(),
            "App Service" => Entra.AppServiceEnvironment(),
            "Azure Machine Learning" => Entra.AzureMachineLearningEnvironment(),
            "Cloud Shell" => Entra.CloudShellEnvironment(),
            "Azure Arc" => Entra.ArcEnvironment(),
            _ => Entra.ServiceFabricEnvironment(),
        });

        var token = library == "MSAL" ? await MsalAsync(identity) : await AzureIdentityAsync(identity, host);

        // Cloud Shell speaks for the person who is signed in.
        var isPerson = host == "Cloud Shell";
        var caller = isPerson ? Entra.Journal.ManagedIdentityRequests[^1].ClientId! : identity.ClientId;
        await emulator.AcceptsAsync(token, caller, isPerson ? "admin@emulated.example" : null);
        Assert.Contains(Entra.Journal.ManagedIdentityRequests, request => request.Host == host && request.Succeeded);
    }

    private async Task<string> AzureIdentityAsync(EmulatedManagedIdentity identity, string host)
    {
        var options = new Azure.Identity.ManagedIdentityCredentialOptions(
            identity.IsSystemAssigned
                ? Azure.Identity.ManagedIdentityId.SystemAssigned
                : Azure.Identity.ManagedIdentityId.FromUserAssignedClientId(identity.ClientId));

        // Pinning a certificate is the business of its own client, so Service Fabric is asked with that.
        if (host != "Service Fabric")
        {
            options.Transport = new HttpClientTransport(emulator.Http);
        }

        options.Retry.MaxRetries = 0;
        return (await new Azure.Identity.ManagedIdentityCredential(options).GetTokenAsync(
            new TokenRequestContext([Entra.Api.Scope]), CancellationToken.None)).Token;
    }

    private async Task<string> MsalAsync(EmulatedManagedIdentity identity)
    {
        // Its own clients: these hosts need no trust of ours, and none of theirs is taken away.
        var app = ManagedIdentityApplicationBuilder
            .Create(identity.IsSystemAssigned
                ? Microsoft.Identity.Client.AppConfig.ManagedIdentityId.SystemAssigned
                : Microsoft.Identity.Client.AppConfig.ManagedIdentityId.WithUserAssignedClientId(identity.ClientId))
            .Build();
        return (await app.AcquireTokenForManagedIdentity(Entra.Api.Audience).ExecuteAsync()).AccessToken;
    }
}
