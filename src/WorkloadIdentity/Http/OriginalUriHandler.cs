namespace WorkloadIdentity;

/// <summary>
/// Stands outermost in a factory-made pipeline and keeps the address the application issued, so that the <see cref="AccessTokenHandler"/>
/// further in can tell an address rewritten by the application's own handlers (service discovery) from one an API redirected to.
/// </summary>
internal sealed class OriginalUriHandler : DelegatingHandler
{
    private readonly AllowedOrigins _origins;

    public OriginalUriHandler(AllowedOrigins origins)
    {
        _origins = origins;
        origins.IsGated = true;
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Note(request);
        return base.SendAsync(request, cancellationToken);
    }

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Note(request);
        return base.Send(request, cancellationToken);
    }

    private void Note(HttpRequestMessage request)
    {
        // The message may be one that a client further out sends twice at once.
        lock (request.Options)
        {
            request.Options.Set(OriginalUri.Key, new OriginalUri(_origins, request.RequestUri));
        }
    }
}
