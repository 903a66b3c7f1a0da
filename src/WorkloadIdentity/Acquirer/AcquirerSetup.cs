using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace WorkloadIdentity;

/// <summary>What the parts of one acquirer share. It holds values and does nothing.</summary>
internal sealed class AcquirerSetup(Credential credential, TokenAcquirerOptions options)
{
    public Credential Credential { get; } = credential;

    public TokenAcquirerOptions Options { get; } = options;

    public TimeProvider TimeProvider { get; } = options.TimeProvider;

    /// <summary>The clock that a cache hit reads.</summary>
    public CachedClock Clock { get; } = new(options.TimeProvider, options.CoarseTicks);

    public ILogger Logger { get; } = options.LoggerFactory?.CreateLogger(Log.Category) ?? NullLogger.Instance;

    public TokenMetrics Metrics { get; } = new(options.MeterFactory, options.Identity);
}
