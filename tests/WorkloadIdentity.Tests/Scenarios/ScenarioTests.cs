using System.Text.Json;

namespace WorkloadIdentity.Tests;

/// <summary>
/// Situations as data: what the environment holds, what is asked of whom and answered, and what comes of it. A new situation is a new
/// folder; its name says what it shows.
/// </summary>
public sealed class ScenarioTests
{
    private static readonly string Root = Path.Combine(AppContext.BaseDirectory, "Scenarios");

    public static TheoryData<string> Situations => [.. Directory.EnumerateDirectories(Root).Select(folder => Path.GetFileName(folder))
        // The paths in them are those of Linux.
        .Where(name => !name.StartsWith("arc", StringComparison.Ordinal) || !OperatingSystem.IsWindows())
        .Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Situations))]
    public async Task What_is_expected_of_a_situation_comes_of_it(string situation)
    {
        var scenario = Scenario.Load(Path.Combine(Root, situation));
        var entra = new EntraFake();
        scenario.Prepare(entra);
        var retry = scenario.Retries ? null : new RetryOptions { MaxAttempts = 1, AttemptTimeout = TimeSpan.FromMinutes(30) };
        var credential =
            scenario.ManagedIdentity is null ? DefaultChain(entra, retry) : ManagedIdentity(scenario.ManagedIdentity, entra, retry);

        AccessToken? last = null;
        foreach (var expected in scenario.Expected)
        {
            var acquisition =
                new Acquisition(
                    expected.Request)
                {
                    TimeProvider = entra.Clock,
                    Claims = expected.Claims,
                    Rejected = expected.Claims is null
                        ? null
                        : last
                };
            var result = await entra.Clock.RunUntilAsync(() => credential.AcquireAsync(acquisition, CancellationToken.None));

            Scenario.Check(expected, result);
            last = result.Token ?? last;
        }

        scenario.CheckTraffic(entra.Server.Requests);
        Assert.Equal(
            scenario.Warnings,
            entra.Log.Entries.Where(entry => entry.Level >= Microsoft.Extensions.Logging.LogLevel.Warning).Select(entry => entry.Text));
    }

    private static Credential DefaultChain(EntraFake entra, RetryOptions? retry) =>
        DefaultCredentials.FromEnvironment(new DefaultCredentialsOptions
        {
            Environment = WorkloadEnvironment.FromValues(entra.Variables, entra.Files),
            HttpClient = entra.Server.Client,
            ManagedIdentityHttpClient = entra.Server.Client,
            TimeProvider = entra.Clock,
            LoggerFactory = entra.Log,
            Retry = retry,
        });

    private static ManagedIdentityCredential ManagedIdentity(string identity, EntraFake entra, RetryOptions? retry)
    {
        var id = identity.Split(' ') switch
        {
            ["default"] => null,
            ["system"] => ManagedIdentityId.SystemAssigned,
            ["client", "id", var value] => ManagedIdentityId.FromClientId(value),
            ["object", "id", var value] => ManagedIdentityId.FromObjectId(value),
            ["resource", "id", var value] => ManagedIdentityId.FromResourceId(value),
            _ => throw new JsonException($"'{identity}' names no identity."),
        };
        return new ManagedIdentityCredential(id, new ManagedIdentityCredentialOptions
        {
            Environment = WorkloadEnvironment.FromValues(entra.Variables, entra.Files),
            HttpClient = entra.Server.Client,
            PinnedClient = _ => entra.Server.Client,
            TimeProvider = entra.Clock,
            LoggerFactory = entra.Log,
            Retry = retry,
        });
    }

    [Fact]
    public void There_are_situations() =>
        Assert.True(Directory.GetDirectories(Root).Length >= 12, "The scenario folders were not copied next to the tests.");

    [Fact]
    public void An_expectation_nobody_reads_is_a_mistake() =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Scenario.Outcome>("""{"verdickt":"Issued"}""", Scenario.Json));
}
