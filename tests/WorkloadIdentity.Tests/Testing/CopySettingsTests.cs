using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using WorkloadIdentity.Testing;
using static WorkloadIdentity.Tests.EmulatorCalls;

namespace WorkloadIdentity.Tests;

/// <summary>The settings that the page copies: they work where they are pasted, and show no secret unless they are copied.</summary>
public sealed class CopySettingsTests : IAsyncLifetime
{
    private const string Hostile = "se\"cr'et$(id)`id`\\ ~\u2028;<img>";

    private EntraEmulator _entra = null!;

    public async Task InitializeAsync() => _entra = await EntraEmulator.StartAsync(new() { HasAdminApi = true });

    public async Task DisposeAsync() => await _entra.DisposeAsync();

    [Fact]
    public async Task A_secret_is_masked_unless_it_is_asked_for()
    {
        var app = Application();

        var shown = await AskAsync($"applications/{app.ClientId}/settings");
        var copied = await AskAsync($"applications/{app.ClientId}/settings?secret=included");

        Assert.DoesNotContain("canary", shown.Body, StringComparison.Ordinal);
        foreach (var form in (string[])["dotnet", "appsettings", "environment", "json"])
        {
            Assert.Contains(CopySettings.Mask, shown.Json.GetProperty(form).GetString(), StringComparison.Ordinal);
            Assert.Contains("canary", copied.Json.GetProperty(form).GetString(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("plain")]
    [InlineData(Hostile)]
    public async Task The_section_gets_a_token(string secret)
    {
        var app = _entra.AddApplication();
        app.AddSecret(secret);
        var json = (await CopiedAsync(app)).GetProperty("appsettings").GetString()!;
        var services = new ServiceCollection();
        var configuration = new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json))).Build();
        services.AddWorkloadIdentity(configuration.GetSection("WorkloadIdentity"));
        await using var provider = services.BuildServiceProvider();

        var token = await provider.GetRequiredService<ITokenAcquirer>().GetTokenAsync(new TokenRequest(Scope));

        Assert.Equal(app.ClientId, Claims(token.Value).GetProperty("appid").GetString());
    }

    [Theory]
    [InlineData("plain")]
    [InlineData(Hostile)]
    public async Task A_shell_and_a_program_read_the_variables(string secret)
    {
        var app = _entra.AddApplication();
        app.AddSecret(secret);
        var copied = await CopiedAsync(app);
        var variables = JsonSerializer.Deserialize<Dictionary<string, string>>(copied.GetProperty("json").GetString()!)!;
        using var shell = Process.Start(new ProcessStartInfo("sh", ["-c", $"{copied.GetProperty("environment").GetString()}\nenv -0"])
        {
            RedirectStandardOutput = true,
            StandardOutputEncoding = Encoding.UTF8,
        })!;
        var read = (await shell.StandardOutput.ReadToEndAsync()).Split('\0');

        Assert.Equal(secret, variables["AZURE_CLIENT_SECRET"]);
        Assert.All(variables, variable => Assert.Contains($"{variable.Key}={variable.Value}", read));
        var acquirer = new TokenAcquirer(
            DefaultCredentials.FromEnvironment(new() { Environment = WorkloadEnvironment.FromValues(variables) }));
        Assert.Equal(app.ClientId, Claims((await acquirer.GetTokenAsync(new TokenRequest(Scope))).Value).GetProperty("appid").GetString());
    }

    [Fact]
    public async Task The_code_is_CSharp_and_holds_the_values()
    {
        var app = _entra.AddApplication();
        app.AddSecret(Hostile);
        var code = (await CopiedAsync(app)).GetProperty("dotnet").GetString()!;

        var tree = CSharpSyntaxTree.ParseText(code);
        var literals = tree.GetRoot().DescendantNodes().OfType<LiteralExpressionSyntax>().Select(literal => literal.Token.ValueText);

        Assert.Empty(tree.GetDiagnostics());
        Assert.Equal([_entra.Tenant.Id, app.ClientId, Hostile, _entra.AuthorityHost.AbsoluteUri], literals);
    }

    [Fact]
    public async Task Without_a_secret_they_are_for_the_credential_there_is()
    {
        using var certificate = Certificate();
        var none = _entra.AddApplication();
        var federated = _entra.AddApplication().AddFederatedCredential(_entra.AddIssuer(), "me");
        var certified = _entra.AddApplication().AddCertificate(certificate);
        var identity = _entra.AddManagedIdentity();

        async Task<(string, string)> KindAsync(string path)
        {
            var settings = (await AskAsync($"{path}/settings?secret=included")).Json;
            var section = JsonSerializer.Deserialize<JsonElement>(settings.GetProperty("appsettings").GetString()!);
            return (section.GetProperty("WorkloadIdentity").GetProperty("Kind").GetString()!, settings.GetProperty("note").GetString()!);
        }

        Assert.Contains("no secret, no certificate", (await KindAsync($"applications/{none.ClientId}")).Item2, StringComparison.Ordinal);
        Assert.Equal("FederatedTokenFile", (await KindAsync($"applications/{federated.ClientId}")).Item1);
        Assert.Equal("ClientCertificate", (await KindAsync($"applications/{certified.ClientId}")).Item1);
        Assert.Equal("ManagedIdentity", (await KindAsync($"managedIdentities/{identity.ClientId}")).Item1);
    }

    private EmulatedApplication Application()
    {
        var app = _entra.AddApplication();
        app.AddSecret("canary-secret");
        return app;
    }

    private async Task<JsonElement> CopiedAsync(EmulatedApplication application) =>
        (await AskAsync($"applications/{application.ClientId}/settings?secret=included")).Json;

    private Task<EmulatorReply> AskAsync(string path) =>
        _entra.GetAsync($"admin/{path}", ("Authorization", $"Bearer {_entra.AdminToken}"));
}
