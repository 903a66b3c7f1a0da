using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using WorkloadIdentity.Aspire.Hosting;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.AspireTests;

public sealed class EntraEmulatorResourceTests : IAsyncDisposable
{
    private readonly IDistributedApplicationBuilder _builder = Builder();
    private readonly IResourceBuilder<EntraEmulatorResource> _entra;

    public EntraEmulatorResourceTests() => _entra = _builder.AddEntraEmulator("entra");

    public async ValueTask DisposeAsync() => await _entra.Resource.StopAsync();

    [Fact]
    public async Task A_program_gets_a_token_with_the_section_and_with_the_variables()
    {
        var project = _builder.AddExecutable("orders", "orders", ".").WithWorkloadIdentity(_entra.Application("orders"));
        _entra.Api("api://stock");
        await _entra.Resource.StartAsync(CancellationToken.None);

        var variables = await VariablesAsync(project.Resource);

        foreach (var names in (string[])[
            "AZURE_TENANT_ID AZURE_CLIENT_ID AZURE_CLIENT_SECRET AZURE_AUTHORITY_HOST",
            "WorkloadIdentity__TenantId WorkloadIdentity__ClientId WorkloadIdentity__ClientSecret WorkloadIdentity__AuthorityHost"])
        {
            var (tenant, client, secret, authority) = names.Split(' ') switch
            {
                [var one, var two, var three, var four] => (one, two, three, four),
                _ => throw new InvalidOperationException(names),
            };
            var parameter = Assert.IsType<ParameterResource>(variables[secret]);
            Assert.True(parameter.Secret);
            using var acquirer = new TokenAcquirer(new ApplicationCredential(
                (string)variables[tenant],
                (string)variables[client],
                ClientSecretAuthentication.FromValue((await parameter.GetValueAsync(default))!),
                new() { AuthorityHost = new Uri((string)variables[authority]) }));
            Assert.NotEmpty((await acquirer.GetTokenAsync(new TokenRequest("api://stock/.default"))).Value);
        }

        Assert.Equal("ClientSecret", variables["WorkloadIdentity__Kind"]);
        Assert.DoesNotContain(variables.Values.OfType<string>(), value => value.StartsWith("emulated~", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_second_identity_has_a_section_of_its_own_and_leaves_the_variables_alone()
    {
        var project = _builder.AddExecutable("orders", "orders", ".")
            .WithWorkloadIdentity(_entra.Application("orders"))
            .WithWorkloadIdentity(_entra.Application("audit"), "Identities:Audit");
        await _entra.Resource.StartAsync(CancellationToken.None);

        var variables = await VariablesAsync(project.Resource);

        Assert.Equal(_entra.Application("audit").ClientId, variables["Identities__Audit__ClientId"]);
        Assert.Equal(_entra.Application("orders").ClientId, variables["AZURE_CLIENT_ID"]);
        Assert.Single(variables.Keys, name => name == "AZURE_CLIENT_SECRET");
    }

    [Fact]
    public async Task A_published_project_gets_nothing()
    {
        var builder = Builder("--publisher", "manifest", "--output-path", "unused");
        var entra = builder.AddEntraEmulator("entra");
        var project = builder.AddExecutable("orders", "orders", ".")
            .WithWorkloadIdentity(entra.Application("orders")).WithEntraTokens(entra.Api("api://stock"));

        Assert.True(builder.ExecutionContext.IsPublishMode);
        Assert.Empty(await VariablesAsync(project.Resource, builder.ExecutionContext));
        Assert.Contains(entra.Resource.Annotations, annotation => annotation == ManifestPublishingCallbackAnnotation.Ignore);
    }

    [Fact]
    public async Task The_directory_is_what_the_app_host_states()
    {
        var api = _entra.Api("api://stock");
        foreach (var name in (string[])["one", "two"])
        {
            _entra.Application(name).WithRole(api, "Stock.Read").WithFederatedCredential(
                EmulatedIssuerKind.GitHub, "https://token.actions.githubusercontent.com", $"repo:contoso/{name}:ref:refs/heads/main");
        }

        await _entra.Resource.StartAsync(CancellationToken.None);
        using var http = new HttpClient { DefaultRequestHeaders = { Authorization = new("Bearer", _entra.Resource.Emulator!.AdminToken) } };
        var state = await http.GetStringAsync(_entra.Resource.Emulator.AdminAddress);

        Assert.Contains("repo:contoso/one:", state, StringComparison.Ordinal);
        Assert.Contains("repo:contoso/two:", state, StringComparison.Ordinal);
        Assert.Contains(_entra.Resource.TenantId, state, StringComparison.Ordinal);
        Assert.Equal(_entra.Resource.TenantId, _entra.Resource.Emulator.Tenant.Id);
    }

    [Fact]
    public void Ids_are_the_same_at_each_start_and_secrets_are_not()
    {
        var other = Builder().AddEntraEmulator("entra");

        Assert.Equal(_entra.Resource.TenantId, other.Resource.TenantId);
        Assert.Equal(_entra.Application("orders").ClientId, other.Application("orders").ClientId);
        Assert.NotEqual(_entra.Application("orders").ClientId, _entra.Application("audit").ClientId);
        Assert.Same(_entra.Application("orders"), _entra.Application("ORDERS"));
    }

    [Fact]
    public void What_cannot_be_is_refused_when_it_is_stated()
    {
        var shown = _builder.AddParameter("shown", "value");
        var hidden = _builder.AddParameter("hidden", "value", secret: true);
        _entra.Application("orders");

        Assert.Contains("secret: true", Throws(() => _entra.Application("new", shown)), StringComparison.Ordinal);
        Assert.Contains("has a secret already", Throws(() => _entra.Application("orders", hidden)), StringComparison.Ordinal);
        Assert.Contains(
            "Use an API of the same emulator",
            Throws(() => _entra.Application("orders").WithRole(_builder.AddEntraEmulator("other").Api("api://stock"), "Stock.Read")),
            StringComparison.Ordinal);
        static string Throws(Func<object> act) => Assert.Throws<ArgumentException>(act).Message;
    }

    [Fact]
    public async Task A_secret_of_a_parameter_is_the_applications()
    {
        var application = _entra.Application("orders", _builder.AddParameter("orders-secret", "chosen", secret: true));

        await _entra.Resource.StartAsync(CancellationToken.None);
        using var acquirer = new TokenAcquirer(new ApplicationCredential(
            _entra.Resource.TenantId, application.ClientId, ClientSecretAuthentication.FromValue("chosen"),
            new() { AuthorityHost = _entra.Resource.Emulator!.AuthorityHost }));

        Assert.NotEmpty((await acquirer.GetTokenAsync(new TokenRequest("api://emulated-api/.default"))).Value);
    }

    [Fact]
    public async Task It_is_healthy_while_it_answers_whatever_fault_is_injected()
    {
        var check = new EntraEmulatorHealthCheck(_entra.Resource);
        var before = await check.CheckHealthAsync(new());
        await _entra.Resource.StartAsync(CancellationToken.None);
        _entra.Resource.Emulator!.Faults.Outage = true;
        var during = await check.CheckHealthAsync(new());
        var journal = _entra.Resource.Emulator.Journal.ToString();
        await _entra.Resource.StopAsync();
        var after = await check.CheckHealthAsync(new());

        Assert.Equal(
            (HealthStatus.Unhealthy, HealthStatus.Healthy, HealthStatus.Unhealthy), (before.Status, during.Status, after.Status));
        Assert.Equal("", journal);
    }

    private static IDistributedApplicationBuilder Builder(params string[] args) =>
        DistributedApplication.CreateBuilder(new DistributedApplicationOptions { Args = args, DisableDashboard = true });

    private async Task<Dictionary<string, object>> VariablesAsync(
        ExecutableResource resource, DistributedApplicationExecutionContext? execution = null)
    {
        var variables = new Dictionary<string, object>();
        var context = new EnvironmentCallbackContext(execution ?? _builder.ExecutionContext, resource, variables);
        foreach (var annotation in resource.Annotations.OfType<EnvironmentCallbackAnnotation>())
        {
            await annotation.Callback(context);
        }

        return variables;
    }
}
