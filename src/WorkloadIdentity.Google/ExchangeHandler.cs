using System.Globalization;
using System.Net;
using System.Text.Json;

namespace WorkloadIdentity.Google;

/// <summary>
/// Sends the requests of an exchange. It sends them to Google's two hosts alone: Google's library follows redirects and would send the
/// token along. It explains a refusal with the claims of the token that was refused.
/// </summary>
internal sealed class ExchangeHandler(GoogleHosts hosts) : DelegatingHandler
{
    private const int LargestRefusal = 64 * 1024;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (!hosts.Allow(request.RequestUri))
        {
            throw new TokenAcquisitionException(GoogleError.Of(
                TokenErrorKind.NotAllowed,
                $"A token was to be sent to {request.RequestUri?.Scheme}://{request.RequestUri?.Authority}, which is not a host of "
                    + "Google's exchange. It was not sent. Check what redirects the request: a proxy, for example."));
        }

        var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        var status = response.StatusCode;
        if (status < HttpStatusCode.BadRequest || status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests
            || status >= HttpStatusCode.InternalServerError)
        {
            return response;
        }

        using (response)
        {
            var refusal = await ReadAsync(response, cancellationToken).ConfigureAwait(false);
            throw new TokenAcquisitionException(
                hosts.IsTokenService(request.RequestUri!)
                    ? Exchange(status, refusal, await ClaimsAsync(request, cancellationToken).ConfigureAwait(false))
                    : Impersonation(status, refusal));
        }
    }

    private static TokenError Exchange(HttpStatusCode status, Refusal refusal, string claims) => GoogleError.Of(
        TokenErrorKind.Refused,
        $"Google's Security Token Service did not accept the token of Entra: {refusal} ({Number(status)}). The token has {claims}. Compare "
            + "them with the workload identity provider: its issuer, its allowed audiences, and its attribute mapping and condition.",
        status);

    private static TokenError Impersonation(HttpStatusCode status, Refusal refusal) => GoogleError.Of(
        TokenErrorKind.Refused,
        $"Google's IAM did not let the federated identity impersonate the service account: {refusal} ({Number(status)}). Check that the "
            + "service account exists, and grant it roles/iam.workloadIdentityUser for the identity (principal://…/subject/SUBJECT).",
        status);

    private static string Number(HttpStatusCode status) => $"HTTP {((int)status).ToString(CultureInfo.InvariantCulture)}";

    private static async Task<string> ClaimsAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var form = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
        const string Field = "subject_token=";
        var token = Array.Find(form.Split('&'), pair => pair.StartsWith(Field, StringComparison.Ordinal))?[Field.Length..];
        return TokenError.DescribeJwt(WebUtility.UrlDecode(token) ?? "");
    }

    private static async Task<Refusal> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            await response.Content.LoadIntoBufferAsync(LargestRefusal, cancellationToken).ConfigureAwait(false);
            using var document = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false));
            return Refusal.Of(document.RootElement);
        }
        catch (Exception exception) when (exception is JsonException or HttpRequestException or InvalidOperationException)
        {
            // The latter: half of a surrogate pair in a text.
            return Refusal.Unknown;
        }
    }
}
