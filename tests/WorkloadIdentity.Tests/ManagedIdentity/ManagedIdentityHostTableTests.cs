using System.Net;

namespace WorkloadIdentity.Tests;

/// <summary>Which host an environment means, as a table of situations.</summary>
public sealed class ManagedIdentityHostTableTests
{
    private const string Arc = "/opt/azcmagent/bin/himds";

    public static TheoryData<string, string> Situations => new()
    {
        { "", "IMDS" },
        { "AZURE_CLIENT_ID AZURE_TENANT_ID IMDS_ENDPOINT", "IMDS" },
        { "DEFAULT_IDENTITY_CLIENT_ID WEBSITE_SITE_NAME", "IMDS" },
        { "AZURE_POD_IDENTITY_AUTHORITY_HOST", "IMDS" },
        { "IDENTITY_ENDPOINT IDENTITY_HEADER", "App Service" },
        { "IDENTITY_ENDPOINT IDENTITY_HEADER IMDS_ENDPOINT", "App Service" },
        { "IDENTITY_ENDPOINT IDENTITY_HEADER MSI_ENDPOINT MSI_SECRET WEBSITE_SITE_NAME", "App Service" },
        { "IDENTITY_ENDPOINT IDENTITY_HEADER IDENTITY_SERVER_THUMBPRINT", "Service Fabric" },
        { "MSI_ENDPOINT MSI_SECRET WEBSITE_SITE_NAME", "App Service" },
        { "MSI_ENDPOINT MSI_SECRET FUNCTIONS_WORKER_RUNTIME", "App Service" },
        { "MSI_ENDPOINT MSI_SECRET", "Azure Machine Learning" },
        { "MSI_ENDPOINT MSI_SECRET DEFAULT_IDENTITY_CLIENT_ID", "Azure Machine Learning" },
        { "MSI_ENDPOINT MSI_SECRET DEFAULT_IDENTITY_CLIENT_ID WEBSITE_SITE_NAME", "Azure Machine Learning" },
        { "MSI_ENDPOINT", "Cloud Shell" },
        { "MSI_ENDPOINT IMDS_ENDPOINT IDENTITY_ENDPOINT", "Cloud Shell" },
        { "IDENTITY_ENDPOINT IMDS_ENDPOINT", "Azure Arc" },
        { "IDENTITY_ENDPOINT IMDS_ENDPOINT IDENTITY_SERVER_THUMBPRINT", "Azure Arc" },
        { Arc, "Azure Arc" },
        { Arc + " IDENTITY_ENDPOINT", "Azure Arc" },
        { Arc + " IDENTITY_ENDPOINT IDENTITY_HEADER", "App Service" },
        { "IDENTITY_ENDPOINT", "Managed identity host" },
        { "IDENTITY_ENDPOINT IDENTITY_SERVER_THUMBPRINT", "Managed identity host" },
        { "IDENTITY_HEADER", "Managed identity host" },
        { "IDENTITY_HEADER IDENTITY_API_VERSION", "Managed identity host" },
        { "IDENTITY_HEADER IDENTITY_SERVER_THUMBPRINT", "IMDS" },
        { "IDENTITY_HEADER IDENTITY_SERVER_THUMBPRINT IDENTITY_API_VERSION", "IMDS" },
        { "IDENTITY_HEADER IDENTITY_SERVER_THUMBPRINT IDENTITY_API_VERSION Fabric_ApplicationName", "IMDS" },
        { Arc + " IDENTITY_HEADER IDENTITY_SERVER_THUMBPRINT", "Azure Arc" },
        { "MSI_SECRET", "Managed identity host" },
    };

    [Theory]
    [MemberData(nameof(Situations))]
    public void The_first_row_that_holds_says_which_host_it_is(string present, string host)
    {
        if (present.Contains(Arc, StringComparison.Ordinal) && OperatingSystem.IsWindows())
        {
            return; // The agent is elsewhere there.
        }

        Assert.Equal(host, new ManagedIdentityHostTable(MachineWith(present).Options()).Detect().Name);
    }

