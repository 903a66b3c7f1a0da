using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace WorkloadIdentity.Tests;

public sealed class IdentitySectionTests
{
    private const string Tenant = "72f988bf-86f1-41af-91ab-2d7cd011db47";
    private const string Client = "6bf7ab3f-6a37-4f6d-9a3c-2ee0f1d1f8a3";
    private static readonly TokenRequest Request = new("api://orders/.default");

    public static TheoryData<string, string> Good => new()
    {
        { "default chain", """{ "Kind": "DefaultChain" }""" },
        { "default chain, restricted", """{ "Kind": "DefaultChain", "Allow": [ "federated", "managed-identity" ] }""" },
        { "managed identity", """{ "Kind": "ManagedIdentity" }""" },
        { "system-assigned", """{ "Kind": "ManagedIdentity", "SystemAssigned": true }""" },
        { "user-assigned", $$"""{ "Kind": "ManagedIdentity", "ClientId": "{{Client}}" }""" },
        { "user-assigned, by object", $$"""{ "Kind": "managedidentity", "objectid": "{{Client}}" }""" },
        { "secret", $$"""{ "Kind": "ClientSecret", "TenantId": "{{Tenant}}", "ClientId": "{{Client}}", "ClientSecret": "canary" }""" },
        {
            "secret file",
            $$"""
            { "Kind": "ClientSecret", "TenantId": "contoso.com", "ClientId": "{{Client}}", "ClientSecretFile": "/s", "ClientSecret": "" }
            """
        },
        {
            "certificate",
            $$"""
            { "Kind": "ClientCertificate", "TenantId": "{{Tenant}}", "ClientId": "{{Client}}", "CertificateFile": "/c.pfx",
              "CertificatePassword": "canary" }
            """
        },
        {
            "certificate and key",
            $$"""
            { "Kind": "ClientCertificate", "TenantId": "{{Tenant}}", "ClientId": "{{Client}}", "CertificateFile": "/tls.crt",
              "CertificateKeyFile": "/tls.key", "SendCertificateChain": true, "BindTokens": true }
            """
        },
        {
            "certificate by subject",
            $$"""
            { "Kind": "ClientCertificate", "TenantId": "{{Tenant}}", "ClientId": "{{Client}}",
              "CertificateSubject": "CN=orders-api, O=Contoso", "CertificateStore": "localmachine/My" }
            """
        },
        {
            "certificate by thumbprint",
            $$"""
            { "Kind": "ClientCertificate", "TenantId": "{{Tenant}}", "ClientId": "{{Client}}",
              "CertificateThumbprint": "84E05C1D98BCE3A5421D225B140B36E86A3D5534" }
            """
        },
        {
            "certificate as text",
            $$"""
            { "Kind": "ClientCertificate", "TenantId": "{{Tenant}}", "ClientId": "{{Client}}",
              "Certificate": "{{Convert.ToBase64String(TestCertificate.Pfx(TestCertificate.One))}}" }
            """
        },
        { "federation", $$"""{ "Kind": "FederatedTokenFile", "TenantId": "{{Tenant}}", "ClientId": "{{Client}}", "TokenFile": "/t" }""" },
        {
            "many tenants",
            $$"""
            { "Kind": "ClientSecret", "MultiTenant": "true", "ClientId": "{{Client}}", "ClientSecret": "canary",
              "AdditionallyAllowedTenants": "*" }
            """
        },
        {
            "a chain",
            $$"""
            { "Kind": "Chain", "Capacity": 5, "Credentials": [ { "Kind": "ManagedIdentity" }, { "Kind": "Chain",
              "Credentials": [ { "Kind": "DefaultChain" } ] } ] }
            """
        },
        {
            "all that goes beside",
            """
            { "Kind": "DefaultChain", "AuthorityHost": "https://login.microsoftonline.us", "AdditionallyAllowedTenants": [ "contoso.com",
              "*" ], "AllowNodeIdentity": "True", "Capacity": "7", "OnBehalfOfCapacity": "8", "MaxConcurrentAcquisitions": 9,
              "MaxQueuedAcquisitions": "10", "AcquisitionTimeLimit": "00:01:30" }
            """
        },
    };

    [Theory]
    [MemberData(nameof(Good))]
    public void Settings_make_an_identity(string situation, string json)
    {
        using var provider = Build(json);

        Assert.True(provider.GetRequiredService<ITokenAcquirer>() is TokenAcquirer, situation);
    }

