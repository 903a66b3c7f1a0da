using WorkloadIdentity.Tool;

namespace WorkloadIdentity.Tests;

/// <summary>The command line of <c>wid identity</c>: what does not start, and the variables it sets and takes out.</summary>
public sealed class IdentityCommandTests
{
    private const string Scope = "https://vault.azure.net/.default";

    [Fact]
    public void The_file_of_the_variables_is_removed_whatever_letters_they_have()
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

        using (EndpointFile.Create(path, [("IDENTITY_HEADER", "secret"), ("NO_PROXY", "größe.example,127.0.0.1")]))
        {
            Assert.True(File.Exists(path));
        }

        Assert.False(File.Exists(path));
    }

    [Theory]
    [InlineData("wid explain wid#wid-identity", "identity", "--", "true")]
    [InlineData("wid explain wid#wid-token", "token")]
    [InlineData("wid explain wid#wid-what-if", "what-if")]
    [InlineData("wid explain errors#scope", "token", "--scope", "https://vault.azure.net")]
    public async Task A_wrong_command_line_leads_to_the_section_of_its_command(string help, params string[] arguments)
    {
        var run = await new ToolBench().RunAsync(arguments);

        Assert.Equal(ExitCodes.Usage, run.ExitCode);
        Assert.Contains($"help: {help}\n", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Option '--scope' is required.", "--", "true")]
    [InlineData("Required argument missing for option: '--scope'.", "--scope", "--", "true")]
    [InlineData("--scope is not a scope", "--scope", "https://vault.azure.net", "--", "true")]
    [InlineData("exchange audience", "--scope", Scope, "--scope", "api://AzureADTokenExchange/.default", "--", "true")]
    [InlineData("exchange audience", "--scope", "api://AzureADTokenExchangeUSGov/.default", "--", "true")]
    [InlineData("Name a command after '--', or a file", "--scope", Scope)]
    [InlineData("Name a command after '--', or a file", "--scope", Scope, "--")]
    [InlineData("Name a command after '--', or a file", "--scope", Scope, "--", "")]
    [InlineData("Name a command after '--', or a file", "--scope", Scope, "--env-file", "x", "--", "true")]
    [InlineData("Name a command after '--', or a file", "--scope", Scope, "--env-file", " ")]
    [InlineData("--idle is for --env-file.", "--scope", Scope, "--idle", "00:10:00", "--", "true")]
    [InlineData("--idle is not a time.", "--scope", Scope, "--env-file", "x", "--idle", "30")]
    [InlineData("--idle is not a time.", "--scope", Scope, "--env-file", "x", "--idle", "00:00:00")]
    [InlineData("--idle is not a time.", "--scope", Scope, "--env-file", "x", "--idle", "24:00:00")]
    [InlineData("--idle is not a time.", "--scope", Scope, "--env-file", "x", "--idle", "-00:10:00")]
    public async Task Nothing_starts_from_arguments_that_do_not_fit(string says, params string[] args)
    {
        var run = await new ToolBench().WithSecret().RunAsync(["identity", .. args]);

        Assert.Equal((ExitCodes.Usage, ""), (run.ExitCode, run.Out));
        var error = run.Error.ReplaceLineEndings(" ").Replace("       ", " ", StringComparison.Ordinal);
        Assert.Contains(says, error, StringComparison.Ordinal);
        Assert.DoesNotContain("serves", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://127.0.0.1:40000/msi/token")]
    [InlineData("http://127.0.0.1:1/elsewhere")]
    public async Task It_is_not_its_own_source_nor_that_of_another_one(string endpoint)
    {
        var bench = new ToolBench().With(("IDENTITY_ENDPOINT", endpoint), ("IDENTITY_HEADER", $"{EndpointVariables.Mark}secret"));

        foreach (var options in new string[][] { [], ["--identity", "system"] })
        {
            var run = await bench.RunAsync(["identity", "--scope", Scope, .. options, "--", "true"]);

            Assert.Equal(ExitCodes.Usage, run.ExitCode);
            Assert.Contains("another 'wid identity'", run.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Every_variable_that_names_an_identity_competes()
    {
        string[] prefixes = ["AZURE_", "AZURESUBSCRIPTION_", "MSI_", "IDENTITY_", "IMDS_", "DEFAULT_IDENTITY_"];
        string[] known =
            [.. KnownVariables.All.Select(variable => variable.Name).Where(
                name => prefixes.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal)))];

        Assert.True(known.Length > 15);
        Assert.All(known, name => Assert.True(EndpointVariables.Competes(name), name));
    }

    [Theory]
    [InlineData("AZURE_USERNAME", true)]
    [InlineData("AZURE_PASSWORD", true)]
    [InlineData("AZURE_CLIENT_CERTIFICATE_PATH", true)]
    [InlineData("AZURE_IDENTITY_DISABLE_MULTITENANTAUTH", true)]
    [InlineData("MSI_ANYTHING", true)]
    [InlineData("azure_client_id", true)]
    [InlineData("AZURE_STORAGE_ACCOUNT", false)]
    [InlineData("AZURE_SUBSCRIPTION_ID", false)]
    [InlineData("AZURE_CONFIG_DIR", false)]
    [InlineData("IDENTITY_SERVER_URL", false)]
    [InlineData("PATH", false)]
    public void Settings_that_name_no_identity_stay(string name, bool competes) => Assert.Equal(competes, EndpointVariables.Competes(name));

    [Fact]
    public void The_command_has_the_endpoint_in_place_of_every_other_identity()
    {
        var environment = new Dictionary<string, string?>
        {
            ["PATH"] = "/bin",
            ["AZURE_CLIENT_SECRET"] = "canary",
            ["AZURE_FEDERATED_TOKEN_FILE"] = "/token",
            ["MSI_ENDPOINT"] = "http://127.0.0.1:1/",
            ["MSI_SECRET"] = "canary",
            ["IDENTITY_SERVER_THUMBPRINT"] = "canary",
            ["IDENTITY_HEADER"] = "of the platform",
            ["AZURE_STORAGE_ACCOUNT"] = "orders",
        };

        ChildProcess.Change(environment, [("IDENTITY_ENDPOINT", "http://127.0.0.1:2/msi/token"), ("IDENTITY_HEADER", "wid-1")]);

        Assert.Equal(
            ["AZURE_STORAGE_ACCOUNT=orders", "IDENTITY_ENDPOINT=http://127.0.0.1:2/msi/token", "IDENTITY_HEADER=wid-1", "PATH=/bin"],
            environment.Select(variable => $"{variable.Key}={variable.Value}").Order());
    }

    [Theory]
    [InlineData("", "", "")]
    [InlineData("HTTPS_PROXY=http://proxy:1", "", "")]
    [InlineData("HTTP_PROXY=http://proxy:1", "NO_PROXY=127.0.0.1", "no_proxy=127.0.0.1")]
    [InlineData("http_proxy=http://proxy:1;no_proxy=a", "NO_PROXY=a,127.0.0.1", "no_proxy=a,127.0.0.1")]
    [InlineData("ALL_PROXY=http://proxy:1;NO_PROXY=b", "NO_PROXY=b,127.0.0.1", "no_proxy=b,127.0.0.1")]
    public void A_proxy_never_gets_the_secret(string variables, string upper, string lower)
    {
        var environment = variables.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(each => each.Split('='))
            .ToDictionary(pair => pair[0], pair => pair[1]);

        var set = EndpointVariables.Of(
            new Uri("http://127.0.0.1:2/msi/token"), "wid-1", WorkloadEnvironment.FromValues(environment));

        string[] exempt = [.. set.Skip(2).Select(variable => $"{variable.Name}={variable.Value}")];
        Assert.Equal(upper.Length == 0 ? [] : [upper, lower], exempt);
    }

    [Fact]
    public void A_file_that_somebody_put_in_its_place_is_not_deleted()
    {
        var folder = Directory.CreateTempSubdirectory("wid-file-").FullName;
        try
        {
            var path = Path.Combine(folder, "identity.env");
            using (EndpointFile.Create(path, [("IDENTITY_HEADER", "wid-1")]))
            {
                Assert.Equal("IDENTITY_HEADER=wid-1\n", File.ReadAllText(path));
                File.WriteAllText(path, "IDENTITY_HEADER=wid-2\n");
            }

            Assert.True(File.Exists(path));
            Assert.Throws<ToolException>(() => EndpointFile.Create(path, []));
            Assert.Equal("IDENTITY_HEADER=wid-2\n", File.ReadAllText(path));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
