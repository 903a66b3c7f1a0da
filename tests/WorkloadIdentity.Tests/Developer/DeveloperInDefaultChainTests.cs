using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Options;
using WorkloadIdentity.Developer;

namespace WorkloadIdentity.Tests;

[Collection(Tools.Name)]
public sealed class DeveloperInDefaultChainTests : IDisposable
{
    private static readonly TokenRequest Request = new("https://graph.microsoft.com/.default");

    private readonly FakeTool _tool = new();
    private readonly FakeServer _server = new();

    public void Dispose() => _tool.Dispose();

    [FactOn(Systems.Unix)]
    public async Task In_Development_the_login_answers_and_no_metadata_endpoint_is_probed()
    {
        _tool.Answers("az", FakeTool.AzToken());

        var result = await AcquireAsync(Chain("Development"));

        Assert.Equal("default chain/azure cli", result.Token!.AcquiredBy);
        Assert.Empty(_server.Requests);
        Assert.Equal(["client secret", "client certificate", "federated token file", "azure cli"], Names(result));
    }

    [FactOn(Systems.Unix)]
    public async Task Where_az_is_not_logged_in_azd_is_asked()
    {
        _tool.Fails("az", "Please run 'az login' to setup account.")
            .Answers("azd", """{"token":"azd-token","expiresOn":"2026-01-01T01:00:00Z"}""");

        Assert.Equal("azd-token", (await AcquireAsync(Chain("Development"))).Token!.Value);
    }

    [FactOn(Systems.Unix)]
    public async Task Without_a_login_one_error_says_what_to_run()
    {
        _server.Refuse();

        var result = await AcquireAsync(Chain("Development"));

        Assert.Equal(TokenVerdict.Unavailable, result.Verdict);
        Assert.Contains("az login", result.Error!.Message, StringComparison.Ordinal);
        Assert.Contains("azd auth login", result.Error.Message, StringComparison.Ordinal);
    }

    [FactOn(Systems.Unix)]
    public async Task Elsewhere_the_login_stays_away()
    {
        _tool.Answers("az", FakeTool.AzToken());
        _server.Refuse();

        var result = await AcquireAsync(Chain("Production"));

        Assert.Equal(
            ["client secret", "client certificate", "federated token file", "managed identity", "developer login"], Names(result));
        Assert.Contains(
            "The logins of az and azd take no part, because the environment is 'Production' and not 'Development'. On your own machine, "
                + "set DOTNET_ENVIRONMENT=Development",
            result.Error!.Message,
            StringComparison.Ordinal);
        Assert.Empty(_tool.Runs);
    }