    [Fact]
    public void Settings_arrive_where_they_belong_and_code_goes_before_them()
    {
        using var provider = Build(
            """
            { "Kind": "DefaultChain", "AuthorityHost": "https://login.microsoftonline.us", "AdditionallyAllowedTenants": [ "contoso.com",
              "*" ], "AllowNodeIdentity": "True", "Capacity": "7", "OnBehalfOfCapacity": "8", "MaxConcurrentAcquisitions": 9,
              "MaxQueuedAcquisitions": "10", "AcquisitionTimeLimit": "00:01:30" }
            """,
            builder => builder.Configure(options => options.Acquirer.Capacity = 70));

        var options = provider.GetRequiredService<IOptionsMonitor<WorkloadIdentityOptions>>().CurrentValue;
        Assert.Equal(new Uri("https://login.microsoftonline.us"), options.Credentials.AuthorityHost);
        Assert.Equal(["contoso.com", "*"], options.Credentials.AdditionallyAllowedTenants);
        Assert.True(options.Credentials.AllowNodeIdentity);
        Assert.Equal((70, 8), (options.Acquirer.Capacity, options.Acquirer.OnBehalfOfCapacity));
        Assert.Equal((9, 10), (options.Acquirer.MaxConcurrentAcquisitions, options.Acquirer.MaxQueuedAcquisitions));
        Assert.Equal(TimeSpan.FromSeconds(90), options.Acquirer.AcquisitionTimeLimit);
    }

    [Fact]
    public void Settings_that_are_absent_leave_the_defaults()
    {
        using var provider = Build("""{ "Kind": "ManagedIdentity" }""");

        var (read, untouched) =
            (provider.GetRequiredService<IOptionsMonitor<WorkloadIdentityOptions>>().CurrentValue, new WorkloadIdentityOptions());
        Assert.Equal(untouched.Acquirer.MaxQueuedAcquisitions, read.Acquirer.MaxQueuedAcquisitions);
        Assert.Equal(
            (untouched.Acquirer.Capacity, untouched.Acquirer.OnBehalfOfCapacity, untouched.Acquirer.MaxConcurrentAcquisitions,
                untouched.Acquirer.AcquisitionTimeLimit, untouched.Credentials.AuthorityHost),
            (read.Acquirer.Capacity, read.Acquirer.OnBehalfOfCapacity, read.Acquirer.MaxConcurrentAcquisitions,
                read.Acquirer.AcquisitionTimeLimit, read.Credentials.AuthorityHost));
    }

