using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Tests;

/// <summary>
/// One section for a pod and for a laptop: the federated token where the platform mounts one, a secret elsewhere. The chain goes on only
/// past what does not exist.
/// </summary>
public sealed class OptionalFileTests(EmulatorFixture fixture) : IClassFixture<EmulatorFixture>
{
    private const string Variable = "AZURE_FEDERATED_TOKEN_FILE";
    private const string TokenFile = "/var/run/secrets/azure/wi/token/azure-identity-token";
    private const string Subject = "system:serviceaccount:shop:orders";
    private const string ByVariable = """{ "Kind": "FederatedTokenFile", {App} }""";
    private const string ByName = $$$"""{ "Kind": "FederatedTokenFile", {App}, "TokenFile": "{{{TokenFile}}}", "Optional": true }""";

    private readonly EntraEmulator _entra = fixture.Fresh();
    private readonly Dictionary<string, string> _variables = [];
    private readonly Dictionary<string, byte[]> _files = [];

    [Theory]
    [InlineData(ByVariable)]
    [InlineData(ByName)]
    public async Task In_the_pod_the_federated_token_proves_the_application_and_on_the_laptop_the_secret_does(string member)
    {
        _files[TokenFile] = Token();
        _variables[Variable] = TokenFile;
        Assert.Equal("chain/federated token file", (await AcquireAsync(member)).AcquiredBy);

        _files.Clear();
        _variables.Clear();
        Assert.Equal("chain/client secret", (await AcquireAsync(member)).AcquiredBy);
    }

    [Theory]
    [InlineData(ByVariable, "", null, "AZURE_FEDERATED_TOKEN_FILE is empty")]
    [InlineData(ByVariable, "/elsewhere", null, "'/elsewhere' does not exist")]
    [InlineData(ByVariable, "\"/quoted\"", null, "AZURE_FEDERATED_TOKEN_FILE cannot be used")]
    [InlineData(ByVariable, TokenFile, "", "is empty")]
    [InlineData(ByVariable, TokenFile, "two\nlines", "more than one line")]
    [InlineData(ByName, null, "", "is empty")]
    [InlineData(ByName, null, "two\nlines", "more than one line")]
    public async Task What_exists_and_cannot_be_used_stops_the_chain(string member, string? variable, string? content, string says)
    {
        if (variable is not null)
        {
            _variables[Variable] = variable;
        }

        if (content is not null)
        {
            _files[TokenFile] = Encoding.UTF8.GetBytes(content);
        }

        var error = (await Assert.ThrowsAsync<TokenAcquisitionException>(() => AcquireAsync(member))).Error;

        Assert.Equal(TokenErrorKind.InvalidConfiguration, error.Kind);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        Assert.Empty(_entra.Journal.TokenRequests);
    }

    [Theory]
    [InlineData("""{ "Kind": "FederatedTokenFile", {App}, "TokenFile": "/absent" }""", "TokenFile")]
    [InlineData("""{ "Kind": "ClientSecret", {App}, "ClientSecretFile": "/absent" }""", "ClientSecretFile")]
    [InlineData("""{ "Kind": "ClientCertificate", {App}, "CertificateFile": "/absent" }""", "CertificateFile")]
    public async Task A_named_file_that_does_not_exist_stops_the_chain_and_the_error_says_how_to_make_it_optional(
        string member, string setting)
    {
        var error = (await Assert.ThrowsAsync<TokenAcquisitionException>(() => AcquireAsync(member))).Error;

        Assert.Contains(
            $"'/absent' does not exist. Id:Credentials:0:{setting} names it, so the chain stops here.",
            error.Message,
            StringComparison.Ordinal);
        Assert.Contains("set Optional to true beside this setting", error.Message, StringComparison.Ordinal);

        var optional = member.Replace(" }", ", \"Optional\": true }", StringComparison.Ordinal);
        Assert.Equal("chain/client secret", (await AcquireAsync(optional)).AcquiredBy);
    }

    [Fact]
    public async Task A_certificate_is_absent_only_where_its_key_file_does_not_exist_either()
    {
        const string Member =
            """{ "Kind": "ClientCertificate", {App}, "CertificateFile": "/tls.crt", "CertificateKeyFile": "/tls.key", "Optional": true }""";
        _files["/tls.key"] = "key"u8.ToArray();

        var error = (await Assert.ThrowsAsync<TokenAcquisitionException>(() => AcquireAsync(Member))).Error;

        Assert.Contains("'/tls.crt' does not exist", error.Message, StringComparison.Ordinal);
        Assert.Empty(_entra.Journal.TokenRequests);

        _files.Clear();
        Assert.Equal("chain/client secret", (await AcquireAsync(Member)).AcquiredBy);
    }

