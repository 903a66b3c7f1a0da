using System.Net;

namespace WorkloadIdentity.Fuzz;

/// <summary>Answers each request with the same bytes.</summary>
internal sealed class CannedAnswer(HttpStatusCode status, byte[] body) : HttpMessageHandler
{
    public string? Challenge { get; init; }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = new HttpResponseMessage(status) { Content = new ByteArrayContent(body), RequestMessage = request };
        if (Challenge is not null)
        {
            response.Headers.TryAddWithoutValidation("WWW-Authenticate", Challenge.Split('\n'));
        }

        return Task.FromResult(response);
    }
}