    public static TheoryData<string, string, string> Bad => new()
    {
        { "nothing at all", "{}", "Id is not in the configuration, or has no settings. Check the section's name" },
        { "no kind", $$"""{ "TenantId": "contoso.com", "ClientId": "{{Client}}" }""", "Id:Kind is missing or empty. Set it to one of" },
        {
            "no kind beside the settings of one",
            $$"""{ "TenantId": "contoso.com", "ClientId": "{{Client}}", "ClientSecret": "canary" }""",
            "Id:Kind is missing or empty. The settings beside it are those of ClientSecret. Set it to one of"
        },
        { "an unknown kind", """{ "Kind": "canary" }""", "Id:Kind is not a kind" },
        { "a kind that is a list", """{ "Kind": [ "ManagedIdentity" ] }""", "Id:Kind is missing" },
        {
            "a misspelt setting",
            """{ "Kind": "ManagedIdentity", "ClientID": "6bf7ab3f-6a37-4f6d-9a3c-2ee0f1d1f8a3", "Tennant": "canary" }""",
            "Id:Tennant is not a setting of kind ManagedIdentity"
        },
        { "a setting of another kind", """{ "Kind": "ManagedIdentity", "ClientSecret": "canary" }""", "Id:ClientSecret is not a setting" },
        { "no tenant", $$"""{ "Kind": "ClientSecret", "ClientId": "{{Client}}", "ClientSecret": "canary" }""", "Id:TenantId is missing" },
        {
            "an empty tenant",
            $$"""{ "Kind": "ClientSecret", "TenantId": "", "ClientId": "{{Client}}", "ClientSecret": "canary" }""",
            "Id:TenantId is missing or empty"
        },
        {
            "a tenant that is none",
            $$"""{ "Kind": "ClientSecret", "TenantId": "../canary", "ClientId": "{{Client}}", "ClientSecret": "canary" }""",
            "Id:TenantId cannot be used"
        },
        {
            "common",
            $$"""{ "Kind": "ClientSecret", "TenantId": "common", "ClientId": "{{Client}}", "ClientSecret": "canary" }""",
            "Id:TenantId cannot be used"
        },
        { "no client", $$"""{ "Kind": "ClientSecret", "TenantId": "{{Tenant}}", "ClientSecret": "canary" }""", "Id:ClientId is missing" },
        {
            "a client that is none",
            $$"""{ "Kind": "ClientSecret", "TenantId": "{{Tenant}}", "ClientId": "canary", "ClientSecret": "x" }""",
            "Id:ClientId cannot be used"
        },
        { "no secret", $$"""{ "Kind": "ClientSecret", "TenantId": "{{Tenant}}", "ClientId": "{{Client}}" }""", "Id:ClientSecret is "
            + "missing or empty, and so is ClientSecretFile" },
        {
            "two secrets",
            $$"""
            { "Kind": "ClientSecret", "TenantId": "{{Tenant}}", "ClientId": "{{Client}}", "ClientSecret": "canary",
              "ClientSecretFile": "/canary" }
            """,
            "Id:ClientSecret is set together with ClientSecretFile"
        },
        {
            "a secret of two lines",
            $$"""{ "Kind": "ClientSecret", "TenantId": "{{Tenant}}", "ClientId": "{{Client}}", "ClientSecret": "canary\nx" }""",
            "Id:ClientSecret cannot be used"
        },
        {
            "no certificate",
            $$"""{ "Kind": "ClientCertificate", "TenantId": "{{Tenant}}", "ClientId": "{{Client}}" }""",
            "Id:CertificateFile is missing, and so are CertificateSubject, CertificateThumbprint and Certificate"
        },
        {
            "two certificates",
            $$"""
            { "Kind": "ClientCertificate", "TenantId": "{{Tenant}}", "ClientId": "{{Client}}", "CertificateFile": "/canary",
              "CertificateThumbprint": "canary" }
            """,
            "Id:CertificateThumbprint is set together with CertificateFile"
        },
        {
            "a key of no file",
            $$"""
            { "Kind": "ClientCertificate", "TenantId": "{{Tenant}}", "ClientId": "{{Client}}", "Certificate": "canary",
              "CertificateKeyFile": "/canary" }
            """,
            "Id:CertificateKeyFile can be used with CertificateFile only"
        },
        {
            "a password of a store",
            $$"""
            { "Kind": "ClientCertificate", "TenantId": "{{Tenant}}", "ClientId": "{{Client}}", "CertificateSubject": "CN=x",
              "CertificatePassword": "canary" }
            """,
            "Id:CertificatePassword can be used with CertificateFile or Certificate only"
        },
        {
            "a store of a file",
            $$"""
            { "Kind": "ClientCertificate", "TenantId": "{{Tenant}}", "ClientId": "{{Client}}", "CertificateFile": "/x",
              "CertificateStore": "canary" }
            """,
            "Id:CertificateStore can be used with CertificateSubject or CertificateThumbprint only"
        },
        {
            "a store that is none",
            $$"""
            { "Kind": "ClientCertificate", "TenantId": "{{Tenant}}", "ClientId": "{{Client}}", "CertificateSubject": "CN=x",
              "CertificateStore": "canary/My" }
            """,
            "Id:CertificateStore is not a location and a name"
        },
        { "a thumbprint that is "
            + "none",
            $$"""{ "Kind": "ClientCertificate", "TenantId": "{{Tenant}}", "ClientId": "{{Client}}", "CertificateThumbprint": "canary" }""",
            "Id:CertificateThumbprint cannot be used" },
        {
            "a subject that is none",
            $$"""{ "Kind": "ClientCertificate", "TenantId": "{{Tenant}}", "ClientId": "{{Client}}", "CertificateSubject": "canary" }""",
            "Id:CertificateSubject cannot be used"
        },
        {
            "text that is no certificate",
            $$"""{ "Kind": "ClientCertificate", "TenantId": "{{Tenant}}", "ClientId": "{{Client}}", "Certificate": "canary!" }""",
            "Id:Certificate cannot be used"
        },
        { "a chain that is no "
            + "flag",
            $$"""
            { "Kind": "ClientCertificate", "TenantId": "{{Tenant}}", "ClientId": "{{Client}}", "CertificateFile": "/x",
              "SendCertificateChain": "canary" }
            """,
            "Id:SendCertificateChain is not true or false" },
        {
            "a token file that nothing filled in",
            $$"""{ "Kind": "FederatedTokenFile", "TenantId": "{{Tenant}}", "ClientId": "{{Client}}", "TokenFile": "" }""",
            "Id:TokenFile is empty"
        },
        {
            "a tenant for many tenants",
            $$"""
            { "Kind": "ClientSecret", "MultiTenant": true, "TenantId": "{{Tenant}}", "ClientId": "{{Client}}", "ClientSecret": "canary" }
            """,
            "Id:TenantId is set together with MultiTenant"
        },
        {
            "a flag that is none",
            $$"""
            { "Kind": "ClientSecret", "MultiTenant": "canary", "TenantId": "{{Tenant}}", "ClientId": "{{Client}}",
              "ClientSecret": "canary" }
            """,
            "Id:MultiTenant is not true or false"
        },
        {
            "two managed identities",
            $$"""{ "Kind": "ManagedIdentity", "ClientId": "{{Client}}", "ObjectId": "{{Client}}" }""",
            "Id:ObjectId names an identity, and ClientId names one too"
        },
        {
            "system- and user-assigned",
            $$"""{ "Kind": "ManagedIdentity", "ClientId": "{{Client}}", "SystemAssigned": "true" }""",
            "Id:SystemAssigned names an identity, and ClientId"
        },
        { "a managed identity that is none", """{ "Kind": "ManagedIdentity", "ResourceId": "/canary" }""", "Id:ResourceId cannot be used" },
        { "a number that is none", """{ "Kind": "ManagedIdentity", "Capacity": "canary" }""", "Id:Capacity is not a whole number" },
        { "a number out of range", """{ "Kind": "ManagedIdentity", "Capacity": 0 }""", "Id:Capacity cannot be used" },
        { "a negative number", """{ "Kind": "ManagedIdentity", "MaxConcurrentAcquisitions": -1 }""", "Id:MaxConcurrentAcquisitions is not "
            + "a whole number" },
        { "a number too large", """{ "Kind": "ManagedIdentity", "Capacity": 99999999999 }""", "Id:Capacity is not a whole number" },
        { "a time that is none", """{ "Kind": "ManagedIdentity", "AcquisitionTimeLimit": "canary" }""", "Id:AcquisitionTimeLimit is not a "
            + "time" },
        { "a time out of range", """{ "Kind": "ManagedIdentity", "AcquisitionTimeLimit": "99" }""", "Id:AcquisitionTimeLimit cannot be "
            + "used" },
        { "an authority that is no "
            + "URL",
            $$"""
            { "Kind": "ClientSecret", "TenantId": "{{Tenant}}", "ClientId": "{{Client}}", "ClientSecret": "canary",
              "AuthorityHost": "login" }
            """,
            "Id:AuthorityHost is not an absolute URL" },
        { "an authority of somebody "
            + "else",
            $$"""
            { "Kind": "ClientSecret", "TenantId": "{{Tenant}}", "ClientId": "{{Client}}", "ClientSecret": "canary",
              "AuthorityHost": "https://evil.example" }
            """,
            "Id:AuthorityHost cannot be used" },
        { "leave for unknown authorities, which is code's to "
            + "give",
            $$"""
            { "Kind": "ClientSecret", "TenantId": "{{Tenant}}", "ClientId": "{{Client}}", "ClientSecret": "canary",
              "AllowUnknownAuthorityHost": true }
            """,
            "Id:AllowUnknownAuthorityHost is not a setting" },
        {
            "tenants that are none",
            """{ "Kind": "DefaultChain", "AdditionallyAllowedTenants": [ "contoso.com", "canary/x" ] }""",
            "Id:AdditionallyAllowedTenants contains a value that is neither a tenant"
        },
        {
            "tenants that are sections",
            """{ "Kind": "DefaultChain", "AdditionallyAllowedTenants": [ { "x": "canary" } ] }""",
            "Id:AdditionallyAllowedTenants:0 is empty or not a text"
        },
        { "a kind of credential nobody knows", """{ "Kind": "DefaultChain", "Allow": [ "nonsense" ] }""", "Id:Allow cannot be used" },
        { "an empty chain", """{ "Kind": "Chain" }""", "Id:Credentials is missing or empty" },
        {
            "a member of a chain",
            """{ "Kind": "Chain", "Credentials": [ { "Kind": "ManagedIdentity" }, { "Kind": "ClientSecret", "Capacity": 1 } ] }""",
            "Id:Credentials:1:Capacity is not a setting"
        },
        { "a member without a "
            + "kind", """{ "Kind": "Chain", "Credentials": [ { } , { "Kind": "ManagedIdentity" }, { "TenantId": "canary" } ] }""",
            "Id:Credentials:2:Kind is missing" },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public void Wrong_settings_are_named_and_no_value_is_printed(string situation, string json, string expected)
    {
        using var provider = Build(json);

        var exception = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<ITokenAcquirer>());

        Assert.True(exception.Message.Contains(expected, StringComparison.Ordinal), $"{situation}: {exception.Message}");
        Assert.DoesNotContain("canary", exception.ToString(), StringComparison.Ordinal);
        Assert.Contains("The default identity", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_that_is_wrong_is_told_at_once()
    {
        using var provider = Build("""{ "Kind": "ClientSecret", "TenantId": "x y", "Capacity": "many" }""");

        var exception = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<ITokenAcquirer>());

        Assert.Equal(4, exception.Failures.Count());
    }

    [Fact]
    public void The_whole_configuration_in_place_of_a_section_is_told_without_a_list_of_everything()
    {
        var everything = new ConfigurationBuilder()
            .AddInMemoryCollection(Enumerable.Range(0, 100).Select(index => KeyValuePair.Create($"VARIABLE{index}", (string?)"canary"))
            .Append(new("Kind", "ManagedIdentity"))).Build();
        var services = new ServiceCollection();
        services.AddWorkloadIdentity(everything);
        using var provider = services.BuildServiceProvider();

        var exception = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<ITokenAcquirer>());

        Assert.Contains("and 95 more", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_section_has_its_credential_and_no_verb_changes_it()
    {
        var builder = new ServiceCollection().AddWorkloadIdentity(Section("""{ "Kind": "ManagedIdentity" }"""));

        Assert.Contains(
            "configuration",
            Assert.Throws<InvalidOperationException>(() => builder.UseManagedIdentity()).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_secret_is_read_from_configuration_at_each_use()
    {
        using var entra =
            new FakeServer
            {
                Otherwise = _ =>
                FakeServer.Response(HttpStatusCode.OK, """{"access_token":"t","token_type":"Bearer","expires_in":3600}""")
            };
        var section =
            Section($$"""{ "Kind": "ClientSecret", "TenantId": "{{Tenant}}", "ClientId": "{{Client}}", "ClientSecret": "first" }""");
        var services = new ServiceCollection();
        services.AddWorkloadIdentity(section).Configure(options => options.Credentials.HttpClient = entra.Client);
        await using var provider = services.BuildServiceProvider();
        var acquirer = provider.GetRequiredService<ITokenAcquirer>();

        await acquirer.GetTokenAsync(Request);
        section["ClientSecret"] = "second";
        await acquirer.GetTokenAsync(new TokenRequest("api://billing/.default"));

        Assert.Equal(["first", "second"], entra.Requests.Select(request => request.Form["client_secret"]));
    }

    [Fact]
    public async Task A_certificate_and_its_password_are_read_from_configuration_at_each_use()
    {
        using var entra =
            new FakeServer
            {
                Otherwise = _ =>
                FakeServer.Response(HttpStatusCode.OK, """{"access_token":"t","token_type":"Bearer","expires_in":3600}""")
            };
        var section =
            Section(
                $$"""
                { "Kind": "ClientCertificate", "TenantId": "{{Tenant}}", "ClientId": "{{Client}}", "SendCertificateChain": "true" }
                """);
        section["Certificate"] = Convert.ToBase64String(TestCertificate.Pfx(TestCertificate.One, "first"));
        section["CertificatePassword"] = "first";
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(new FakeClock());
        services.AddWorkloadIdentity(section).Configure(options => options.Credentials.HttpClient = entra.Client);
        await using var provider = services.BuildServiceProvider();
        var acquirer = provider.GetRequiredService<ITokenAcquirer>();

        await acquirer.GetTokenAsync(Request);
        section["Certificate"] = Convert.ToBase64String(TestCertificate.Pfx(TestCertificate.Two, "second"));
        section["CertificatePassword"] = "second";
        await acquirer.GetTokenAsync(new TokenRequest("api://billing/.default"));

        Assert.Equal(
            [TestCertificate.One.RawData, TestCertificate.Two.RawData],
            entra.Requests.Select(request => Assert.Single(new SentAssertion(request.Form["client_assertion"]).Chain)));
    }

    private static IConfigurationSection Section(string json) =>
        new ConfigurationBuilder().AddJsonStream(new MemoryStream(System.Text.Encoding.UTF8.GetBytes($$"""{ "Id": {{json}} }"""))).Build()
            .GetSection("Id");

    private static ServiceProvider Build(string json, Action<WorkloadIdentityBuilder>? more = null)
    {
        var services = new ServiceCollection();
        services.AddSingleton(WorkloadEnvironment.FromValues(new Dictionary<string, string>()));
        var builder = services.AddWorkloadIdentity(Section(json));
        more?.Invoke(builder);
        return services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });
    }
}
