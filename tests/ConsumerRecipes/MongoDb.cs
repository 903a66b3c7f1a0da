using MongoDB.Driver;
using MongoDB.Driver.Authentication.Oidc;
using WorkloadIdentity;

namespace ConsumerRecipes;

// Make one for each client: the driver keeps tokens by callback, and compares callbacks by instance.
internal sealed class MongoLogin(ITokenAcquirer acquirer, string scope) : IOidcCallback
{
    private readonly TokenRequest _request = new(scope);
    private AccessToken? _last;

    public async Task<OidcAccessToken> GetOidcAccessTokenAsync(OidcCallbackParameters parameters, CancellationToken cancellationToken)
    {
        var token = await acquirer.GetTokenAsync(_request, cancellationToken);

        // The driver asks again when its token has ended, or when the server has rejected it. If it is still the same, it was rejected.
        if (token.Value == Volatile.Read(ref _last)?.Value)
        {
            token = await acquirer.RenewTokenAsync(_request, token, claims: null, cancellationToken);
        }

        Volatile.Write(ref _last, token);
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
