using System.Diagnostics;
using System.Reflection;
using System.Text.Json.Nodes;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.IntegrationTests;

/// <summary>
/// Microsoft's libraries for .NET and for JavaScript get tokens through <c>wid identity</c>, unchanged, in a process of their own. The
/// application behind it has a secret that they never see.
/// </summary>
public sealed class IdentityEndpointTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private EntraEmulator _entra = null!;
    private IReadOnlyDictionary<string, string> _variables = null!;

    public async Task InitializeAsync()
    {
        _entra = await EntraEmulator.StartAsync();
        _variables = _entra.Application.EnvironmentWithSecret();
    }

    public async Task DisposeAsync() => await _entra.DisposeAsync();

    [Theory]
    [InlineData("managed")]
    [InlineData("default")]
    public Task Azure_Identity_gets_a_token(string kind) => GetsTokenAsync(DotNet(kind));

    [NodeTheory]
    [InlineData("managed")]
    [InlineData("default")]
    public async Task Azure_identity_for_JavaScript_gets_a_token(string kind) => await GetsTokenAsync(await NodeAsync(kind));

    [Fact]
    public Task Azure_Identity_gets_a_token_for_the_client_id_that_is_served() =>
        GetsTokenAsync(DotNet("managed", clientId: _entra.Application.ClientId));

    [NodeFact]
    public async Task Azure_identity_for_JavaScript_gets_a_token_for_the_client_id_that_is_served() =>
        await GetsTokenAsync(await NodeAsync("managed", clientId: _entra.Application.ClientId));

    [Fact]
    public Task Azure_Identity_shows_why_another_client_id_gets_no_token() => RefusesStrangerAsync(DotNet);

    [NodeFact]
    public async Task Azure_identity_for_JavaScript_shows_why_another_client_id_gets_no_token()
    {
        await NodeAsync("managed");
        await RefusesStrangerAsync(NodeCommand);
    }

    [Fact]
    public Task Azure_Identity_shows_that_a_resource_is_not_served() => RefusesResourceAsync(DotNet);

    [NodeFact]
    public async Task Azure_identity_for_JavaScript_shows_that_a_resource_is_not_served()
    {
        await NodeAsync("managed");
        await RefusesResourceAsync(NodeCommand);
    }

    [Fact]
    public Task Azure_Identity_shows_the_code_of_Entra() => ShowsRefusalAsync(DotNet);

    [NodeFact]
    public async Task Azure_identity_for_JavaScript_shows_the_code_of_Entra()
    {
        await NodeAsync("managed");
        await ShowsRefusalAsync(NodeCommand);
    }

    private delegate string[] Program(string kind, string? scope = null, string? clientId = null);

    private async Task GetsTokenAsync(string[] command)
    {
        var (answer, error) = await RunAsync(command);

        Assert.True(answer["token"] is not null, $"{answer}\n{error}");
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, _entra.Api.Url);
        request.Headers.Authorization = new("Bearer", (string)answer["token"]!);
        using var response = await http.SendAsync(request);
        var caller = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Assert.Equal(_entra.Application.ClientId, (string)caller["clientId"]!);
        Assert.Single(_entra.Journal.TokenRequests);
        Assert.Contains($"token for {_entra.Api.Audience} to ", error, StringComparison.Ordinal);
        Assert.DoesNotContain((string)answer["token"]!, error, StringComparison.Ordinal);
    }

    private async Task RefusesStrangerAsync(Program program)
    {
        var (answer, error) = await RunAsync(program("managed", clientId: "00000000-0000-0000-0000-000000000001"));

        Assert.Contains("No User Assigned or Delegated Managed Identity found", (string?)answer["error"], StringComparison.Ordinal);
        Assert.DoesNotContain("token for", error, StringComparison.Ordinal);
    }

    private async Task RefusesResourceAsync(Program program)
    {
        var (answer, error) = await RunAsync(program("managed", "https://vault.azure.net/.default"));

        Assert.Contains("https://vault.azure.net' is not served", (string?)answer["error"], StringComparison.Ordinal);
        Assert.Contains("is not served. Served: api://emulated-api.", error, StringComparison.Ordinal);
        Assert.Empty(_entra.Journal.TokenRequests);
    }

    private async Task ShowsRefusalAsync(Program program)
    {
        _entra.Application.RemoveSecret(_variables["AZURE_CLIENT_SECRET"]);

        var (answer, error) = await RunAsync(program("managed"));

        Assert.Contains("(Refused, AADSTS7000215)", (string?)answer["error"], StringComparison.Ordinal);
        Assert.Contains("wid explain AADSTS7000215", (string?)answer["error"], StringComparison.Ordinal);
        Assert.Contains("AADSTS7000215", error, StringComparison.Ordinal);
        Assert.DoesNotContain(_variables["AZURE_CLIENT_SECRET"], $"{answer}{error}", StringComparison.Ordinal);
    }

    private string[] DotNet(string kind, string? scope = null, string? clientId = null) =>
    [
        Environment.ProcessPath!, typeof(IdentityEndpointTests).Assembly.Location, "azure-identity", kind, scope ?? _entra.Api.Scope,
        .. clientId is null ? Array.Empty<string>() : [clientId],
    ];

    private async Task<string[]> NodeAsync(string kind, string? scope = null, string? clientId = null)
    {
        await NodePackages.InstallAsync(JsFolder);
        return NodeCommand(kind, scope, clientId);
    }

    private string[] NodeCommand(string kind, string? scope = null, string? clientId = null) =>
        [Node.Executable!, "managed.js", kind, scope ?? _entra.Api.Scope, .. clientId is null ? Array.Empty<string>() : [clientId]];

    private static string JsFolder => typeof(IdentityEndpointTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(data => data.Key == "AzureIdentityJsFolder").Value!;

    /// <summary>Runs wid with the command. Returns the JSON that the command printed, and what wid wrote to standard error.</summary>
    private async Task<(JsonNode Answer, string Error)> RunAsync(string[] command)
    {
        var file = OperatingSystem.IsWindows() ? "WorkloadIdentity.Tool.exe" : "WorkloadIdentity.Tool";
        var tool = Path.Combine(AppContext.BaseDirectory, file);
        var start = new ProcessStartInfo(tool, ["identity", "--scope", _entra.Api.Scope, "--", .. command])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = JsFolder,
        };
        start.Environment["DOTNET_ROOT"] =
            Environment.GetEnvironmentVariable("DOTNET_ROOT") ?? Path.GetDirectoryName(Environment.ProcessPath);
        foreach (var (name, value) in _variables)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync();
            var error = await process.StandardError.ReadToEndAsync().WaitAsync(Limit);
            await process.WaitForExitAsync().WaitAsync(Limit);
            Assert.True(process.ExitCode == 0, error);
            return (JsonNode.Parse(await output)!, error);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }
}