    [Fact]
    public async Task A_program_without_a_host_hears_which_variable_lets_the_login_take_part()
    {
        _server.Refuse();
        var options = Options();
        options.Members.AddDeveloperCredentials(environment: null);

        var result = await AcquireAsync(DefaultCredentials.FromEnvironment(options));

        Assert.Contains(
            "because this program has no host that says Development. On your own machine, set AZURE_TOKEN_CREDENTIALS=dev",
            result.Error!.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_nobody_marked_hears_of_the_mark_and_of_the_package()
    {
        _server.Refuse();

        var message = (await AcquireAsync(DefaultCredentials.FromEnvironment(Options()))).Error!.Message;

        Assert.Contains("DOTNET_ENVIRONMENT is not set, so this is not Development", message, StringComparison.Ordinal);
        Assert.Contains("dotnet add package WorkloadIdentity.Developer", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("DOTNET_ENVIRONMENT", "Production")]
    [InlineData("AZURE_TOKEN_CREDENTIALS", "prod")]
    [InlineData("WORKLOAD_IDENTITY_ALLOW", "managed-identity")]
    public async Task Where_somebody_said_what_this_is_nothing_is_said_of_a_login(string variable, string value)
    {
        _tool.Variables[variable] = value;
        _server.Refuse();

        var result = await AcquireAsync(DefaultCredentials.FromEnvironment(Options()));

        Assert.DoesNotContain("developer login", Names(result));
    }

    [TheoryOn(Systems.Unix)]
    [InlineData("dev", "azure cli")]
    [InlineData("DEV", "azure cli")]
    [InlineData("AzureCliCredential", "azure cli")]
    [InlineData("AzureDeveloperCliCredential", "azure developer cli")]
    public async Task The_variable_picks_it_anywhere_and_nothing_else_with_it(string pick, string expected)
    {
        _tool.Answers("az", FakeTool.AzToken()).Answers("azd", """{"token":"azd-token","expiresOn":"2026-01-01T01:00:00Z"}""");
        _tool.Variables["AZURE_TOKEN_CREDENTIALS"] = pick;
        _tool.Variables["AZURE_CLIENT_SECRET"] = "secret-canary";

        var result = await AcquireAsync(Chain("Production"));

        Assert.Equal($"default chain/{expected}", result.Token!.AcquiredBy);
        Assert.Equal([expected], Names(result));
    }

    [FactOn(Systems.Unix)]
    public async Task The_variable_keeps_it_away_in_Development_too()
    {
        _tool.Variables["AZURE_TOKEN_CREDENTIALS"] = "prod";
        _server.Refuse();

        await AcquireAsync(Chain("Development"));

        Assert.Empty(_tool.Runs);
    }

    [TheoryOn(Systems.Unix)]
    [InlineData("AZURE_TOKEN_CREDENTIALS", "dev")]
    [InlineData("WORKLOAD_IDENTITY_ALLOW", "azure-cli")]
    public async Task Beside_a_federated_token_file_it_is_refused_however_it_came_first(string variable, string value)
    {
        _tool.Answers("az", FakeTool.AzToken());
        _tool.Variables["AZURE_FEDERATED_TOKEN_FILE"] = "/var/run/secrets/token";
        _tool.Variables[variable] = value;

        var result = await AcquireAsync(Chain("Development"));

        Assert.Equal(TokenErrorKind.NotAllowed, result.Error!.Kind);
        Assert.Contains("AZURE_FEDERATED_TOKEN_FILE is set", result.Error.Message, StringComparison.Ordinal);
        Assert.Empty(_tool.Runs);
    }

    [FactOn(Systems.Unix)]
    public async Task A_login_that_is_not_among_the_allowed_kinds_fails_instead_of_being_passed_over()
    {
        _tool.Answers("az", FakeTool.AzToken());
        _tool.Variables["WORKLOAD_IDENTITY_ALLOW"] = "federated";

        var result = await AcquireAsync(Chain("Development"));

        Assert.Equal(TokenErrorKind.NotAllowed, result.Error!.Kind);
        Assert.Contains("azure-cli", result.Error.Message, StringComparison.Ordinal);
        Assert.Empty(_tool.Runs);
    }

    [Theory]
    [InlineData("DOTNET_ENVIRONMENT")]
    [InlineData("ASPNETCORE_ENVIRONMENT")]
    public async Task Without_the_package_the_one_error_in_Development_ends_in_the_line_to_add(string variable)
    {
        _tool.Variables[variable] = "Development";
        _server.Refuse();

        var result = await AcquireAsync(DefaultCredentials.FromEnvironment(Options()));

        Assert.Equal(TokenVerdict.Unavailable, result.Verdict);
        Assert.Contains("dotnet add package WorkloadIdentity.Developer", result.Error!.Message, StringComparison.Ordinal);
        Assert.Contains(".AddDeveloperCredentials(builder.Environment)", result.Error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_package_the_variable_names_it_and_with_it_what_only_the_Azure_SDKs_have_is_told_apart()
    {
        _tool.Variables["AZURE_TOKEN_CREDENTIALS"] = "VisualStudioCredential";

        var without = await AcquireAsync(DefaultCredentials.FromEnvironment(Options()));
        var with = await AcquireAsync(Chain("Development"));

        Assert.Contains("WorkloadIdentity.Developer", without.Error!.Message, StringComparison.Ordinal);
        Assert.Contains("only the Azure SDKs have", with.Error!.Message, StringComparison.Ordinal);
        Assert.Contains("AzureCliCredential", with.Error.Message, StringComparison.Ordinal);
    }

    [FactOn(Systems.Unix)]
    public async Task A_registered_identity_takes_the_login_in_Development()
    {
        _tool.Answers("az", FakeTool.AzToken());
        await using var provider = Build(services => services.AddWorkloadIdentity().AddDeveloperCredentials(Host("Development")));

        var token = await provider.GetRequiredService<ITokenAcquirer>().GetTokenAsync(Request);

        Assert.Equal("default chain/azure cli", token.AcquiredBy);
    }

    [FactOn(Systems.Unix)]
    public async Task An_identity_whose_configuration_says_DefaultChain_takes_it_too_with_its_options()
    {
        _tool.Answers("az", FakeTool.AzToken());
        var section = new ConfigurationBuilder().AddInMemoryCollection([new("Kind", "DefaultChain")]).Build();
        await using var provider = Build(services =>
            services.AddWorkloadIdentity("orders", section)
                .AddDeveloperCredentials(Host("Development"), options => options.TenantId = "contoso.com"));

        await provider.GetRequiredKeyedService<ITokenAcquirer>("orders").GetTokenAsync(Request);

        Assert.EndsWith("--tenant contoso.com", Assert.Single(_tool.Runs), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_there_is_no_default_chain_to_join_the_host_does_not_start()
    {
        await using var provider =
            Build(services => services.AddWorkloadIdentity().AddDeveloperCredentials(Host("Development")).UseManagedIdentity());

        var error = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<ITokenAcquirer>());

        Assert.Contains(
            "'azure-cli' was added to the default chain, and UseManagedIdentity uses none", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_production_the_line_that_adds_it_does_no_harm_to_an_identity_that_is_pinned()
    {
        await using var provider =
            Build(services => services.AddWorkloadIdentity().AddDeveloperCredentials(Host("Production")).UseManagedIdentity());

        Assert.NotNull(provider.GetRequiredService<ITokenAcquirer>());
    }

    [Fact]
    public void What_would_be_ignored_is_refused_where_it_is_written()
    {
        var services = new ServiceCollection();
        var existing = services.AddWorkloadIdentity(new FakeTokens());
        var own = services.AddWorkloadIdentity("own").UseCredential(_ => ScriptedCredential.Issuing("own"));
        var late = services.AddWorkloadIdentity("late").AddDeveloperCredentials(Host("Development"));

        Assert.Contains(
            "options.Members.AddDeveloperCredentials(…)",
            Assert.Throws<InvalidOperationException>(() => existing.AddDeveloperCredentials(Host("Development"))).Message,
            StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => own.AddDeveloperCredentials(Host("Development")));
        Assert.Throws<InvalidOperationException>(() => late.UseCredential(_ => ScriptedCredential.Issuing("late")));
        var twice = new DefaultCredentialsOptions();
        twice.Members.AddDeveloperCredentials(null).AddDeveloperCredentials(null);
        Assert.Throws<ArgumentException>("Members", () => DefaultCredentials.FromEnvironment(twice));
    }

    private static string[] Names(TokenResult result) => [.. result.Attempts.Select(attempt => attempt.Credential.Split('/')[^1])];

    private static Task<TokenResult> AcquireAsync(Credential credential) =>
        credential.AcquireAsync(new Acquisition(Request), CancellationToken.None).AsTask();

    private static HostingEnvironment Host(string name) => new() { EnvironmentName = name };

    private Credential Chain(string environment)
    {
        var options = Options();
        options.Members.AddDeveloperCredentials(Host(environment));
        return DefaultCredentials.FromEnvironment(options);
    }

    private DefaultCredentialsOptions Options() => new()
    {
        Environment = WorkloadEnvironment.FromValues(_tool.Variables),
        ManagedIdentityHttpClient = _server.Client,
        TimeProvider = _tool.Clock,
        Retry = new RetryOptions { MaxAttempts = 1 },
    };

    private ServiceProvider Build(Action<IServiceCollection> configure)
    {
        var services = new ServiceCollection();
        services.AddSingleton(WorkloadEnvironment.FromValues(_tool.Variables));
        services.AddSingleton<TimeProvider>(_tool.Clock);
        configure(services);
        return services.BuildServiceProvider();
    }
}
