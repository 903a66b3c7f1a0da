using System.Diagnostics.Metrics;
using Microsoft.Extensions.Options;

namespace WorkloadIdentity.Governance;

/// <summary>
/// What an alert needs: for each application the time until its next credential expires, and how many identities there are of each kind.
/// </summary>
internal sealed class InventoryMetrics : IDisposable
{
    private readonly Meter _meter;
    private readonly TimeProvider _timeProvider;
    private readonly TimeSpan _horizon;
    private readonly LatestInventory _latest;

    public InventoryMetrics(
        IMeterFactory meters, GraphClient graph, IOptions<BackgroundInventoryOptions> options, LatestInventory latest)
    {
        _latest = latest;
        _timeProvider = graph.Options.TimeProvider;
        _horizon = options.Value.Horizon;
        _meter = meters.Create(new MeterOptions("WorkloadIdentity"));
    }

    /// <summary>Shows the metrics from now on.</summary>
    public void Start()
    {
        _meter.CreateObservableGauge(
            "workload_identity.credential.expires_in",
            Expiries,
            "s",
            "The time until the next credential of an application expires; negative after that.");
        _meter.CreateObservableGauge(
            "workload_identity.inventory.identities", Identities, "{identity}", "The identities of the tenant, by kind.");
    }

    public void Dispose() => _meter.Dispose();

    /// <summary>
    /// An expired credential counts as long as nothing newer replaced it: then the application is broken, and not renewed.
    /// </summary>
    private IEnumerable<Measurement<double>> Expiries()
    {
        var now = _timeProvider.GetUtcNow();
        foreach (var identity in _latest.Value?.Identities ?? [])
        {
            var ends = identity.Credentials.Where(credential => credential.Kind != CredentialKind.SigningKey)
                .Select(credential => credential.ExpiresOn).OfType<DateTimeOffset>().ToList();
            var next = ends.Where(end => end > now).DefaultIfEmpty(ends.DefaultIfEmpty(DateTimeOffset.MaxValue).Max()).Min();
            if (next - now < _horizon)
            {
                yield return new Measurement<double>(
                    (next - now).TotalSeconds,
                    new KeyValuePair<string, object?>("workload_identity.application", identity.DisplayName),
                    new KeyValuePair<string, object?>("workload_identity.client_id", identity.ClientId.Value));
            }
        }
    }

    private IEnumerable<Measurement<int>> Identities() =>
        from identity in _latest.Value?.Identities ?? []
        group identity by identity.Kind into kind
        select new Measurement<int>(
            kind.Count(), new KeyValuePair<string, object?>("workload_identity.kind", Word(kind.Key)));

    private static string Word(IdentityKind kind) => kind switch
    {
        IdentityKind.Application => "application",
        IdentityKind.ManagedIdentity => "managed_identity",
        IdentityKind.AgentIdentity => "agent_identity",
        IdentityKind.AgentBlueprint => "agent_blueprint",
        IdentityKind.Legacy => "legacy",
        _ => "other",
    };
}
