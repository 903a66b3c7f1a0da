using System.Diagnostics;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.IntegrationTests;

/// <summary>
/// What an exporter of OpenTelemetry gets, with the two lines of docs/telemetry.md and nothing else. Other tests run beside these and are
/// heard as well, so each has an identity or a trace of its own.
/// </summary>
public sealed partial class OpenTelemetryTests
{
    [Fact]
    public async Task The_metrics_that_are_exported_have_the_names_units_and_attributes_of_the_page()
    {
        await using var entra = await EntraEmulator.StartAsync();
        var identity = $"exported-{Guid.NewGuid()}";
        var exported = new List<MetricSnapshot>();
        using (var metrics = Sdk.CreateMeterProviderBuilder().AddMeter("WorkloadIdentity").AddInMemoryExporter(exported).Build())
        {
            await using var provider = Provider(entra, identity);
            var acquirer = provider.GetRequiredKeyedService<ITokenAcquirer>(identity);
            var token = await acquirer.GetTokenAsync(new TokenRequest(entra.Api.Scope));
            await acquirer.RenewTokenAsync(new TokenRequest(entra.Api.Scope), token);
            await acquirer.GetTokenAsync(new TokenRequest(entra.Api.Scope));
            entra.Faults.Outage = true;
            await Assert.ThrowsAsync<TokenAcquisitionException>(
                () => acquirer.GetTokenAsync(new TokenRequest("api://x/.default")).AsTask());
            metrics.ForceFlush();
        }

        var page = Rows().Matches(Page()).Select(row => (row.Groups[1].Value, row.Groups[2].Value)).ToHashSet();
        var own = exported
            .SelectMany(metric => Points(metric).Select(tags => (metric.Name, metric.Unit, Tags: tags)))
            .Where(point => point.Tags.Contains($"workload_identity.identity={identity}"))
            .DistinctBy(point => $"{point.Name} {string.Join(' ', point.Tags)}")    // It is exported again when the provider ends.
            .ToList();
        Assert.Subset(page, own.Select(point => (point.Name, point.Unit)).ToHashSet());
        Assert.Superset(
            new HashSet<string>
            {
                "workload_identity.acquisition.duration", "workload_identity.cache.entries", "workload_identity.wait.duration",
            },
            own.Select(point => point.Name).ToHashSet());
        Assert.All(own.SelectMany(point => point.Tags), tag => Assert.Contains($"`{tag.Split('=')[0]}`", Page(), StringComparison.Ordinal));
        Assert.DoesNotContain(
            own.SelectMany(point => point.Tags),
            tag => tag.Contains(entra.Application.ClientId, StringComparison.Ordinal)
                || tag.Contains(entra.Application.TenantId, StringComparison.Ordinal));
        Assert.Equal(
            ["failed first", "issued first", "issued renewal"],
            own.Where(point => point.Name == "workload_identity.acquisition.duration")
                .Select(point => $"{Value(point.Tags, "outcome")} {Value(point.Tags, "reason")}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task An_acquisition_is_exported_as_a_child_of_the_request_that_needed_it()
    {
        await using var entra = await EntraEmulator.StartAsync();
        using var requests = new ActivitySource($"requests-{Guid.NewGuid()}");
        var exported = new List<Activity>();
        ActivityTraceId trace;
        using (Sdk.CreateTracerProviderBuilder().AddSource("WorkloadIdentity", requests.Name).AddInMemoryExporter(exported).Build())
        {
            await using var provider = Provider(entra, "orders");
            using var request = requests.StartActivity("GET /orders")!;
            trace = request.TraceId;
            await provider.GetRequiredKeyedService<ITokenAcquirer>("orders").GetTokenAsync(new TokenRequest(entra.Api.Scope));
        }

        var (parent, child) = (
            exported.Single(activity => activity.DisplayName == "GET /orders" && activity.TraceId == trace),
            exported.Single(activity => activity.DisplayName == "token.acquire" && activity.TraceId == trace));
        Assert.Equal((parent.SpanId, ActivityStatusCode.Unset), (child.ParentSpanId, child.Status));
        Assert.Equal("issued", child.GetTagItem("workload_identity.outcome"));
        Assert.DoesNotContain(
            child.TagObjects, tag => $"{tag.Value}".Contains(entra.Application.ClientId, StringComparison.Ordinal));
    }

    private static ServiceProvider Provider(EntraEmulator entra, string identity)
    {
        var services = new ServiceCollection();
        services.AddMetrics();
        services.AddWorkloadIdentity(identity)
            .UseSecret(entra.Application.TenantId, entra.Application.ClientId, entra.Application.AddSecret())
            .Configure(options =>
            {
                options.Credentials.AuthorityHost = entra.AuthorityHost;
                options.Credentials.Retry = new RetryOptions { MaxAttempts = 1 };
            });
        return services.BuildServiceProvider();
    }

    /// <summary>The attributes of each point of a metric.</summary>
    private static List<List<string>> Points(MetricSnapshot metric)
    {
        var points = new List<List<string>>();
        foreach (var point in metric.MetricPoints)
        {
            var tags = new List<string>();
            foreach (var tag in point.Tags)
            {
                tags.Add($"{tag.Key}={tag.Value}");
            }

            points.Add(tags);
        }

        return points;
    }

    private static string Value(List<string> tags, string name) =>
        tags.Single(tag => tag.StartsWith($"workload_identity.{name}=", StringComparison.Ordinal)).Split('=')[1];

    private static string Page()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "docs/telemetry.md")))
        {
            folder = folder.Parent!;
        }

        return File.ReadAllText(Path.Combine(folder.FullName, "docs/telemetry.md"));
    }

    [GeneratedRegex(@"^\| `(workload_identity\.[a-z._]+)` \| [a-z -]+ \| `([^`]+)` \|", RegexOptions.Multiline)]
    private static partial Regex Rows();
}
