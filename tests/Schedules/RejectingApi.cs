using System.Net;
using System.Net.Http.Headers;

namespace WorkloadIdentity.Schedules;

/// <summary>An API that has revoked one token.</summary>
internal sealed class RejectingApi(string revoked) : HttpMessageHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        await Task.Yield();
        var response =
            new HttpResponseMessage(request.Headers.Authorization?.Parameter == revoked ? HttpStatusCode.Unauthorized : HttpStatusCode.OK)
            {
                RequestMessage = request,
            };
        if (response.StatusCode == HttpStatusCode.Unauthorized)
        {
            response.Headers.WwwAuthenticate.Add(new AuthenticationHeaderValue("Bearer", "error=\"invalid_token\""));
        }

        return response;
    }
}
