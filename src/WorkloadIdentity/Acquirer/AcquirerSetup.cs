using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace WorkloadIdentity;

/// <summary>What the parts of one acquirer share. It holds values and does nothing.</summary>
internal sealed class AcquirerSetup
{
    public AcquirerSetup(Credential credential, TokenAcquirerOptions options)
    {
        Credential = credential;
        Options = options;
        TimeProvider = options.TimeProvider;
        Clock = new CachedClock(options.TimeProvider, options.CoarseTicks);
        Logger = options.LoggerFactory?.CreateLogger(Log.Category) ?? NullLogger.Instance;
        Telemetry = new AcquirerTelemetry(credential.Name, options, Logger);
        Report = FirstUseReport.Of(credential, options, Logger);
    }

    public Credential Credential { get; }

    public TokenAcquirerOptions Options { get; }

    public TimeProvider TimeProvider { get; }

    /// <summary>The clock that a cache hit reads.</summary>
    public CachedClock Clock { get; }

    public ILogger Logger { get; }

    public AcquirerTelemetry Telemetry { get; }

    /// <summary>The report before the first acquisition; null where nobody wants one.</summary>
    public FirstUseReport? Report { get; }
}
