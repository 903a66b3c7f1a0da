using WorkloadIdentity;

namespace MultiTenant;

/// <summary>
/// Stands in for Entra where 20,000 tenants are asked: it issues as fast as it is asked, so that what is measured is the library. The few
/// tenants of the second half of the program talk to a real local server.
/// </summary>
internal sealed class TokenFactory(TimeProvider time) : Credential
{
    private int _issued;

    public override string Name => "token factory";

    public int Issued => Volatile.Read(ref _issued);

    protected override RequestFeatures Supports => RequestFeatures.TenantId;

    protected override async ValueTask<TokenResult> AcquireCoreAsync(Acquisition acquisition, CancellationToken cancellationToken)
    {
        await Task.Yield();
        Interlocked.Increment(ref _issued);

        // As long as a real one.
        return TokenResult.Issued(
            new AccessToken($"{acquisition.Request.TenantId}.{new string('t', 1_400)}", time.GetUtcNow().AddHours(1)));
    }
}
