using MongoDB.Driver;
using MongoDB.Driver.Authentication.Oidc;
using WorkloadIdentity;

namespace ConsumerRecipes;

// Make one and keep it: the driver keeps tokens by callback, and compares callbacks by instance.
internal sealed class MongoLogin(ITokenAcquirer acquirer, string scope) : IOidcCallback
{
    private readonly TokenRequest _request = new(scope);

    public async Task<OidcAccessToken> GetOidcAccessTokenAsync(OidcCallbackParameters parameters, CancellationToken cancellationToken)
    {
        var token = await acquirer.GetTokenAsync(_request, cancellationToken);
        return new OidcAccessToken(token.Value, token.ExpiresOn - TimeProvider.System.GetUtcNow());
    }

    public OidcAccessToken GetOidcAccessToken(OidcCallbackParameters parameters, CancellationToken cancellationToken) =>
        Task.Run(() => GetOidcAccessTokenAsync(parameters, cancellationToken), cancellationToken).GetAwaiter().GetResult();
}

internal static class Mongo
{
    public static MongoClientSettings LogIn(MongoClientSettings settings, ITokenAcquirer acquirer)
    {
        settings.Credential =
            MongoCredential.CreateOidcCredential(new MongoLogin(acquirer, "api://orders-mongodb/.default"), principalName: null);
        return settings;
    }
}
