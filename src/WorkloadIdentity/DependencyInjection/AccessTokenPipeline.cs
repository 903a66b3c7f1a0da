using System.Diagnostics.Metrics;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Logging;
using WorkloadIdentity;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>
/// The state that all handlers of one named client share. A factory creates new handlers every two minutes. This object lives as long as
/// the container, so its knowledge of base addresses is kept.
/// </summary>
internal sealed class AccessTokenPipeline : IDisposable
{
    // ResilienceHandler (Microsoft.Extensions.Http.Resilience), PolicyHttpMessageHandler (Microsoft.Extensions.Http.Polly), and usual names
    // of handlers that people write.
    private static readonly IReadOnlyList<string> ResendingHandlers = ["Resilience", "PolicyHttpMessageHandler", "Retry", "Hedging"];

    private readonly string _client;
    private readonly string? _identity;
    private readonly TokenRequest _request;
    private readonly AccessTokenHandlerOptions _options;
    private readonly IServiceProvider _services;
    private readonly ChallengeMetrics _metrics;
    private readonly Lock _handlers = new();
    private AllowedOrigins _origins;
    private AllowedOrigins _previousOrigins;
    private Uri? _baseAddress;
    private int _isOrderChecked;

    public AccessTokenPipeline(
        string client, TokenRequest request, AccessTokenHandlerOptions options, string? identity, IServiceProvider services)
    {
        _client = client;
        _identity = identity;
        _request = request;
        _services = services;
        _options =
            options.With(
                options.LoggerFactory ?? services.GetService<ILoggerFactory>(),
                options.MeterFactory ?? services.GetService<IMeterFactory>());
        _origins = _previousOrigins = new AllowedOrigins(_options, client);
        _metrics = new ChallengeMetrics(_options.MeterFactory);
    }

    /// <summary>
    /// Runs after everything else that configures the client: the original URI handler must be outermost, and the base address final.
    /// </summary>
    public void Attach(HttpClientFactoryOptions factory)
    {
        factory.HttpMessageHandlerBuilderActions.Add(pipeline =>
        {
            CheckOrder(pipeline.AdditionalHandlers);
            AddOriginalUriHandler(pipeline.AdditionalHandlers);
            SwitchCookiesOff(pipeline.PrimaryHandler);
        });
        factory.HttpClientActions.Add(client => Learn(client.BaseAddress));

        // RedactLoggedHeaders redacts the headers that it names and shows all others.
        var isRedacted = factory.ShouldRedactHeaderValue;
        factory.ShouldRedactHeaderValue = header =>
            header.Equals("Authorization", StringComparison.OrdinalIgnoreCase) || isRedacted(header);
    }

    /// <exception cref="InvalidOperationException">The identity is not registered.</exception>
    public AccessTokenHandler CreateHandler() => new(AcquirerOrLate(), _request, _options, NextOrigins(), _metrics);

    /// <summary>Gets the token that the client's messages will use.</summary>
    public async Task WarmUpAsync(CancellationToken cancellationToken) =>
        await Acquirer().GetTokenAsync(new TokenRequestSelector(_request, _options).Request, cancellationToken).ConfigureAwait(false);

    public void Dispose() => _metrics.Dispose();

    private ITokenAcquirer Acquirer() =>
        Registered() ?? throw new InvalidOperationException(RegisteredClient.NoIdentity(_client, _identity));

    /// <summary>
    /// An identity that is not registered stays so. An identity that cannot be made may lack a setting that appears later.
    /// </summary>
    private ITokenAcquirer AcquirerOrLate()
    {
        ITokenAcquirer? acquirer;
        try
        {
            acquirer = Registered();
        }
        catch
        {
            return new LateAcquirer(Acquirer);
        }

        return acquirer ?? Acquirer();
    }

    private ITokenAcquirer? Registered() =>
        _identity is null ? _services.GetService<ITokenAcquirer>() : _services.GetKeyedService<ITokenAcquirer>(_identity);

    /// <summary>
    /// Each handler knows the base addresses of the clients made over it, and the last one before. So an address that configuration has
    /// replaced is forgotten together with its handlers.
    /// </summary>
    private AllowedOrigins NextOrigins()
    {
        lock (_handlers)
        {
            _previousOrigins = _origins;
            _origins = _origins.WithoutBaseAddresses();
            _origins.Learn(_baseAddress);
            return _origins;
        }
    }

    private void Learn(Uri? baseAddress)
    {
        if (baseAddress is null)
        {
            return;
        }

        lock (_handlers)
        {
            _baseAddress = baseAddress;
            _origins.Learn(baseAddress);

            // This client may have the previous handler, while another thread made the next one.
            _previousOrigins.Learn(baseAddress);
        }
    }

    /// <summary>
    /// Once per client, with the first pipeline: a handler that sends a message again must get it without our header.
    /// </summary>
    private void CheckOrder(IList<DelegatingHandler> handlers)
    {
        if (Interlocked.Exchange(ref _isOrderChecked, 1) != 0 || _options.LoggerFactory is not { } loggers)
        {
            return;
        }

        foreach (var handler in handlers.SkipWhile(handler => handler is not AccessTokenHandler))
        {
            if (SendsAgain(handler.GetType()))
            {
                Log.ResilienceInside(loggers.CreateLogger(Log.Category), _client, handler.GetType().Name);
            }
        }
    }

    /// <summary>By name, because this package must not depend on the resilience packages.</summary>
    private static bool SendsAgain(Type handler) =>
        ResendingHandlers.Any(word => handler.Name.Contains(word, StringComparison.OrdinalIgnoreCase));

    /// <summary>All messages of a client share one cookie store, whatever tenant or user their tokens are for.</summary>
    private void SwitchCookiesOff(HttpMessageHandler primary)
    {
        if (_services.GetKeyedService<AllowedCookies>(_client) is null && !PrimaryHandler.TrySwitchCookiesOff(primary)
            && _options.LoggerFactory is { } loggers)
        {
            Log.CookiesKept(loggers.CreateLogger(Log.Category), _client);
        }
    }

    /// <summary>Without another handler in between, the token handler itself sees the original URI.</summary>
    private static void AddOriginalUriHandler(IList<DelegatingHandler> handlers)
    {
        if (handlers.FirstOrDefault() is not AccessTokenHandler && handlers.OfType<AccessTokenHandler>().FirstOrDefault() is { } inner)
        {
            handlers.Insert(0, new OriginalUriHandler(inner.Origins));
        }
    }
}