    [Fact]
    public void An_empty_variable_is_absent()
    {
        var machine = new Machine { Variables = { ["IDENTITY_ENDPOINT"] = "", ["MSI_ENDPOINT"] = "", ["MSI_SECRET"] = "" } };

        Assert.Equal("IMDS", new ManagedIdentityHostTable(machine.Options()).Detect().Name);
    }

    [Theory]
    [InlineData("http://10.92.0.2:2377/metadata/identity/oauth2/token?api-version=1.0", "Azure Container Instances")]
    [InlineData("http://127.0.0.1/token?api-version=1.0", "Azure Container Instances")]
    [InlineData("http://127.0.0.1/token?api-version=2019-08-01", "App Service")]
    [InlineData("http://127.0.0.1/token?api-version=1.0&x=y", "App Service")]
    [InlineData("http://127.0.0.1/token?x=y&api-version=1.0", "App Service")]
    [InlineData("http://127.0.0.1/token", "App Service")]
    public void An_endpoint_that_ends_with_a_short_version_is_that_of_container_instances(string endpoint, string host)
    {
        var machine = new Machine { Variables = { ["IDENTITY_ENDPOINT"] = endpoint, ["IDENTITY_HEADER"] = "x" } };

        Assert.Equal(host, new ManagedIdentityHostTable(machine.Options()).Detect().Name);

        machine.Variables.Remove("IDENTITY_HEADER");
        Assert.Equal("Managed identity host", new ManagedIdentityHostTable(machine.Options()).Detect().Name);
    }

    [Fact]
    public void It_is_read_anew_for_every_request()
    {
        var machine = new Machine();
        var table = new ManagedIdentityHostTable(machine.Options());
        Assert.Equal("IMDS", table.Detect().Name);

        machine.Variables["IDENTITY_ENDPOINT"] = machine.Variables["IDENTITY_HEADER"] = "x";
        Assert.Equal("App Service", table.Detect().Name);
    }

    [Theory]
    [InlineData("IDENTITY_ENDPOINT IDENTITY_HEADER IDENTITY_SERVER_THUMBPRINT", "Service Fabric")]
    [InlineData("MSI_ENDPOINT MSI_SECRET", "Azure Machine Learning")]
    [InlineData("MSI_ENDPOINT", "Cloud Shell")]
    [InlineData("IDENTITY_ENDPOINT IMDS_ENDPOINT", "Azure Arc")]
    [InlineData("IDENTITY_ENDPOINT", "IDENTITY_ENDPOINT is set and IDENTITY_HEADER is not")]
    [InlineData("IDENTITY_HEADER", "IDENTITY_HEADER is set and IDENTITY_ENDPOINT is not")]
    [InlineData("MSI_SECRET", "MSI_SECRET is set and MSI_ENDPOINT is not")]
    public async Task A_host_that_cannot_be_used_fails_by_name_and_never_falls_through(string present, string says)
    {
        foreach (var id in new[] { null, ManagedIdentityId.SystemAssigned, ManagedIdentityId.FromClientId(Machine.ClientId) })
        {
            var machine = MachineWith(present);
            machine.Server.Otherwise = _ => FakeServer.Response(HttpStatusCode.OK, machine.Token());

            var result = await machine.AcquireAsync(id, inChain: true);

            Assert.Equal(TokenVerdict.Failed, result.Verdict);
            Assert.Equal(TokenErrorKind.InvalidConfiguration, result.Error!.Kind);
            Assert.Contains(says, result.Error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("canary", result.Error.Message, StringComparison.Ordinal);
            Assert.Empty(machine.Server.Requests);
        }
    }

    private static Machine MachineWith(string present)
    {
        var machine = new Machine();
        foreach (var name in present.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (name.StartsWith('/'))
            {
                machine.Files[name] = [];
            }
            else
            {
                machine.Variables[name] = "canary";
            }
        }

        return machine;
    }
}
