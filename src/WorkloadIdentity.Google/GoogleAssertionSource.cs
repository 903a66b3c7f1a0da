using System.Net;
using Google.Apis.Auth.OAuth2;
using Google.Apis.Auth.OAuth2.Responses;
using IHttpClientFactory = Google.Apis.Http.IHttpClientFactory;

namespace WorkloadIdentity.Google;

/// <summary>Identity tokens of a service account, which Google's IAM issues to whoever may impersonate it.</summary>
internal sealed class GoogleAssertionSource : AssertionSource
{
    private readonly string _serviceAccount;
    private readonly GoogleCredential? _caller;
    private readonly IHttpClientFactory? _clients;

    public GoogleAssertionSource(string serviceAccount, GoogleCredential? caller, IHttpClientFactory? clients)
    {
        ArgumentNullException.ThrowIfNull(serviceAccount);
        AccountEmail.Check(serviceAccount, nameof(serviceAccount));
        _serviceAccount = serviceAccount;
        _caller = caller;
        _clients = clients;
    }

    public override string Name => "google service account";

    protected override string LooksFor => $"an identity token of the Google service account {_serviceAccount}";

    public override async ValueTask<AssertionResult> GetAssertionAsync(AssertionRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var audience = request.RequireAudience();
        try
        {
            // A file may have been replaced since the last use, so the default credentials are looked for each time.
            var caller = _caller ?? await GoogleCredential.GetApplicationDefaultAsync(cancellationToken).ConfigureAwait(false);
            var target = new ImpersonatedCredential.Initializer(_serviceAccount) { HttpClientFactory = _clients };
            var token = await caller.Impersonate(target).GetOidcTokenAsync(
                OidcTokenOptions.FromTargetAudience(audience), cancellationToken).ConfigureAwait(false);
            return AssertionResult.Issued(await token.GetAccessTokenAsync(cancellationToken).ConfigureAwait(false));
        }
        catch (TokenResponseException exception)
        {
            return AssertionResult.Failed(Refused(exception));
        }
        catch (HttpRequestException exception)
        {
            return Failed(
                TokenErrorKind.Unreachable,
                "Google's IAM could not be reached. Check routes, proxy and firewall.",
                exception);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            return Failed(TokenErrorKind.TimedOut, "Google's IAM did not answer in time.", exception);
        }
        catch (InvalidOperationException exception)
        {
            return Failed(
                TokenErrorKind.InvalidConfiguration,
                _caller is null
                    ? "Google's application default credentials were not found, or cannot impersonate a service account. Run 'gcloud auth "
                        + "application-default login', or set GOOGLE_APPLICATION_CREDENTIALS to a credential file."
                    : "The Google credential cannot impersonate a service account. Use that of a user or of a service account.",
                exception);
        }
    }

    private TokenError Refused(TokenResponseException exception) => GoogleError.Of(
        exception.StatusCode == HttpStatusCode.TooManyRequests ? TokenErrorKind.Throttled : TokenErrorKind.Refused,
        $"Google's IAM issued no identity token of {_serviceAccount}: {TokenError.Quote(exception.Error?.Error ?? "") ?? "no reason"}"
            + $"{(exception.StatusCode is { } status ? $" (HTTP {(int)status})" : "")}. Check that the service account exists, and grant "
            + "the caller roles/iam.serviceAccountOpenIdTokenCreator on it.",
        exception.StatusCode,
        exception);

    private static AssertionResult Failed(TokenErrorKind kind, string message, Exception exception) =>
        AssertionResult.Failed(GoogleError.Of(kind, message, status: null, exception));
}
