using WorkloadIdentity;

namespace PackageConsumer;

/// <summary>A credential of the user's own: the first extension point, derived from outside.</summary>
internal sealed class VaultCredential : Credential
{
    public override string Name => "vault";

    protected override ValueTask<TokenResult> AcquireCoreAsync(Acquisition acquisition, CancellationToken cancellationToken) =>
        ValueTask.FromResult(
            TokenResult.Issued(new AccessToken($"token-for-{new Uri(acquisition.Request.Scope).Host}", DateTimeOffset.UtcNow.AddHours(1))));
}
