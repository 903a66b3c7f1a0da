using System.Net;
using System.Net.Http.Headers;

namespace WorkloadIdentity.SignalR;

/// <summary>
/// Renews a token that the server rejected, and sends a request without content once more. SignalR's own handler is in front of it: it sets
/// the token, and repeats requests with content, for which it asks for the token again.
/// </summary>
internal sealed class RejectionHandler(HubToken token) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode != HttpStatusCode.Unauthorized
            || request.Headers.Authorization is not { Scheme: "Bearer", Parameter: { } rejected })
        {
            return response;
        }

        try
        {
            if (await token.AfterRejectionAsync(rejected, cancellationToken).ConfigureAwait(false) is not { } renewed
                || request.Content is not null)
            {
                return response;
            }

            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", renewed.Value);
        }
        catch
        {
            response.Dispose();
            throw;
        }

        response.Dispose();
        return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
    }
}
