using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace WorkloadIdentity.Tests;

/// <summary>
/// A tenant, scope or client id with an invisible character or a quote at its end was called "not a GUID", or was sent and refused by Entra
/// with a code that does not say so. Found among public bug reports: values copied from web pages, and variables set in files and shells
/// with their quotes or line breaks.
/// </summary>
public sealed class StrayCharactersInSettingsTests
{
    private const string Guid = "6bf7ab3f-6a37-4f6d-9a3c-2ee0f1d1f8a3";
    private const string Scope = "api://orders/.default";
    private const string SecretPath = "/run/secrets/client-secret";

    private static readonly ClientSecretAuthentication Secret = ClientSecretAuthentication.FromValue("secret");

    /// <summary>Every place such a value comes in: a value that is right there, and what is said of another.</summary>
    private static readonly Dictionary<string, (string Value, Func<string, string> Says)> Places = new()
    {
        ["tenant of an application"] = (Guid, value => Thrown(() => new ApplicationCredential(value, Guid, Secret))),
        ["domain of an application"] = ("contoso.com", value => Thrown(() => new ApplicationCredential(value, Guid, Secret))),
        ["allowed tenant"] = (Guid, value => Thrown(
            () => new ApplicationCredential(Guid, Guid, Secret, new() { AdditionallyAllowedTenants = { value } }))),
        ["tenant of a request"] = (Guid, value => Thrown(() => new TokenRequest(Scope) { TenantId = value })),
        ["tenant of a request in another"] = (Guid, value => Thrown(() => new TokenRequest(Scope).ForTenant(value))),
        ["tenant of a message"] = (Guid, value => Thrown(() => Message().ForTenant(value))),
        ["tenant in a variable"] = (Guid, value => Ambient("AZURE_TENANT_ID", value)),
        ["tenant in configuration"] = (Guid, value => Configured("TenantId", value)),
        ["client id of an application"] = (Guid, value => Thrown(() => new ApplicationCredential(Guid, value, Secret))),
        ["client id of a multi-tenant application"] = (Guid, value => Thrown(() => ApplicationCredential.MultiTenant(value, Secret))),
        ["client id in a variable"] = (Guid, value => Ambient("AZURE_CLIENT_ID", value)),
        ["client id in configuration"] = (Guid, value => Configured("ClientId", value)),
        ["client id of a managed identity"] = (Guid, value => Thrown(() => ManagedIdentityId.FromClientId(value))),
        ["object id of a managed identity"] = (Guid, value => Thrown(() => ManagedIdentityId.FromObjectId(value))),
        ["scope of a request"] = (Scope, value => Thrown(() => new TokenRequest(value))),
        ["scope of a message"] = (Scope, value => Thrown(() => Message().WithScope(value))),
    };

    private static readonly Dictionary<string, (string Value, Func<string, string> Says)> Paths = new()
    {
        ["secret"] = (SecretPath, value => Thrown(() => ClientSecretAuthentication.FromFile(value))),
        ["certificate"] = (SecretPath, value => Thrown(() => ClientCertificateAuthentication.FromFile(value))),
        ["key"] = (SecretPath, value => Thrown(() => ClientCertificateAuthentication.FromFiles(SecretPath, value))),
        ["token"] = (SecretPath, value => Thrown(() => AssertionSource.FromFile(value))),
        ["command"] = (SecretPath, value => Thrown(() => AssertionSource.FromCommand(value))),
        ["secret in configuration"] = (SecretPath, value => Configured("ClientSecretFile", value)),
    };

    public static TheoryData<string> PlaceNames => [.. Places.Keys];

    public static TheoryData<string> PathNames => [.. Paths.Keys];

    [Theory]
    [MemberData(nameof(PlaceNames))]
    public void What_stands_around_a_tenant_scope_or_client_id_is_named_everywhere_alike(string place)
    {
        var (value, says) = Places[place];

        Assert.Contains("ends with a line break", says($"{value}\n"), StringComparison.Ordinal);
        Assert.Contains("ends with a zero-width space (U+200B)", says($"{value}\u200B"), StringComparison.Ordinal);
        Assert.Contains("ends with a no-break space (U+00A0)", says($"{value}\u00A0"), StringComparison.Ordinal);
        Assert.Contains("begins with a byte order mark (U+FEFF)", says($"\uFEFF{value}"), StringComparison.Ordinal);
        Assert.Contains("begins with a space", says($" {value}"), StringComparison.Ordinal);
        Assert.Contains("ends with a quotation mark", says($"{value}\""), StringComparison.Ordinal);
        Assert.Contains("stands in quotes", says($"'{value}'"), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(PathNames))]
    public void What_stands_around_a_path_is_named_everywhere_alike(string place)
    {
        var (value, says) = Paths[place];

        Assert.Contains("ends with a line break", says($"{value}\n"), StringComparison.Ordinal);
        Assert.Contains("ends with a zero-width space (U+200B)", says($"{value}\u200B"), StringComparison.Ordinal);
        Assert.Contains("stands in quotes", says($"\"{value}\""), StringComparison.Ordinal);
    }

    private static HttpRequestMessage Message() => new(HttpMethod.Get, "https://orders.example/");

    private static string Thrown(Func<object> make) => Assert.ThrowsAny<ArgumentException>(make).Message;

    private static string Ambient(string variable, string value)
    {
        var entra = new EntraFake { Variables = { ["AZURE_TENANT_ID"] = Guid, ["AZURE_CLIENT_ID"] = Guid, ["AZURE_CLIENT_SECRET"] = "s" } };
        entra.Variables[variable] = value;
        var chain = DefaultCredentials.FromEnvironment(new() { Environment = entra.Environment(), HttpClient = entra.Server.Client });

        var result = entra.AcquireAsync(chain).GetAwaiter().GetResult();

        Assert.Equal(TokenVerdict.Failed, result.Verdict);
        Assert.Contains(variable, result.Error!.Message, StringComparison.Ordinal);
        return result.Error.Message;
    }

    private static string Configured(string setting, string value)
    {
        var settings = new Dictionary<string, string?>
        {
            ["Identity:Kind"] = "ClientSecret",
            ["Identity:TenantId"] = Guid,
            ["Identity:ClientId"] = Guid,
            ["Identity:ClientSecretFile"] = SecretPath,
        };
        settings[$"Identity:{setting}"] = value;
        var services = new ServiceCollection();
        services.AddWorkloadIdentity(new ConfigurationBuilder().AddInMemoryCollection(settings).Build().GetSection("Identity"));
        using var provider = services.BuildServiceProvider();

        var message = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<ITokenAcquirer>()).Message;

        Assert.Contains($"Identity:{setting}", message, StringComparison.Ordinal);
        return message;
    }
}
