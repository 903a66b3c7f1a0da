using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using WorkloadIdentity.Governance;

namespace WorkloadIdentity.Tests;

/// <summary>docs/telemetry.md names what all packages measure, trace and log.</summary>
public sealed partial class TelemetryPageTests
{
    [Fact]
    public void The_page_lists_every_metric_with_its_kind_and_unit_and_no_other()
    {
        using var meters = new FakeMeters();
        using var acquirer = new TokenAcquirer(
            new ControlledCredential(new FakeClock()), new TokenAcquirerOptions { MeterFactory = meters });
        using var handler = new AccessTokenHandler(
            new FakeTokens(),
            new TokenRequest("https://api.contoso.com/.default"),
            new AccessTokenHandlerOptions { MeterFactory = meters });
        using var graph = new GraphClient(new FakeTokens());
        using var inventory = new InventoryMetrics(
            meters, graph, Options.Create(new BackgroundInventoryOptions()), new LatestInventory());
        inventory.Start();
        using var rotation = new RotationWorker(
            new CredentialRotation(graph), [], approval: null!, [], Options.Create(new BackgroundRotationOptions()), graph,
            NullLoggerFactory.Instance, meters);

        var published =
            meters.Instruments.Select(instrument => $"| `{instrument.Name}` | {Kind(instrument)} | `{instrument.Unit}` |")
                .Order(StringComparer.Ordinal);

        Assert.Equal(published, MetricRow().Matches(Page).Select(match => match.Value).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_page_lists_every_attribute_and_trace()
    {
        var names =
            typeof(Telemetry).GetFields(BindingFlags.Public | BindingFlags.Static).Where(field => field.IsLiteral)
                .Select(field => (string)field.GetRawConstantValue()!);

        Assert.All(names.Where(name => name != Telemetry.Name), name => Assert.Contains($"\n| `{name}` |", Page, StringComparison.Ordinal));
    }

    [Fact]
    public void Event_ids_are_from_100_to_599() =>
        Assert.All(
            typeof(Log).GetMethods().Select(method => method.GetCustomAttribute<LoggerMessageAttribute>()).OfType<LoggerMessageAttribute>(),
            message => Assert.InRange(message.EventId / 100, 1, 5));

    private static string Page => Repository.Read("docs/telemetry.md").ReplaceLineEndings("\n");

    private static string Kind(System.Diagnostics.Metrics.Instrument instrument) => instrument.GetType().Name.Split('`')[0] switch
    {
        "Histogram" => "histogram",
        "Counter" => "counter",
        "ObservableUpDownCounter" => "observable up-down counter",
        "ObservableGauge" => "observable gauge",
        var other => other,
    };

    [GeneratedRegex(@"\| `workload_identity\.[a-z_.]+` \| [a-z -]+ \| `[^`]+` \|")]
    private static partial Regex MetricRow();
}
