using WorkloadIdentity.Governance;
using WorkloadIdentity.Testing;
using WorkloadIdentity.Tool;

namespace WorkloadIdentity.Tests;

/// <summary><c>wid federate</c> against the emulator.</summary>
public sealed class FederateCommandTests
{
    private const string Application = "6bf7ab3f-6a37-4f6d-9a3c-2ee0f1d1f8a3";

    public static TheoryData<string, string, string> Platforms => new()
    {
        {
            "github --repository contoso/orders --branch main", "https://token.actions.githubusercontent.com",
            "repo:contoso/orders:ref:refs/heads/main"
        },
        {
            "github --repository contoso/orders --tag v1", "https://token.actions.githubusercontent.com",
            "repo:contoso/orders:ref:refs/tags/v1"
        },
        {
            "github --repository contoso/orders --environment eu:prod", "https://token.actions.githubusercontent.com",
            "repo:contoso/orders:environment:eu%3Aprod"
        },
        {
            "github --repository contoso/orders --pull-requests --server git.contoso.example",
            "https://git.contoso.example/_services/token", "repo:contoso/orders:pull_request"
        },
        {
            "kubernetes --issuer https://oidc.example/c/ --namespace shop --service-account orders", "https://oidc.example/c/",
            "system:serviceaccount:shop:orders"
        },
        { "gitlab --project shop/eu/orders --branch main", "https://gitlab.com", "project_path:shop/eu/orders:ref_type:branch:ref:main" },
        { "gitlab --project shop/orders --tag v1 --url https://git.example", "https://git.example",
            "project_path:shop/orders:ref_type:tag:ref:v1" },
        {
            "azure-pipelines --issuer https://vstoken.dev.azure.com/1 --subject sc://contoso/shop/azure", "https://vstoken.dev.azure.com/1",
            "sc://contoso/shop/azure"
        },
        {
            "aws --issuer https://0f1e2d3c.tokens.sts.global.api.aws --role arn:aws:iam::123456789012:role/orders",
            "https://0f1e2d3c.tokens.sts.global.api.aws", "arn:aws:iam::123456789012:role/orders"
        },
    };

    [Theory]
    [MemberData(nameof(Platforms))]
    public async Task Each_platform_has_its_issuer_and_subject(string arguments, string issuer, string subject)
    {
        var bench = new ToolBench();

        var run = await bench.RunAsync(
            ["federate", .. arguments.Split(' '), "--managed-identity", "orders's", "--resource-group", "shop", "--name", "ci-1"]);

        Assert.Equal((ExitCodes.Ok, ""), (run.ExitCode, run.Error));
        Assert.Contains(
            "az identity federated-credential create --name ci-1 --identity-name 'orders'\\''s' --resource-group shop "
                + $"--issuer {issuer} --subject {ShellText.Quoted(subject)} --audiences api://AzureADTokenExchange",
            run.Out, StringComparison.Ordinal);
        Assert.Empty(bench.Entra.Requests);
    }

    [Theory]
    [InlineData("github --repository contoso --branch main --app 6bf7ab3f-6a37-4f6d-9a3c-2ee0f1d1f8a3")]
    [InlineData("github --repository contoso/orders --app 6bf7ab3f-6a37-4f6d-9a3c-2ee0f1d1f8a3")]
    [InlineData("github --repository contoso/orders --branch main --tag v1 --app 6bf7ab3f-6a37-4f6d-9a3c-2ee0f1d1f8a3")]
    [InlineData("github --repository contoso/orders --branch main --app orders")]
    [InlineData("github --repository contoso/orders --branch main")]
    [InlineData("github --repository contoso/orders --branch main --managed-identity orders")]
    [InlineData("kubernetes --issuer http://oidc.example --namespace shop --service-account a --app 6bf7ab3f-6a37-4f6d-9a3c-2ee0f1d1f8a3")]
    [InlineData("aws --issuer https://x.example --role orders --app 6bf7ab3f-6a37-4f6d-9a3c-2ee0f1d1f8a3")]
    [InlineData("gitlab --project shop/orders --app 6bf7ab3f-6a37-4f6d-9a3c-2ee0f1d1f8a3")]
    [InlineData("jenkins --app 6bf7ab3f-6a37-4f6d-9a3c-2ee0f1d1f8a3")]
    public async Task Wrong_arguments_are_refused_before_anything_is_asked(string arguments)
    {
        var bench = new ToolBench().WithSecret();

        var run = await bench.RunAsync(["federate", .. arguments.Split(' ')]);

        Assert.Equal((ExitCodes.Usage, ""), (run.ExitCode, run.Out));
        Assert.Empty(bench.Entra.Requests);
    }

