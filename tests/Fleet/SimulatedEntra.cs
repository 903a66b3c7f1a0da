using WorkloadIdentity;

namespace Fleet;

/// <summary>The credential of all simulated processes. It counts the token requests and takes as long as Entra.</summary>
/// <param name="clock">The clock of the fleet.</param>
/// <param name="latency">Of a token request.</param>
/// <param name="lifetime">Of the next token.</param>
internal sealed class SimulatedEntra(TimeProvider clock, TimeSpan latency, Func<TimeSpan> lifetime) : Credential
{
    /// <summary>As long as a token of Entra for an application.</summary>
    public const int TokenCharacters = 1460;

    private int _requests;
    private int _pending;

    public override string Name => "simulated";

    public override string Partition => "simulated";

    public int Requests => Volatile.Read(ref _requests);

    /// <summary>How many have not ended.</summary>
    public int Pending => Volatile.Read(ref _pending);

    protected override RequestFeatures Supports => RequestFeatures.TenantId;

    protected override async ValueTask<TokenResult> AcquireCoreAsync(Acquisition acquisition, CancellationToken cancellationToken)
    {
        var number = Interlocked.Increment(ref _requests);
        var expiresOn = clock.GetUtcNow() + lifetime();
        Interlocked.Increment(ref _pending);
        try
        {
            await Task.Delay(latency, clock, cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _pending);
        }

        return TokenResult.Issued(new AccessToken($"{number:D12}.".PadRight(TokenCharacters, 'x'), expiresOn));
    }
}
