using WorkloadIdentity;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>
/// The acquirer of an identity that could not be made yet. Each call tries again until it can be made. <see cref="IHttpClientFactory"/>
/// caches the exception of a handler's construction for ever, so a handler must not fail because of a setting that may appear later.
/// </summary>
/// <param name="find">Returns the acquirer, or throws what is wrong with the identity.</param>
internal sealed class LateAcquirer(Func<ITokenAcquirer> find) : ITokenAcquirer
{
    private volatile ITokenAcquirer? _found;

    private ITokenAcquirer Found => _found ??= find();

    public ValueTask<AccessToken> GetTokenAsync(TokenRequest request, CancellationToken cancellationToken = default) =>
        Found.GetTokenAsync(request, cancellationToken);

    public ValueTask<AccessToken> RenewTokenAsync(
        TokenRequest request, AccessToken? rejected, string? claims = null, CancellationToken cancellationToken = default) =>
        Found.RenewTokenAsync(request, rejected, claims, cancellationToken);

    public ValueTask<CredentialReport?> ExplainAsync(TokenRequest request, CancellationToken cancellationToken = default) =>
        Found.ExplainAsync(request, cancellationToken);
}
