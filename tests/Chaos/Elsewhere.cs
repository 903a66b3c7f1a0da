using System.Net;
using PostgresSample;

namespace WorkloadIdentity.Chaos;

/// <summary>A server that must never get a token, a secret or an assertion. It asks for one.</summary>
internal sealed class Elsewhere : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Tally _tally;
    private readonly Task _serving;

    public Elsewhere(Tally tally)
    {
        _tally = tally;
        Address = new Uri($"http://127.0.0.1:{FreePort.Find()}/");
        _listener.Prefixes.Add(Address.AbsoluteUri);
        _listener.Start();
        _serving = ServeAsync();
    }

    public Uri Address { get; }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _serving;
        _listener.Close();
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            _tally.Count("requests that were led elsewhere");
            if (context.Request.Headers["Authorization"] is not null || context.Request.HasEntityBody)
            {
                _tally.Breach(
                    Law.NoTokenElsewhere, $"{context.Request.HttpMethod} with {(context.Request.HasEntityBody ? "a body" : "a token")}");
            }

            context.Response.StatusCode = 401;
            context.Response.AddHeader("WWW-Authenticate", "Bearer error=\"invalid_token\"");
            context.Response.Close();
        }
    }
}
