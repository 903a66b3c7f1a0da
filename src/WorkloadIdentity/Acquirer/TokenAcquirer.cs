namespace WorkloadIdentity;

/// <summary>
/// Gets tokens from a credential and keeps them: one slot per request, one acquisition per slot shared by all who wait, refreshed ahead
/// of expiry behind the living token. Make one per identity and keep it. Safe for concurrent use.
/// </summary>
/// <remarks>A cached hit is synchronous, takes no lock, writes nothing shared and allocates nothing.</remarks>
public sealed class TokenAcquirer : ITokenAcquirer, IDisposable
{
    private readonly Credential _credential;
    private readonly TokenCache _cache;
    private readonly TokenFlights _flights;
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
        _flights = new TokenFlights(credential, settings);
        _cache = new TokenCache(_flights, settings.Capacity, settings.OnBehalfOfCapacity);
        _flights.Metrics.Observe(_cache);
    }

    /// <summary>How the latest acquisitions ended, by resource.</summary>
    internal LastOutcomes Outcomes => _flights.Outcomes;

    /// <summary>How many slots of the application there are.</summary>
    internal int Slots => _cache.Count;

    /// <inheritdoc/>
    /// <exception cref="ObjectDisposedException">The acquirer was disposed.</exception>
    public ValueTask<AccessToken> GetTokenAsync(TokenRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ObjectDisposedException.ThrowIf(_flights.IsDisposed, this);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<AccessToken>(cancellationToken);
        }

        return _cache.Find(_flights.InOneForm(request))?.Held(request) is { } token
            ? new ValueTask<AccessToken>(token)
            : WaitAsync(request, cancellationToken);
    }

    /// <summary>Gets a token without a look-up, for a caller that keeps the cache entry of a request that it asks for each time.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="entry">
    /// The entry that this acquirer found for this request; null at first. Set when another one takes its place. The entry of a request on
    /// behalf of a user is not set, because it leaves the cache once nobody looks it up.
    /// </param>
    /// <param name="cancellationToken">Ends this caller's wait.</param>
    internal ValueTask<AccessToken> GetTokenAsync(TokenRequest request, ref TokenSlot? entry, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_flights.IsDisposed, this);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<AccessToken>(cancellationToken);
        }

        if (entry?.Held(request) is { } token)
        {
            return new ValueTask<AccessToken>(token);
        }

        if (request.UserAssertion is null)
        {
            entry = _cache.Find(_flights.InOneForm(request));
        }

        return GetTokenAsync(request, cancellationToken);
    }

    /// <inheritdoc/>
    /// <exception cref="ObjectDisposedException">The acquirer was disposed.</exception>
    public async ValueTask<AccessToken> RenewTokenAsync(
        TokenRequest request, AccessToken? rejected, string? claims = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ObjectDisposedException.ThrowIf(_flights.IsDisposed, this);
        cancellationToken.ThrowIfCancellationRequested();
        request = _flights.InOneForm(request);
        var demanded = DemandedClaims.Of(claims);
        while (true)
        {
            // Null: the slot was evicted between being found and being asked; its successor is asked instead.
            var slot = _cache.GetOrAdd(request);
            if (await slot.RenewAsync(request, rejected, demanded, cancellationToken).ConfigureAwait(false) is { } token)
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
        ObjectDisposedException.ThrowIf(_flights.IsDisposed, this);
        return _credential.ReportAsync(new Acquisition(request) { IsReport = true, TimeProvider = _timeProvider }, cancellationToken);
    }

    /// <summary>
    /// Ends every acquisition under way; whoever waits for one gets an <see cref="ObjectDisposedException"/>. Tokens are forgotten.
    /// </summary>
    public void Dispose()
    {
        _flights.Dispose();
        _cache.Dispose();
    }

    private async ValueTask<AccessToken> WaitAsync(TokenRequest request, CancellationToken cancellationToken)
    {
        request = _flights.InOneForm(request);
        var started = _timeProvider.GetTimestamp();
        var outcome = "failed";
        try
        {
            while (true)
            {
                var slot = _cache.GetOrAdd(request);
                if (await slot.GetAsync(request, cancellationToken).ConfigureAwait(false) is { } token)
                {
                    outcome = "issued";
                    return token;
                }
            }
        }
        catch (OperationCanceledException)
        {
            outcome = "cancelled";
            throw;
        }
        finally
        {
            _flights.Metrics.Waited(_timeProvider.GetElapsedTime(started), outcome);
        }
    }
}
