using System.Text.Json;

namespace WorkloadIdentity.Tests;

/// <summary>
/// Situations as data: what the environment holds, what is asked of whom and answered, and what comes of it. A new situation is a new folder;
/// its name says what it shows.
/// </summary>
public sealed class ScenarioTests
{
    private static readonly string Root = Path.Combine(AppContext.BaseDirectory, "Scenarios");

    public static TheoryData<string> Situations => [.. Directory.EnumerateDirectories(Root).Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Situations))]
    public async Task The_default_chain_does_what_is_expected_of_it(string situation)
    {
        var scenario = Scenario.Load(Path.Combine(Root, situation));
        var entra = new EntraFake();
        scenario.Prepare(entra);
        var chain = DefaultCredentials.FromEnvironment(new DefaultCredentialsOptions
        {
            Environment = WorkloadEnvironment.FromValues(entra.Variables, entra.Files),
            HttpClient = entra.Server.Client,
            ManagedIdentityHttpClient = entra.Server.Client,
            TimeProvider = entra.Clock,
            LoggerFactory = entra.Log,
            Retry = new RetryOptions { MaxAttempts = 1, AttemptTimeout = TimeSpan.FromMinutes(30) },
        });

        foreach (var expected in scenario.Expected)
        {
            var result = await entra.RunAsync(chain, expected.Request);

            Scenario.Check(expected, result);
        }

        scenario.CheckTraffic(entra.Server.Requests);
        Assert.Equal(scenario.Warnings, entra.Log.Entries.Where(entry => entry.Level >= Microsoft.Extensions.Logging.LogLevel.Warning).Select(entry => entry.Text));
    }

    [Fact]
    public void There_are_situations() => Assert.True(Directory.GetDirectories(Root).Length >= 12, "The scenario folders were not copied next to the tests.");

    [Fact]
    public void An_expectation_nobody_reads_is_a_mistake() =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Scenario.Outcome>("""{"verdickt":"Issued"}""", Scenario.Json));
}
