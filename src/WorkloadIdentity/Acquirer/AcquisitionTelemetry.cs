using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace WorkloadIdentity;

/// <summary>Tells operators how acquisitions end: metrics, log, traces and health.</summary>
internal sealed class AcquisitionTelemetry(AcquirerSetup setup)
{
    // A program calls tens of resources. One that makes up thousands is not told about each.
    private const int MaxFirstTokens = 256;

    private readonly ILogger _logger = setup.Logger;

    // The key is one text, "resource credential". A dictionary of value tuples would be compiled at startup for this alone.
    private readonly ConcurrentDictionary<string, bool> _firstTokens = new();

    /// <summary>How the latest acquisition for each resource ended.</summary>
    public AcquisitionHealth Health { get; } = new(setup.TimeProvider);

    /// <summary>Records the end of an acquisition.</summary>
    /// <param name="acquisition">The acquisition.</param>
    /// <param name="request">What was asked for.</param>
    /// <param name="held">The token that was held when it started; null for none.</param>
    /// <param name="result">How it ended.</param>
    /// <param name="duration">How long the credential and the second level took; zero when they were not asked.</param>
    public TokenResult Ended(
        InFlightAcquisition acquisition, TokenRequest request, AccessToken? held, TokenResult result, TimeSpan duration = default)
    {
        var resource = ResourceName.Of(request.Scope);
        var reason = acquisition.IsRenewal ? "renewal" : held is null ? "first" : "refresh";
        setup.Metrics.Acquired(result, setup.Credential.Name, reason, duration);
        Health.Record(request, result);
        if (result.Token is { } token)
        {
            Log.Acquired(_logger, resource, duration.TotalMilliseconds, token.AcquiredBy ?? setup.Credential.Name, token.ExpiresOn);
            LogFirst(resource, token);
        }
        else
        {
            Log.AcquisitionFailed(_logger, resource, result.Error!);
        }

        if (acquisition.Activity is { } activity)
        {
            Describe(activity, resource, reason, result);
        }

        return result;
    }

    /// <summary>Logs once for each credential and resource whose token it is: the one line of a healthy start.</summary>
    private void LogFirst(string resource, AccessToken token)
    {
        if (_firstTokens.Count < MaxFirstTokens && _firstTokens.TryAdd($"{resource} {token.AcquiredBy}", true))
        {
            Log.FirstToken(
                _logger, resource, token.AcquiredBy ?? "unnamed", token.Issuer ?? "unknown", token.ClientId ?? "unknown", token.ExpiresOn);
        }
    }

    private void Describe(Activity activity, string resource, string reason, TokenResult result)
    {
        activity.SetTag(Telemetry.Resource, resource);
        activity.SetTag(Telemetry.Reason, reason);
        activity.SetTag(Telemetry.Outcome, Telemetry.Word(result.Verdict));
        activity.SetTag(Telemetry.Source, result.Token?.AcquiredBy ?? setup.Credential.Name);
        if (!string.IsNullOrEmpty(setup.Options.Identity))
        {
            activity.SetTag(Telemetry.Identity, setup.Options.Identity);
        }

        if (result.Error is { } error)
        {
            activity.SetStatus(ActivityStatusCode.Error, error.Kind.ToString());
            activity.SetTag(Telemetry.ErrorType, error.Kind.ToString());
        }
    }
}
