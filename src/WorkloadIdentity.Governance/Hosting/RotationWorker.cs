using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace WorkloadIdentity.Governance;

/// <summary>
/// Rotates credentials while the host runs: at each interval it makes the next plan of each rotation, asks for approval, and applies it.
/// Several instances of a service do no harm, because a rotation goes on from what the tenant says.
/// </summary>
internal sealed class RotationWorker : BackgroundService
{
    /// <summary>How long a record may take. A host that stops waits for it.</summary>
    private static readonly TimeSpan AuditLimit = TimeSpan.FromSeconds(30);

    private readonly CredentialRotation _rotation;
    private readonly IReadOnlyList<RotationRequest> _requests;
    private readonly IChangeApproval _approval;
    private readonly IEnumerable<IChangeAudit> _audits;
    private readonly BackgroundRotationOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly Meter _meter;
    private readonly Counter<long> _plans;

    public RotationWorker(
        CredentialRotation rotation, IReadOnlyList<RotationRequest> requests, IChangeApproval approval, IEnumerable<IChangeAudit> audits,
        IOptions<BackgroundRotationOptions> options, GraphClient graph, ILoggerFactory loggers, IMeterFactory meters)
    {
        (_rotation, _requests, _approval, _audits) = (rotation, requests, approval, audits);
        (_options, _timeProvider) = (options.Value, graph.Options.TimeProvider);
        _logger = loggers.CreateLogger(Log.Category);
        _meter = meters.Create(new MeterOptions("WorkloadIdentity"));
        _plans = _meter.CreateCounter<long>(
            "workload_identity.rotation.plans",
            "{plan}",
            "The plans of rotations that had changes or could not be made, by what became of them.");
    }

    public override void Dispose()
    {
        _meter.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await RotateAllAsync(stoppingToken).ConfigureAwait(false);
            await Task.Delay(_options.Interval, _timeProvider, stoppingToken).ConfigureAwait(false);
        }
    }

    /// <summary>One look at each rotation.</summary>
    internal async Task RotateAllAsync(CancellationToken stoppingToken)
    {
        foreach (var request in _requests)
        {
            await RotateAsync(request, stoppingToken).ConfigureAwait(false);
        }
    }

    private async Task RotateAsync(RotationRequest request, CancellationToken stoppingToken)
    {
        try
        {
            var plan = await _rotation.PlanNextAsync(request, _options.RenewBefore, stoppingToken).ConfigureAwait(false);
            if (plan.IsEmpty)
            {
                Log.RotationWaits(_logger, plan.Target, string.Join(' ', plan.Notes));
                return;
            }

            await MakeAsync(request, plan, stoppingToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
        {
            Count(request, ChangeOutcome.Failed);
            Log.RotationFailed(_logger, request.Application.Value, _options.Interval, exception.Message);
        }
    }

    private async Task MakeAsync(RotationRequest request, ChangePlan plan, CancellationToken stoppingToken)
    {
        var (outcome, reason) = await ApplyAsync(plan, stoppingToken).ConfigureAwait(false);
        Count(request, outcome);
        if (outcome == ChangeOutcome.Made)
        {
            Log.RotationMade(_logger, plan.Target, string.Join("; ", plan.Changes.Select(change => change.Outcome)));
        }
        else
        {
            Log.RotationNotMade(_logger, plan.Target, Word(outcome), reason ?? "");
        }

        var record = new ChangeRecord(plan, outcome, reason, _timeProvider.GetUtcNow());
        foreach (var audit in _audits)
        {
            // What was changed is recorded although the host stops, and although another record failed.
            try
            {
                using var limit = new CancellationTokenSource(AuditLimit, _timeProvider);
                await audit.RecordAsync(record, limit.Token).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // An audit may throw anything.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                Log.AuditFailed(_logger, exception, record.ToString());
            }
        }
    }

    private void Count(RotationRequest request, ChangeOutcome outcome) => _plans.Add(
        1,
        new KeyValuePair<string, object?>("workload_identity.client_id", request.Application.Value),
        new KeyValuePair<string, object?>("workload_identity.outcome", Word(outcome)));

    private async Task<(ChangeOutcome Outcome, string? Reason)> ApplyAsync(ChangePlan plan, CancellationToken stoppingToken)
    {
        if (!await _approval.ApproveAsync(plan, stoppingToken).ConfigureAwait(false))
        {
            return (ChangeOutcome.NotApproved, "It was not approved.");
        }

        try
        {
            await plan.ApplyAsync(cancellationToken: stoppingToken).ConfigureAwait(false);
            return (ChangeOutcome.Made, null);
        }
        catch (ChangeRefusedException exception)
        {
            return (ChangeOutcome.Refused, exception.Message);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            return (ChangeOutcome.Failed, "The host stopped. Some of the changes may have been made; the next plan has what is left.");
        }
#pragma warning disable CA1031 // Whatever fails here, a change may have been made, and it is recorded.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return (ChangeOutcome.Failed, exception.Message);
        }
    }

    private static string Word(ChangeOutcome outcome) => outcome switch
    {
        ChangeOutcome.Made => "made",
        ChangeOutcome.NotApproved => "not_approved",
        ChangeOutcome.Refused => "refused",
        _ => "failed",
    };
}
