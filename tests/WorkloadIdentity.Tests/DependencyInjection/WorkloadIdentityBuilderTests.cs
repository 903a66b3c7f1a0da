using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace WorkloadIdentity.Tests;

public sealed class WorkloadIdentityBuilderTests
{
    private const string Tenant = "72f988bf-86f1-41af-91ab-2d7cd011db47";
    private const string Client = "6bf7ab3f-6a37-4f6d-9a3c-2ee0f1d1f8a3";
    private static readonly TokenRequest Request = new("api://orders/.default");

    [Fact]
    public async Task Each_identity_is_a_singleton_under_its_name()
    {
        var services = new ServiceCollection();
        services.AddWorkloadIdentity().UseCredential(_ => ScriptedCredential.Issuing("one"));
        services.AddWorkloadIdentity("two").UseCredential(_ => ScriptedCredential.Issuing("two"));
        await using var provider = Build(services);
        await using var scope = provider.CreateAsyncScope();

        var unnamed = provider.GetRequiredService<ITokenAcquirer>();
        var named = provider.GetRequiredKeyedService<ITokenAcquirer>("two");

        Assert.Same(unnamed, scope.ServiceProvider.GetRequiredService<ITokenAcquirer>());
        Assert.Same(named, scope.ServiceProvider.GetRequiredKeyedService<ITokenAcquirer>("two"));
        Assert.StartsWith("one", (await unnamed.GetTokenAsync(Request)).Value, StringComparison.Ordinal);
        Assert.StartsWith("two", (await named.GetTokenAsync(Request)).Value, StringComparison.Ordinal);
        Assert.Null(provider.GetKeyedService<ITokenAcquirer>("three"));
    }

    [Fact]
    public void Services_of_the_default_identity_have_no_key()
    {
        var services = new ServiceCollection();

        Assert.Null(services.AddWorkloadIdentity().ServiceKey);
        Assert.Equal("two", services.AddWorkloadIdentity("two").ServiceKey);
    }

    [Fact]
    public void A_second_registration_of_a_name_throws_whatever_its_form()
    {
        var section = new ConfigurationBuilder().Build();
        var services = new ServiceCollection();
        services.AddWorkloadIdentity();
        services.AddWorkloadIdentity("graph", new FakeTokens());

        foreach (var again in new Func<object>[]
        {
            () => services.AddWorkloadIdentity(),
            () => services.AddWorkloadIdentity(section),
            () => services.AddWorkloadIdentity(new FakeTokens()),
        })
        {
            Assert.Contains("default identity", Assert.Throws<InvalidOperationException>(again).Message, StringComparison.Ordinal);
        }

        foreach (var again in new Func<object>[]
        {
            () => services.AddWorkloadIdentity("graph"),
            () => services.AddWorkloadIdentity("graph", section),
            () => services.AddWorkloadIdentity("graph", new FakeTokens()),
        })
        {
            Assert.Contains("'graph'", Assert.Throws<InvalidOperationException>(again).Message, StringComparison.Ordinal);
        }

        services.AddWorkloadIdentity("Graph");
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("a\nb")]
    public void A_name_is_a_word(string name) => Assert.Throws<ArgumentException>(() => new ServiceCollection().AddWorkloadIdentity(name));

