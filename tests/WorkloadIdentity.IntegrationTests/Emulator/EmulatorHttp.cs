using Microsoft.Identity.Client;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.IntegrationTests;

/// <summary>
/// How other vendors' libraries reach an emulator: they trust its certificate, and the one question they put to the public cloud about an
/// authority they do not know (instance discovery) is led to it. Nothing else is changed on the way, and nothing leaves the machine.
/// </summary>
internal sealed class EmulatorHttp(EntraEmulator entra) : DelegatingHandler(entra.CreateHandler())
{
    private readonly List<string> _asked = [];

    /// <summary>The hosts that were asked before anything was rewritten.</summary>
    public IReadOnlyList<string> Asked
    {
        get
        {
            lock (_asked)
            {
                return [.. _asked];
            }
        }
    }

    public void Forget()
    {
        lock (_asked)
        {
            _asked.Clear();
        }
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var address = request.RequestUri!;
        lock (_asked)
        {
            _asked.Add(address.Host);
        }

        if (address.Host == "login.microsoftonline.com" && address.AbsolutePath == "/common/discovery/instance")
        {
            request.RequestUri = new Uri(entra.SecureAddress, address.PathAndQuery);
        }
        else if (address.Port != entra.SecureAddress.Port && address.Port != entra.PlainAddress.Port)
        {
            throw new HttpRequestException(HttpRequestError.ConnectionError, $"{address.Host} is not to be reached from this test.");
        }

        return base.SendAsync(request, cancellationToken);
    }
}

/// <summary>MSAL's way to be given an <see cref="HttpClient"/>.</summary>
internal sealed class MsalHttp(HttpClient client) : IMsalHttpClientFactory
{
    public HttpClient GetHttpClient() => client;
}