    [Fact]
    public async Task Nothing_is_written_without_apply_and_a_second_run_changes_nothing()
    {
        await using var tenant = await Tenant.StartAsync();
        string[] command = ["federate", "github", "--repository", "contoso/orders", "--branch", "main", "--app", Application];

        var shown = await tenant.RunAsync(command);
        var before = await tenant.SubjectsAsync();
        var applied = await tenant.RunAsync([.. command, "--apply"]);
        var again = await tenant.RunAsync([.. command, "--apply"]);

        Assert.Equal((ExitCodes.Ok, ""), (shown.ExitCode, shown.Error));
        Assert.Contains("Nothing was changed. Add --apply", shown.Out, StringComparison.Ordinal);
        Assert.Contains($"Tenant:  {tenant.Entra.Tenant.Id}", shown.Out, StringComparison.Ordinal);
        Assert.Empty(before);
        Assert.Contains("✓ Add the federated credential", applied.Out, StringComparison.Ordinal);
        Assert.Contains("Nothing has to be changed.", again.Out, StringComparison.Ordinal);
        Assert.Equal(["repo:contoso/orders:ref:refs/heads/main"], await tenant.SubjectsAsync());
    }

    [Fact]
    public async Task The_workload_that_runs_here_is_trusted_and_gets_its_first_token_without_a_secret()
    {
        await using var tenant = await Tenant.StartAsync();
        var issuer = tenant.Entra.AddIssuer();
        var file = Path.Combine(tenant.Folder, "token");
        await File.WriteAllTextAsync(file, issuer.Issue("system:serviceaccount:shop:orders"));

        var run = await tenant.RunAsync(
            "federate", "here", "--token-file", file, "--app", Application, "--name", "orders", "--apply");

        Assert.Equal((ExitCodes.Ok, ""), (run.ExitCode, run.Error));
        Assert.Contains($"✓ Entra issued a token to application {Application}. No secret was used.", run.Out, StringComparison.Ordinal);
        Assert.Equal(["system:serviceaccount:shop:orders"], await tenant.SubjectsAsync());
    }

    [Fact]
    public async Task Where_no_platform_gives_a_token_the_next_step_is_said()
    {
        var run = await new ToolBench().WithSecret().RunAsync("federate", "here", "--app", Application);

        Assert.Equal((ExitCodes.NoCredential, ""), (run.ExitCode, run.Out));
        Assert.Contains("--token-file", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_application_that_is_not_there_ends_the_command()
    {
        await using var tenant = await Tenant.StartAsync();

        var run = await tenant.RunAsync(
            "federate", "gitlab", "--project", "shop/orders", "--branch", "main", "--app", Guid.NewGuid().ToString(), "--apply");

        Assert.Equal((ExitCodes.Failed, ""), (run.ExitCode, run.Out));
        Assert.Contains("has no application", run.Error, StringComparison.Ordinal);
    }

    private sealed class Tenant : IAsyncDisposable
    {
        private readonly EmulatedApi _graph;
        private readonly IReadOnlyDictionary<string, string> _administrator;

        private Tenant(EntraEmulator entra, EmulatedApi graph)
        {
            (Entra, _graph) = (entra, graph);
            entra.Application.AssignRole(graph, "Application.ReadWrite.All");
            _administrator = entra.Application.EnvironmentWithSecret();
        }

        public EntraEmulator Entra { get; }

        public string Folder { get; } = Directory.CreateTempSubdirectory("wid").FullName;

        public static async Task<Tenant> StartAsync()
        {
            var entra = await EntraEmulator.StartAsync();
            entra.AddApplication(Application);
            return new Tenant(entra, entra.AddGraph(new EmulatedGraphOptions { EnforcesLimits = false }));
        }

        public async Task<ToolRun> RunAsync(params string[] arguments)
        {
            var (output, error) = (new StringWriter { NewLine = "\n" }, new StringWriter { NewLine = "\n" });
            var files = Directory.GetFiles(Folder).ToDictionary(path => path, File.ReadAllBytes);
            var surroundings = new Surroundings
            {
                Environment = WorkloadEnvironment.FromValues(new Dictionary<string, string>(_administrator), files),
                Out = output,
                Error = error,
                IsOutRedirected = true,
                IsErrorRedirected = true,
            };
            var code = await Wid.RunAsync([.. arguments, "--graph", _graph.Url.AbsoluteUri], surroundings, CancellationToken.None);
            return new ToolRun(code, output.ToString(), error.ToString());
        }

        public async Task<List<string?>> SubjectsAsync()
        {
            using var acquirer = new TokenAcquirer(new ApplicationCredential(
                Entra.Tenant.Id, _administrator["AZURE_CLIENT_ID"],
                ClientSecretAuthentication.FromValue(_administrator["AZURE_CLIENT_SECRET"]),
                new ApplicationCredentialOptions { AuthorityHost = Entra.AuthorityHost }));
            using var graph = new GraphClient(acquirer, new GraphClientOptions { Endpoint = _graph.Url, Scope = _graph.Scope });
            var subjects = new List<string?>();
            await foreach (var application in graph.ListApplicationsAsync())
            {
                if (application.AppId == new ClientId(Application))
                {
                    await foreach (var federation in graph.ListFederatedCredentialsAsync(application.Id))
                    {
                        subjects.Add(federation.Subject);
                    }
                }
            }

            return subjects;
        }

        public async ValueTask DisposeAsync()
        {
            await Entra.DisposeAsync();
            Directory.Delete(Folder, recursive: true);
        }
    }
}
