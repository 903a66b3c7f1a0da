using Google.Apis.Auth.OAuth2;

namespace WorkloadIdentity.Google;

/// <summary>Lets clients of Google Cloud use an Entra identity.</summary>
public static class TokenAcquirerGoogleExtensions
{
    /// <summary>
    /// A credential for clients of Google Cloud
    /// (<see href="https://cloud.google.com/iam/docs/workload-identity-federation-with-other-clouds">workload identity federation</see>).
    /// Google's Security Token Service exchanges the acquirer's token for one of Google. Make one and give it to every client: it caches
    /// Google's token and refreshes it.
    /// </summary>
    /// <param name="acquirer">Gets the tokens. It is not disposed.</param>
    /// <param name="workloadIdentityProvider">
    /// The provider that trusts the tenant, as <c>gcloud iam workload-identity-pools providers describe --format 'value(name)'</c> prints
    /// it: <c>projects/123456789012/locations/global/workloadIdentityPools/entra/providers/contoso</c>.
    /// </param>
    /// <param name="scope">
    /// The scope of an application of your own, such as <c>api://google-orders/.default</c>. Its tokens go to Google. The provider's
    /// issuer and allowed audiences are theirs.
    /// </param>
    /// <param name="serviceAccount">
    /// The service account to impersonate, such as <c>orders@contoso.iam.gserviceaccount.com</c>. Null uses the federated identity itself,
    /// which gets its roles in Google Cloud directly.
    /// </param>
    /// <param name="options">Tenant, universe and handler; null for the defaults.</param>
    /// <returns>
    /// A credential that is safe for concurrent use, with the scope <c>cloud-platform</c>; <c>CreateScoped</c> changes that. If Google
    /// refuses the token, a request of a client throws a <see cref="TokenAcquisitionException"/> with what Google answered, and the
    /// issuer, audience and subject of the token. If Entra issues none, Google's <see cref="SubjectTokenException"/> has the
    /// <see cref="TokenAcquisitionException"/> as its inner exception.
    /// </returns>
    /// <exception cref="ArgumentException">
    /// The provider, the scope, the service account or an option cannot be used. The message says why.
    /// </exception>
    public static GoogleCredential AsGoogleCredential(
        this ITokenAcquirer acquirer, string workloadIdentityProvider, string scope, string? serviceAccount = null,
        GoogleExchangeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(acquirer);
        var audience = FederationAudience.Of(workloadIdentityProvider);
        var request = new TokenRequest(scope).RequireSendable("Google", "the scope of an application of your own", nameof(scope));
        if (serviceAccount is not null)
        {
            AccountEmail.Check(serviceAccount, nameof(serviceAccount));
        }

        options ??= new GoogleExchangeOptions();
        var hosts = new GoogleHosts(options.UniverseDomain);
        return new ProgrammaticExternalAccountCredential(new ProgrammaticExternalAccountCredential.Initializer(
            hosts.TokenAddress,
            audience,
            "urn:ietf:params:oauth:token-type:jwt",
            new SubjectToken(acquirer, options.TenantId is { } tenant ? request.ForTenant(tenant) : request))
        {
            ServiceAccountImpersonationUrl = serviceAccount is null ? null : hosts.ImpersonationAddress(serviceAccount),
            UniverseDomain = hosts.UniverseDomain,
            HttpClientFactory = new ExchangeClientFactory(hosts, options.Handler),
            Scopes = ["https://www.googleapis.com/auth/cloud-platform"],
        }).ToGoogleCredential();
    }
}
