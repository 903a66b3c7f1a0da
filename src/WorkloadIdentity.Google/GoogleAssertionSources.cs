using Google.Apis.Auth.OAuth2;
using IHttpClientFactory = Google.Apis.Http.IHttpClientFactory;

namespace WorkloadIdentity.Google;

/// <summary>Adds identity tokens of Google service accounts to the assertion sources.</summary>
public static class GoogleAssertionSources
{
    extension(AssertionSource)
    {
        /// <summary>
        /// Gets identity tokens of a Google service account that this program may impersonate, a new one at each use
        /// (<see href="https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/generateIdToken">
        /// generateIdToken</see>). It works outside Google Cloud too. On Google Cloud, <c>AssertionSource.GoogleMetadata()</c> needs no
        /// package and no permission. Entra's federated credential has the issuer <c>https://accounts.google.com</c> and, as its subject,
        /// the service account's unique id, a number. Safe for concurrent use.
        /// </summary>
        /// <param name="serviceAccount">
        /// The service account to impersonate, such as <c>orders@contoso.iam.gserviceaccount.com</c>. The caller needs
        /// <c>roles/iam.serviceAccountOpenIdTokenCreator</c> on it.
        /// </param>
        /// <param name="caller">
        /// Who impersonates it. Null uses Google's application default credentials, which are looked for at the first use.
        /// </param>
        /// <param name="httpClientFactory">
        /// Makes the clients that ask Google's IAM, for a proxy or a test. Null makes Google's own. It does not change the caller's.
        /// </param>
        /// <exception cref="ArgumentException"><paramref name="serviceAccount"/> is not the address of a service account.</exception>
        public static AssertionSource GoogleServiceAccount(
            string serviceAccount, GoogleCredential? caller = null, IHttpClientFactory? httpClientFactory = null) =>
            new GoogleAssertionSource(serviceAccount, caller, httpClientFactory);
    }
}
