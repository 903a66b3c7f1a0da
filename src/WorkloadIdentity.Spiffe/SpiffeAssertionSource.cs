using WorkloadIdentity.Spiffe.Protocol;

namespace WorkloadIdentity.Spiffe;

/// <summary>JWT-SVIDs of this process. Nothing is kept between two uses, so restarts of the agent and new keys need no care.</summary>
internal sealed class SpiffeAssertionSource : AssertionSource
{
    private static readonly TimeSpan DefaultTimeLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestTimeLimit = TimeSpan.FromMinutes(5);

    private readonly string? _spiffeId;
    private readonly string? _hint;
    private readonly SpiffeEndpoint? _endpoint;
    private readonly TimeSpan _timeLimit;

    public SpiffeAssertionSource(string? spiffeId, string? hint, string? endpoint, TimeSpan? timeLimit)
    {
        if (spiffeId is not null && SpiffeId.Problem(spiffeId) is { } problem)
        {
            throw new ArgumentException($"The SPIFFE ID {problem} Expected something like spiffe://example.org/orders.", nameof(spiffeId));
        }

        if (hint is "")
        {
            throw new ArgumentException("The hint is empty. Leave it out (null) to ignore hints.", nameof(hint));
        }

        if (endpoint is not null)
        {
            (_endpoint, var addressProblem) = SpiffeEndpoint.Parse(endpoint);
            if (addressProblem is not null)
            {
                throw new ArgumentException($"The address of the SPIFFE agent {addressProblem}", nameof(endpoint));
            }
        }

        _timeLimit = timeLimit ?? DefaultTimeLimit;
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(_timeLimit, TimeSpan.Zero, nameof(timeLimit));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(_timeLimit, LongestTimeLimit, nameof(timeLimit));
        _spiffeId = spiffeId;
        _hint = hint;
    }

    public override string Name => "spiffe";

    protected override string LooksFor =>
        $"a JWT-SVID of the SPIFFE agent at {_endpoint?.ToString() ?? $"the address in {SpiffeEndpoint.Variable}"}";

    public override async ValueTask<AssertionResult> GetAssertionAsync(AssertionRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var endpoint = _endpoint;
        if (endpoint is null)
        {
            if (request.Environment.Variable(SpiffeEndpoint.Variable) is not { } address)
            {
                return AssertionResult.Unavailable(SpiffeError.Of(
                    TokenErrorKind.NotConfigured,
                    $"{SpiffeEndpoint.Variable} is not set, so no SPIFFE agent is known here. Set it to the agent's address, such as "
                        + "unix:///run/spire/sockets/agent.sock."));
            }

            (endpoint, var problem) = SpiffeEndpoint.Parse(address);
            if (endpoint is null)
            {
                return AssertionResult.Failed(
                    SpiffeError.Of(TokenErrorKind.InvalidConfiguration, $"The address in {SpiffeEndpoint.Variable} {problem}"));
            }
        }

        var audience = request.RequireAudience();
        var (svids, error) = await WorkloadApi.FetchAsync(
            endpoint, audience, _spiffeId, _timeLimit, request.TimeProvider, cancellationToken).ConfigureAwait(false);
        var (svid, refused) = svids is null ? (null, error) : Choose(svids);
        return svid is null ? AssertionResult.Failed(refused!)
            : JwtSvid.Problem(svid, audience, request.TimeProvider.GetUtcNow()) is { } unfit ? AssertionResult.Failed(unfit)
            : AssertionResult.Issued(svid.Svid);
    }

    /// <summary>
    /// The identity that was asked for. Without a wish it is the first one, the default one of the standard; of several with one hint, too
    /// (SPIFFE Workload API, sections 5.2.1 and 6.2.1).
    /// </summary>
    private (JWTSVID? Svid, TokenError? Error) Choose(IReadOnlyList<JWTSVID> svids)
    {
        var wanted = svids.Where(svid => _spiffeId is null || svid.SpiffeId == _spiffeId).ToList();
        if (wanted.Count == 0)
        {
            return (null, SpiffeError.Of(
                TokenErrorKind.InvalidResponse,
                _spiffeId is null
                    ? "The SPIFFE agent returned no JWT-SVID. Create a registration entry that matches this process."
                    : $"The SPIFFE agent returned no JWT-SVID for {_spiffeId}. Check the registration entries of this process."));
        }

        return wanted.Find(svid => _hint is null || svid.Hint == _hint) is { } chosen
            ? (chosen, null)
            : (null, SpiffeError.Of(
                TokenErrorKind.InvalidConfiguration,
                $"None of the {wanted.Count} identities of this process has the hint '{_hint}'. The SPIFFE agent gave: "
                    + $"{string.Join(", ", wanted.Take(10).Select(Described))}. Set the hint of a registration entry, or ask for another "
                    + "one."));
    }

    private static string Described(JWTSVID svid) =>
        $"{TokenError.Quote(svid.SpiffeId)} ({(svid.Hint.Length == 0 ? "no hint" : $"hint '{TokenError.Quote(svid.Hint)}'")})";
}
