namespace WorkloadIdentity;

/// <summary>
/// Gets tokens from a credential and caches them. Each request has one cache entry and at most one acquisition in flight, which all waiting
/// callers share. A token is refreshed in the background before it expires. Create one acquirer per identity and keep it. Safe for
/// concurrent use.
/// </summary>
/// <remarks>A cached hit is synchronous, takes no lock, writes nothing shared and allocates nothing.</remarks>
public sealed class TokenAcquirer : ITokenAcquirer, IDisposable
{
    private readonly Credential _credential;
    private readonly TokenCache _cache;
    private readonly AcquirerSetup _setup;
    private readonly AcquisitionRunner _runner;
    private readonly TimeProvider _timeProvider;

    /// <summary>Puts a cache in front of <paramref name="credential"/>.</summary>
    /// <exception cref="ArgumentException">An option is out of range, or a <see cref="TokenAcquirerOptions.Store"/> is given for a
    /// credential without a partition.</exception>
    public TokenAcquirer(Credential credential, TokenAcquirerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(credential);
        var settings = (options ?? new TokenAcquirerOptions()).Checked();
        if (settings.Store is not null && credential.Partition is null)
        {
            throw new ArgumentException(SharedTokens.Refusal(credential), nameof(options));
        }

        _credential = credential;
        _timeProvider = settings.TimeProvider;
        _setup = new AcquirerSetup(credential, settings);
        _runner = new AcquisitionRunner(_setup);
        _cache = new TokenCache(_setup, _runner);
    }

    /// <summary>How the latest acquisitions ended, by resource.</summary>
    internal IReadOnlyDictionary<string, ResourceHealth> Health => _setup.Telemetry.Health;

    /// <summary>The report before the first acquisition; null where nobody wants one.</summary>
    internal FirstUseReport? Report => _setup.Report;

    /// <summary>How many cache entries of the application there are.</summary>
    internal int EntryCount => _cache.Count;

    /// <inheritdoc/>
    /// <exception cref="ObjectDisposedException">The acquirer was disposed.</exception>
    public ValueTask<AccessToken> GetTokenAsync(TokenRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ObjectDisposedException.ThrowIf(_runner.IsDisposed, this);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<AccessToken>(cancellationToken);
        }

        request = Normalize(request);
        return GetAsync(_cache.GetOrAdd(request), request, cancellationToken);
    }

    /// <summary>Gets a token without a look-up, for a caller that keeps the cache entry of a request that it asks for each time.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="entry">
    /// The entry that this acquirer found for this request; null at first. Set when another one takes its place. The entry of a request on
    /// behalf of a user is not set, because it leaves the cache once nobody looks it up.
    /// </param>
    /// <param name="cancellationToken">Ends this caller's wait.</param>
    internal ValueTask<AccessToken> GetTokenAsync(TokenRequest request, ref TokenCacheEntry? entry, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_runner.IsDisposed, this);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<AccessToken>(cancellationToken);
        }

        request = Normalize(request);
        if (entry?.Held(request) is { } token)
        {
            return new ValueTask<AccessToken>(token);
        }

        var found = _cache.GetOrAdd(request);
        if (request.UserAssertion is null)
        {
            entry = found;
        }

        return GetAsync(found, request, cancellationToken);
    }

    /// <inheritdoc/>
    /// <exception cref="ObjectDisposedException">The acquirer was disposed.</exception>
    public async ValueTask<AccessToken> RenewTokenAsync(
        TokenRequest request, AccessToken? rejected, string? claims = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ObjectDisposedException.ThrowIf(_runner.IsDisposed, this);
        cancellationToken.ThrowIfCancellationRequested();
        request = Normalize(request);
        var demanded = DemandedClaims.Of(claims);
        while (true)
        {
            // Null: the entry was retired after it was found. Its successor is asked instead.
            var entry = _cache.GetOrAdd(request);
            if (await entry.RenewAsync(request, rejected, demanded, cancellationToken).ConfigureAwait(false) is { } token)
            {
                return token;
            }
        }
    }

    /// <summary>
    /// Explains how the credential would answer a request (<see cref="Credential.ExplainAsync"/>). Tokens that are held are neither used
    /// nor changed.
    /// </summary>
    /// <param name="request">What would be asked for.</param>
    /// <param name="cancellationToken">Ends the report.</param>
    /// <exception cref="ObjectDisposedException">The acquirer was disposed.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public ValueTask<CredentialReport> ExplainAsync(TokenRequest request, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_runner.IsDisposed, this);
        return _credential.ReportAsync(new Acquisition(request) { IsReport = true, TimeProvider = _timeProvider }, cancellationToken);
    }

    async ValueTask<CredentialReport?> ITokenAcquirer.ExplainAsync(TokenRequest request, CancellationToken cancellationToken) =>
        await ExplainAsync(request, cancellationToken).ConfigureAwait(false);

    /// <summary>
    /// Ends every acquisition in flight; callers who wait for one get an <see cref="ObjectDisposedException"/>. Held tokens are dropped.
    /// </summary>
    public void Dispose()
    {
        _runner.Dispose();
        _cache.Dispose();
    }

    private ValueTask<AccessToken> GetAsync(TokenCacheEntry entry, TokenRequest request, CancellationToken cancellationToken)
    {
        var getting = entry.GetAsync(request, cancellationToken);
        return getting is { IsCompletedSuccessfully: true, Result: { } token }
            ? new ValueTask<AccessToken>(token)
            : WaitAsync(getting, request, cancellationToken);
    }

    /// <summary>Equivalent requests share a cache entry: the credential's own tenant is left out.</summary>
    private TokenRequest Normalize(TokenRequest request) => request.TenantId is null ? request : _credential.Normalize(request);

    private async ValueTask<AccessToken> WaitAsync(
        ValueTask<AccessToken?> getting, TokenRequest request, CancellationToken cancellationToken)
    {
        var started = _timeProvider.GetTimestamp();
        var outcome = "failed";
        try
        {
            while (true)
            {
                if (await getting.ConfigureAwait(false) is { } token)
                {
                    outcome = "issued";
                    return token;
                }

                // The entry was retired after it was found. Its successor is asked instead.
                getting = _cache.GetOrAdd(request).GetAsync(request, cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            outcome = "cancelled";
            throw;
        }
        finally
        {
            _setup.Telemetry.Waited(_timeProvider.GetElapsedTime(started), outcome);
        }
    }
}