    [Fact]
    public void Every_verb_returns_the_builder_and_a_second_one_throws()
    {
        using var certificate = Certificate();
        foreach (var (verb, use) in Verbs(certificate))
        {
            var builder = new ServiceCollection().AddWorkloadIdentity("orders");

            Assert.Same(builder, use(builder));
            Assert.Same(builder, builder.Configure(_ => { }));
            foreach (var (_, second) in Verbs(certificate))
            {
                var exception = Assert.Throws<InvalidOperationException>(() => second(builder));
                Assert.Contains("'orders'", exception.Message, StringComparison.Ordinal);
                Assert.Contains(verb, exception.Message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Every_verb_makes_an_identity_without_asking_anybody()
    {
        using var certificate = Certificate();
        foreach (var (_, use) in Verbs(certificate))
        {
            var services = new ServiceCollection();
            use(services.AddWorkloadIdentity());
            services.AddSingleton(WorkloadEnvironment.FromValues(new Dictionary<string, string>()));
            using var provider = Build(services);

            Assert.IsType<TokenAcquirer>(provider.GetRequiredService<ITokenAcquirer>());
        }
    }

    [Fact]
    public void What_is_wrong_in_a_verb_throws_at_its_line()
    {
        var builder = new ServiceCollection().AddWorkloadIdentity();

        Assert.Throws<ArgumentException>(() => builder.UseSecret("common", Client, "s"));
        Assert.Throws<ArgumentException>(() => builder.UseSecret(Tenant, "not a guid", "s"));
        Assert.Throws<ArgumentException>(() => builder.UseSecret(Tenant, Client, ""));
        Assert.Throws<ArgumentException>(() => builder.UseFederation(Tenant, Client, ""));
        Assert.Throws<ArgumentException>(() => builder.UseManagedIdentity("not a guid"));
        Assert.Throws<ArgumentException>(() => builder.UseMultiTenantApplication("not a guid", ClientSecretAuthentication.FromValue("s")));
        builder.UseManagedIdentity();
    }

    [Fact]
    public async Task An_existing_acquirer_is_shared_and_not_disposed_with_the_services()
    {
        using var existing = new TokenAcquirer(ScriptedCredential.Issuing("one"));
        var services = new ServiceCollection();
        var builder = services.AddWorkloadIdentity(existing);
        services.AddWorkloadIdentity("named", existing);
        await using (var provider = Build(services))
        {
            Assert.Same(existing, provider.GetRequiredService<ITokenAcquirer>());
            Assert.Same(existing, provider.GetRequiredKeyedService<ITokenAcquirer>("named"));
        }

        await existing.GetTokenAsync(Request);
        Assert.Throws<InvalidOperationException>(() => builder.UseManagedIdentity());
        Assert.Throws<InvalidOperationException>(() => builder.Configure(options => options.Acquirer.Capacity = 1));
    }

    [Fact]
    public async Task An_acquirer_made_by_the_container_is_disposed_with_it()
    {
        var services = new ServiceCollection();
        services.AddWorkloadIdentity().UseCredential(_ => ScriptedCredential.Issuing("one"));
        ITokenAcquirer acquirer;
        await using (var provider = Build(services))
        {
            acquirer = provider.GetRequiredService<ITokenAcquirer>();
        }

        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await acquirer.GetTokenAsync(Request));
    }

    [Fact]
    public async Task A_host_starts_without_a_credential_and_the_first_call_says_what_is_missing()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddWorkloadIdentity().UseDefaultChain("secret", "federated");
        builder.Services.AddSingleton(WorkloadEnvironment.FromValues(new Dictionary<string, string>()));
        using var host = builder.Build();

        await host.StartAsync();
        var exception = await Assert.ThrowsAsync<TokenAcquisitionException>(
            async () => await host.Services.GetRequiredService<ITokenAcquirer>().GetTokenAsync(Request));
        await host.StopAsync();

        Assert.Contains("AZURE_CLIENT_SECRET", exception.Message, StringComparison.Ordinal);
        Assert.Contains("AZURE_FEDERATED_TOKEN_FILE", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_with_wrong_settings_does_not_start_and_names_them()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddWorkloadIdentity("orders").UseSecret(Tenant, Client, "canary").Configure(options =>
        {
            options.Acquirer.Capacity = 0;
            options.Credentials.AuthorityHost = new Uri("http://login.contoso.com");
        });
        using var host = builder.Build();

        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.Contains("The identity 'orders'", exception.Message, StringComparison.Ordinal);
        Assert.Contains("Capacity", exception.Message, StringComparison.Ordinal);
        Assert.Contains("AuthorityHost", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Clock_and_environment_come_from_the_container_and_both_Entra_client_and_authority_from_the_options()
    {
        using var entra = new FakeServer().Answer(HttpStatusCode.OK, """{"access_token":"t","token_type":"Bearer","expires_in":3600}""");
        var clock = new FakeClock();
        var files = new Dictionary<string, byte[]> { ["/secret"] = "from-file"u8.ToArray() };
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(clock);
        services.AddSingleton(WorkloadEnvironment.FromValues(new Dictionary<string, string>(), files));
        services.AddWorkloadIdentity().UseSecret(Tenant, Client, ClientSecretAuthentication.FromFile("/secret")).Configure(options =>
        {
            options.Credentials.HttpClient = entra.Client;
            options.Credentials.AuthorityHost = EntraCloud.UsGovernment;
        });
        await using var provider = Build(services);

        var token = await provider.GetRequiredService<ITokenAcquirer>().GetTokenAsync(Request);

        Assert.Equal(clock.Now.AddHours(1), token.ExpiresOn);
        var asked = Assert.Single(entra.Requests);
        Assert.Equal($"https://login.microsoftonline.us/{Tenant}/oauth2/v2.0/token", asked.Uri.AbsoluteUri);
        Assert.Equal("from-file", asked.Form["client_secret"]);
    }

    [Fact]
    public async Task What_the_options_set_goes_before_what_the_container_has()
    {
        var (containers, own) = (new FakeClock(), new FakeClock());
        own.SetWallClock(containers.Now.AddDays(30));
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(containers);
        services.AddWorkloadIdentity().UseManagedIdentity().Configure(options =>
        {
            Assert.Same(containers, options.Credentials.TimeProvider);
            Assert.Same(containers, options.Acquirer.TimeProvider);
            options.Acquirer.TimeProvider = own;
            options.CredentialFactory = _ => ScriptedCredential.Issuing("t");
        });
        await using var provider = Build(services);

        var read = provider.GetRequiredService<IOptionsMonitor<WorkloadIdentityOptions>>().CurrentValue;

        Assert.Same(own, read.Acquirer.TimeProvider);
        Assert.Same(containers, read.Credentials.TimeProvider);
    }

    [Fact]
    public async Task A_registered_identity_explains_a_request_without_a_cast()
    {
        var services = new ServiceCollection();
        services.AddWorkloadIdentity().UseCredential(_ => ScriptedCredential.Issuing("t"));
        await using var provider = Build(services);

        var report = await provider.GetRequiredService<ITokenAcquirer>().ExplainAsync(Request);

        Assert.Equal(TokenVerdict.Issued, report!.Verdict);
        Assert.Null(await ((ITokenAcquirer)new FakeTokens()).ExplainAsync(Request));
    }

    [Fact]
    public async Task A_test_replaces_every_identity_through_the_options_whatever_it_was_registered_as()
    {
        var services = new ServiceCollection();
        services.AddWorkloadIdentity().UseManagedIdentity();
        services.AddWorkloadIdentity("configured", new ConfigurationBuilder().Build());
        services.PostConfigureAll<WorkloadIdentityOptions>(
            options => options.CredentialFactory = _ => ScriptedCredential.Issuing("replacement"));
        await using var provider = Build(services);

        Assert.StartsWith(
            "replacement", (await provider.GetRequiredService<ITokenAcquirer>().GetTokenAsync(Request)).Value, StringComparison.Ordinal);
        Assert.StartsWith(
            "replacement",
            (await provider.GetRequiredKeyedService<ITokenAcquirer>("configured").GetTokenAsync(Request)).Value,
            StringComparison.Ordinal);
    }

    [Fact]
    public void The_applications_own_environment_is_kept()
    {
        var environment = WorkloadEnvironment.FromValues(new Dictionary<string, string>());
        var services = new ServiceCollection();
        services.AddSingleton(environment);
        services.AddWorkloadIdentity();
        using var provider = Build(services);

        Assert.Same(environment, provider.GetRequiredService<WorkloadEnvironment>());
    }

    [Fact]
    public void A_credential_function_that_returns_null_says_so()
    {
        var services = new ServiceCollection();
        services.AddWorkloadIdentity("orders").UseCredential(_ => null!);
        using var provider = Build(services);

        Assert.Contains(
            "'orders'",
            Assert.Throws<InvalidOperationException>(() => provider.GetRequiredKeyedService<ITokenAcquirer>("orders")).Message,
            StringComparison.Ordinal);
    }

    private static IEnumerable<(string Verb, Func<WorkloadIdentityBuilder, WorkloadIdentityBuilder> Use)> Verbs(
        X509Certificate2 certificate) =>
    [
        ("UseManagedIdentity", builder => builder.UseManagedIdentity()),
        ("UseManagedIdentity", builder => builder.UseManagedIdentity(Client)),
        ("UseSecret", builder => builder.UseSecret(Tenant, Client, "secret")),
        ("UseCertificate", builder => builder.UseCertificate(Tenant, Client, certificate)),
        ("UseFederation", builder => builder.UseFederation(Tenant, Client, "/token")),
        ("UseMultiTenantApplication", builder => builder.UseMultiTenantApplication(Client, certificate)),
        ("UseDefaultChain", builder => builder.UseDefaultChain()),
        ("UseDefaultChain", builder => builder.UseDefaultChain("secret")),
        ("UseCredential", builder => builder.UseCredential(_ => ScriptedCredential.Issuing("x"))),
    ];

    private static ServiceProvider Build(IServiceCollection services) =>
        services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });

    private static X509Certificate2 Certificate()
    {
        using var key = TestCertificate.Key("built");
        var now = TimeProvider.System.GetUtcNow();
        return new CertificateRequest("CN=test", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(
            now.AddDays(-1), now.AddDays(1));
    }
}
