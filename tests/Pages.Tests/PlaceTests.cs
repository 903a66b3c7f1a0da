using System.Text;
using WorkloadIdentity;
using WorkloadIdentity.Testing;

namespace Pages.Tests;

/// <summary>The identity that the pages promise in each place, with the variables that the place sets.</summary>
public sealed class PlaceTests
{
    private const string Audience = "api://AzureADTokenExchange";

    [Fact]
    public async Task In_a_job_of_GitHub_Actions()
    {
        await using var entra = await EntraEmulator.StartAsync();
        var issuer = entra.AddIssuer(EmulatedIssuerKind.GitHub);
        const string Subject = "repo:contoso/orders:ref:refs/heads/main";
        entra.Application.AddFederatedCredential(issuer, Subject);

        await AssertFederatedAsync(entra, entra.GitHubActionsEnvironment(issuer, Subject), AssertionSource.GitHubActions());
    }

    [Fact]
    public async Task In_a_step_of_Azure_Pipelines_that_uses_the_connection()
    {
        await using var entra = await EntraEmulator.StartAsync();
        var issuer = entra.AddIssuer("https://vstoken.dev.azure.com/0d3c1a52-9c0f-4d0e-8a54-6f1f6f0d2b11");
        const string Subject = "sc://contoso/shop/orders";
        const string Connection = "11112222-bbbb-3333-cccc-4444dddd5555";
        entra.Application.AddFederatedCredential(issuer, Subject);
        var step = new Dictionary<string, string>(entra.AzurePipelinesEnvironment(issuer, Subject, Connection))
        {
            ["AZURESUBSCRIPTION_SERVICE_CONNECTION_ID"] = Connection,
        };

        await AssertFederatedAsync(entra, step, AssertionSource.AzurePipelines());
    }

    [Fact]
    public async Task In_a_job_of_GitLab()
    {
        await using var entra = await EntraEmulator.StartAsync();
        var issuer = entra.AddIssuer(EmulatedIssuerKind.GitLab);
        const string Subject = "project_path:contoso/orders:ref_type:branch:ref:main";
        entra.Application.AddFederatedCredential(issuer, Subject);

        await AssertFederatedAsync(
            entra,
            new Dictionary<string, string> { ["AZURE_ID_TOKEN"] = issuer.Issue(Subject) },
            AssertionSource.FromVariable("AZURE_ID_TOKEN"));
    }

    [Fact]
    public async Task In_a_pod_with_a_projected_token()
    {
        await using var entra = await EntraEmulator.StartAsync();
        var cluster = entra.AddIssuer(EmulatedIssuerKind.Kubernetes);
        const string Subject = "system:serviceaccount:shop:orders";
        const string File = "/var/run/secrets/azure/tokens/azure-identity-token";
        entra.Application.AddFederatedCredential(cluster, Subject);
        var pod = new Dictionary<string, string> { ["AZURE_FEDERATED_TOKEN_FILE"] = File };

        await AssertFederatedAsync(entra, pod, source: null, new() { [File] = Encoding.UTF8.GetBytes(cluster.Issue(Subject)) });
    }

    [Theory]
    [InlineData("App Service")]
    [InlineData("Container Instances on Linux")]
    [InlineData("virtual machine")]
    public async Task On_Azure_with_the_client_id_in_a_variable(string place)
    {
        await using var entra = await EntraEmulator.StartAsync();
        var identity = entra.AddManagedIdentity("6bf7ab3f-6a37-4f6d-9a3c-2ee0f1d1f8a3");
        entra.IsContainerInstance = place.StartsWith("Container", StringComparison.Ordinal);
        var variables = place switch
        {
            "App Service" => entra.AppServiceEnvironment(identity),
            "virtual machine" => entra.ImdsEnvironment(identity),
            _ => entra.ContainerInstancesEnvironment(identity),
        };
        using var acquirer = new TokenAcquirer(DefaultCredentials.FromEnvironment(new DefaultCredentialsOptions
        {
            Environment = WorkloadEnvironment.FromValues(variables),
        }));

        await acquirer.GetTokenAsync(new TokenRequest("api://orders/.default"));

        Assert.Equal(identity.ClientId, entra.Journal.ManagedIdentityRequests[^1].ClientId);
    }

    [Fact]
    public async Task On_a_machine_with_Arc()
    {
        await using var entra = await EntraEmulator.StartAsync();
        using var acquirer = new TokenAcquirer(DefaultCredentials.FromEnvironment(new DefaultCredentialsOptions
        {
            Environment = WorkloadEnvironment.FromValues(entra.ArcEnvironment(), entra.ArcKeyFiles),
        }));

        await acquirer.GetTokenAsync(new TokenRequest("api://orders/.default"));

        Assert.Equal(entra.SystemAssignedIdentity.ClientId, entra.Journal.ManagedIdentityRequests[^1].ClientId);
    }

    /// <summary>The default chain of the pages' programs; an emulator states no audience, so the cloud's is named.</summary>
    private static async Task AssertFederatedAsync(
        EntraEmulator entra,
        IReadOnlyDictionary<string, string> variables,
        AssertionSource? source,
        Dictionary<string, byte[]>? files = null)
    {
        var options = new DefaultCredentialsOptions
        {
            Environment = WorkloadEnvironment.FromValues(
                new Dictionary<string, string>(variables)
                {
                    ["AZURE_TENANT_ID"] = entra.Application.TenantId,
                    ["AZURE_CLIENT_ID"] = entra.Application.ClientId,
                    ["AZURE_AUTHORITY_HOST"] = entra.PlainAddress.AbsoluteUri,
                },
                files),
        };
        if (source is not null)
        {
            options.Members.Add(source, Audience);
        }

        using var acquirer = new TokenAcquirer(DefaultCredentials.FromEnvironment(options));
        await acquirer.GetTokenAsync(new TokenRequest("https://management.azure.com/.default"));

        var request = Assert.Single(entra.Journal.TokenRequests);
        Assert.True(request.Succeeded);
        Assert.Equal(ClientAuthenticationMethod.Federated, request.ClientAuthentication);
    }
}