    [Fact]
    public async Task A_file_that_appears_while_the_chain_looks_is_here()
    {
        var acquiring = AskAsync(Build(Chain(ByName)));
        _files[TokenFile] = Token();

        Assert.Equal("chain/federated token file", (await fixture.Clock.RunUntilAsync(acquiring)).AcquiredBy);
    }

    [Fact]
    public async Task A_program_that_used_the_file_does_not_become_another_when_the_file_goes_away()
    {
        _files[TokenFile] = Token();
        await using var provider = Build(Chain(ByName));
        await AskAsync(provider);
        _files.Clear();
        fixture.Clock.Advance(TimeSpan.FromHours(2));

        var error =
            (await Assert.ThrowsAsync<TokenAcquisitionException>(() => fixture.Clock.RunUntilAsync(AskAsync(provider)))).Error;

        Assert.Contains("does not exist", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ByVariable, "Optional")]
    [InlineData("""{ "Kind": "ClientSecret", {App}, "ClientSecret": "canary" }""", "ClientSecretFile")]
    [InlineData("""{ "Kind": "ManagedIdentity" }""", "Optional is not a setting of kind ManagedIdentity")]
    [InlineData("""{ "Kind": "GitHubActions", {App} }""", "Optional is not a setting of kind GitHubActions")]
    public void Optional_goes_with_a_named_file_only(string member, string says)
    {
        using var provider = Build(Chain(member.Replace(" }", ", \"Optional\": true }", StringComparison.Ordinal)));
        var message = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<ITokenAcquirer>()).Message;

        Assert.Contains("Id:Credentials:0:Optional", message, StringComparison.Ordinal);
        Assert.Contains(says, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Optional_is_for_members_of_a_chain()
    {
        using var provider = Build(ByName);

        Assert.Contains(
            "Id:Optional is not a setting of kind FederatedTokenFile",
            Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<ITokenAcquirer>()).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_token_file_that_nothing_filled_in_is_refused_rather_than_taken_from_the_variable()
    {
        using var provider = Build("""{ "Kind": "FederatedTokenFile", {App}, "TokenFile": "" }""");

        Assert.Contains(
            "Id:TokenFile is empty",
            Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<ITokenAcquirer>()).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_link_to_a_file_that_does_not_exist_is_not_absent()
    {
        var link = Path.Combine(Path.GetTempPath(), $"wid-{Guid.NewGuid():N}");
        var environment = WorkloadEnvironment.FromProcess();
        Assert.True(environment.ReadFile(link).IsAbsent);
        try
        {
            File.CreateSymbolicLink(link, link + ".target");
        }
        catch (UnauthorizedAccessException)
        {
            return; // Windows lets few accounts make one.
        }

        try
        {
            var content = environment.ReadFile(link);
            Assert.True(content.IsMissing);
            Assert.False(content.IsAbsent);
        }
        finally
        {
            File.Delete(link);
        }
    }

    private static string Chain(string member) => $$"""
        { "Kind": "Chain", "Credentials": [ {{member}}, { "Kind": "ClientSecret", {App}, "ClientSecret": "{Secret}" } ] }
        """;

    private byte[] Token()
    {
        var issuer = _entra.AddIssuer();
        _entra.Application.AddFederatedCredential(issuer, Subject);
        return Encoding.UTF8.GetBytes(issuer.Issue(Subject));
    }

    private ServiceProvider Build(string json)
    {
        var text = json.Replace("{Secret}", _entra.Application.AddSecret(), StringComparison.Ordinal)
            .Replace(
                "{App}",
                $"\"TenantId\": \"{_entra.Application.TenantId}\", \"ClientId\": \"{_entra.Application.ClientId}\"",
                StringComparison.Ordinal);
        var configuration =
            new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes($$"""{ "Id": {{text}} }"""))).Build();
        var services = new ServiceCollection();
        services.AddSingleton(WorkloadEnvironment.FromValues(_variables, _files));
        services.AddSingleton<TimeProvider>(fixture.Clock);
        services.AddWorkloadIdentity(configuration.GetSection("Id"))
            .Configure(options => options.Credentials.AuthorityHost = _entra.AuthorityHost);
        return services.BuildServiceProvider();
    }

    private static Task<AccessToken> AskAsync(ServiceProvider provider) =>
        provider.GetRequiredService<ITokenAcquirer>().GetTokenAsync(new TokenRequest(EmulatorCalls.Scope)).AsTask();

    private async Task<AccessToken> AcquireAsync(string member)
    {
        await using var provider = Build(Chain(member));
        return await fixture.Clock.RunUntilAsync(AskAsync(provider));
    }
}
