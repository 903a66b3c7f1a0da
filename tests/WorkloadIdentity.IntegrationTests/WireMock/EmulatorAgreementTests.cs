using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.IntegrationTests;

/// <summary>
/// The emulator answers as the documentation says: each member of a documented answer is in its answer too, written in the same form. It
/// may say more, as the real hosts do.
/// </summary>
public sealed class EmulatorAgreementTests
{
    public static TheoryData<string> Hosts => [.. DocumentedHost.All.Keys];

    [Theory]
    [MemberData(nameof(Hosts))]
    public async Task A_managed_identity_host_answers_as_documented(string name)
    {
        await using var entra = await EntraEmulator.StartAsync();
        entra.AddApi(DocumentedHost.Resource);
        using var heard = new Listener(entra);
        using var client = new HttpClient(heard);
        var environment = EnvironmentOf(entra, name);
        var options = new ManagedIdentityCredentialOptions
        {
            HttpClient = client,
            Environment = WorkloadEnvironment.FromValues(environment, entra.ArcKeyFiles),
        };
        if (name == "Service Fabric")
        {
            options.PinnedClient = _ => client;
        }

        var result = await new ManagedIdentityCredential(options: options)
            .AcquireAsync(new Acquisition(new TokenRequest($"{DocumentedHost.Resource}/.default")), CancellationToken.None);

        Assert.True(result.Verdict == TokenVerdict.Issued, result.Error?.Message);
        AssertHas(JsonSerializer.SerializeToNode(DocumentedHost.All[name]().Answer)!, heard.Answers.Last());
    }

    [Fact]
    public async Task The_token_endpoint_issues_as_documented()
    {
        await using var entra = await EntraEmulator.StartAsync();
        using var heard = new Listener(entra);

        var result = await AcquireAsync(entra, heard, entra.Application.AddSecret());

        Assert.Equal(TokenVerdict.Issued, result.Verdict);
        AssertHas(
            JsonSerializer.SerializeToNode(new { token_type = "Bearer", expires_in = 3599, access_token = "x" })!, heard.Answers.Last());
    }

    [Fact]
    public async Task The_token_endpoint_refuses_as_documented()
    {
        await using var entra = await EntraEmulator.StartAsync();
        using var heard = new Listener(entra);

        var result = await AcquireAsync(entra, heard, "another secret");

        Assert.Equal(TokenVerdict.Failed, result.Verdict);
        AssertHas(JsonSerializer.SerializeToNode(TokenEndpointTests.Refusal("x", 7000215, "x"))!, heard.Answers.Last());
    }

    private static async Task<TokenResult> AcquireAsync(EntraEmulator entra, Listener heard, string secret)
    {
        using var client = new HttpClient(heard, disposeHandler: false);
        var options = new ApplicationCredentialOptions { AuthorityHost = entra.AuthorityHost, HttpClient = client };
        var application = entra.Application;
        return await new ApplicationCredential(
            application.TenantId, application.ClientId, ClientSecretAuthentication.FromValue(secret), options)
            .AcquireAsync(new Acquisition(new TokenRequest(entra.Api.Scope)), CancellationToken.None);
    }

    private static IReadOnlyDictionary<string, string> EnvironmentOf(EntraEmulator entra, string name) => name switch
    {
        "IMDS" => entra.ImdsEnvironment(),
        "App Service" or "Functions" or "Container Apps" => entra.AppServiceEnvironment(),
        "App Service of 2017" => entra.AppServiceOf2017Environment(),
        "Azure Machine Learning" => entra.AzureMachineLearningEnvironment(),
        "Azure Arc" => entra.ArcEnvironment(),
        "Cloud Shell" => entra.CloudShellEnvironment(),
        "Container Instances on Windows" => entra.ContainerInstancesOnWindowsEnvironment(),
        _ => entra.ServiceFabricEnvironment(),
    };

    private static void AssertHas(JsonNode documented, string answer)
    {
        var emulated = JsonNode.Parse(answer)!.AsObject();
        string[] expected = [.. documented.AsObject().Select(member => $"{member.Key}: {FormOf(member.Value)}")];
        string[] actual = [.. documented.AsObject().Select(member =>
            emulated.TryGetPropertyValue(member.Key, out var value) ? $"{member.Key}: {FormOf(value)}" : $"{member.Key}: absent")];
        Assert.Equal(expected, actual);
    }

    private static string FormOf(JsonNode? value) => value?.GetValueKind() switch
    {
        JsonValueKind.String when long.TryParse($"{value}", NumberStyles.None, CultureInfo.InvariantCulture, out _) => "digits",
        JsonValueKind.String when $"{value}".Split('/').Length == 3 && $"{value}"[2] == '/' => "date with slashes",
        JsonValueKind.Array => $"array of {FormOf(value.AsArray()[0])}",
        { } kind => $"{kind}",
        null => "null",
    };

    /// <summary>Keeps what the emulator answered.</summary>
    private sealed class Listener(EntraEmulator entra) : DelegatingHandler(entra.CreateHandler())
    {
        private readonly ConcurrentQueue<string> _answers = new();

        public IEnumerable<string> Answers => _answers;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            await response.Content.LoadIntoBufferAsync(cancellationToken);
            _answers.Enqueue(await response.Content.ReadAsStringAsync(cancellationToken));
            return response;
        }
    }
}
