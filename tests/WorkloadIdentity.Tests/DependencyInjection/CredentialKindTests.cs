using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Tests;

public sealed class CredentialKindTests
{
    [Theory]
    [InlineData("""{ "Kind": "Robot", "Serial": "7" }""")]
    [InlineData("""{ "Kind": "robot", "serial": "7", "Capacity": 5 }""")]
    [InlineData("""{ "Kind": "Chain", "Credentials": [ { "Kind": "Robot", "Serial": "7" } ] }""")]
    public async Task A_kind_that_a_package_adds_stands_beside_the_others(string json)
    {
        await using var provider = Build(json);

        var token = await provider.GetRequiredService<ITokenAcquirer>().GetTokenAsync(new TokenRequest("api://orders/.default"));

        Assert.Equal("token of robot 7", token.Value.Replace('-', ' '));
    }

    [Theory]
    [InlineData("""{ "Kind": "Robot" }""", "Identity:Serial is missing or empty.")]
    [InlineData(
        """{ "Kind": "Robot", "Serial": "7", "Serail": "canary" }""",
        "Identity:Serail is not a setting of kind Robot. It has: Kind, Serial")]
    [InlineData("""{ "Kind": "Robot", "Serial": "canary" }""", "The serial is not a number.")]
    [InlineData("""{ "Kind": "Robto", "Serial": "7" }""", "FederatedTokenCommand, Chain, Robot.")]
    [InlineData("""{ "Kind": "Chain", "Credentials": [ { "Kind": "Robot" } ] }""", "Identity:Credentials:0:Serial is missing or empty.")]
    public void What_is_wrong_with_its_settings_is_named(string json, string expected)
    {
        using var provider = Build(json);

        var exception = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<ITokenAcquirer>());

        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ManagedIdentity")]
    [InlineData("chain")]
    [InlineData("ROBOT")]
    public void A_kind_cannot_be_added_twice(string kind) =>
        Assert.Throws<InvalidOperationException>(
            () => AddRobot(new ServiceCollection()).AddWorkloadIdentityKind(kind, [], _ => FakeCredential.Issuing("t")));

    [Fact]
    public void A_kinds_credential_works_with_what_the_identity_works_with()
    {
        var clock = new FakeClock();
        ApplicationCredentialOptions? application = null;
        ManagedIdentityCredentialOptions? managed = null;
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(clock);
        services.AddWorkloadIdentityKind("Robot", ["List"], section =>
        {
            (application, managed) = (section.ApplicationOptions(), section.ManagedIdentityOptions());
            Assert.Equal(["a", "b"], section.List("List"));
            Assert.Null(section["Serial"]);
            Assert.Same(clock, section.Services.GetRequiredService<TimeProvider>());
            return FakeCredential.Issuing("t");
        });
        services.AddWorkloadIdentity(
            Section("""{ "Kind": "Robot", "List": [ "a", "b" ], "AuthorityHost": "https://login.microsoftonline.us" }"""));
        using var provider = services.BuildServiceProvider();

        provider.GetRequiredService<ITokenAcquirer>();

        Assert.Equal(new Uri("https://login.microsoftonline.us"), application!.AuthorityHost);
        Assert.Same(clock, application.TimeProvider);
        Assert.Same(clock, managed!.TimeProvider);
    }

    [Fact]
    public void A_packages_kind_reports_all_problems_at_once_and_each_names_its_setting()
    {
        var services = new ServiceCollection();
        services.AddWorkloadIdentityKind(
            "Robot",
            [.. CredentialSection.ApplicationSettings, "Serial", "Fast"],
            section => section.Application(() =>
            {
                section.Flag("Fast");
                section.Problem("Serial", "is worn off.");
                return section.Check("Serial", () => ClientSecretAuthentication.FromValue(""));
            }));
        services.AddWorkloadIdentity("r", Section("""{ "Kind": "Robot", "ClientId": "canary", "Fast": "canary" }"""));
        using var provider = services.BuildServiceProvider();

        var failures = Assert.Throws<Microsoft.Extensions.Options.OptionsValidationException>(
            () => provider.GetRequiredKeyedService<ITokenAcquirer>("r")).Failures.ToList();

        Assert.Equal(
            [
                "The identity 'r': Identity:Fast is not true or false.",
                "The identity 'r': Identity:Serial is worn off.",
                "The identity 'r': Identity:Serial cannot be used.",
                "The identity 'r': Identity:TenantId is missing or empty.",
                "The identity 'r': Identity:ClientId cannot be used.",
            ],
            failures.Select(failure => failure[..failure.IndexOf('.', StringComparison.Ordinal)] + "."));
        Assert.DoesNotContain(failures, failure => failure.Contains("canary", StringComparison.Ordinal));
    }

    [Fact]
    public void A_packages_kind_can_be_an_application_of_one_tenant_or_of_many()
    {
        foreach (var (tenant, expected) in new[]
        {
            ($"\"TenantId\": \"{EntraFake.Tenant}\"", EntraFake.Tenant), ("\"MultiTenant\": true", null),
        })
        {
            string? identity = null;
            var services = new ServiceCollection();
            services.AddWorkloadIdentityKind("Robot", CredentialSection.ApplicationSettings, section =>
            {
                identity = section.Identity;
                return section.Application(() => ClientSecretAuthentication.FromValue("canary"));
            });
            services.AddWorkloadIdentity(
                "r", Section($$"""{ "Kind": "Robot", {{tenant}}, "ClientId": "{{EntraFake.ClientId}}" }"""));
            using var provider = services.BuildServiceProvider();
            provider.GetRequiredKeyedService<ITokenAcquirer>("r");

            var made =
                provider.GetRequiredService<Microsoft.Extensions.Options.IOptionsMonitor<WorkloadIdentityOptions>>().Get("r").Planned!;
            Assert.Equal("r", identity);
            Assert.Contains(expected ?? "*", made.Partition, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_function_that_makes_nothing_is_an_error_that_names_its_kind()
    {
        var services = new ServiceCollection();
        services.AddWorkloadIdentityKind("Robot", [], _ => null);
        services.AddWorkloadIdentity(Section("""{ "Kind": "Robot" }"""));
        using var provider = services.BuildServiceProvider();

        Assert.Contains(
            "The function that makes credentials of kind Robot returned null.",
            Assert.Throws<Microsoft.Extensions.Options.OptionsValidationException>(
                () => provider.GetRequiredService<ITokenAcquirer>()).Message,
            StringComparison.Ordinal);
    }

    private static IServiceCollection AddRobot(IServiceCollection services) =>
        services.AddWorkloadIdentityKind("Robot", ["Serial"], section =>
        int.TryParse(section.Required("Serial"), out var serial)
            ? FakeCredential.Issuing($"token-of-robot-{serial}")
            : throw new ArgumentException("The serial is not a number."));

    private static IConfigurationSection Section(string json) =>
        new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes($$"""{ "Identity": {{json}} }"""))).Build()
            .GetSection("Identity");

    private static ServiceProvider Build(string json)
    {
        var services = new ServiceCollection();
        AddRobot(services);
        services.AddWorkloadIdentity(Section(json));
        return services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });
    }
}
