namespace WorkloadIdentity;

/// <summary>
/// The outermost handler of a factory-made pipeline. It keeps the original URI, so that the <see cref="AccessTokenHandler"/> further in can
/// tell an address that the application's own handlers changed (service discovery) from one that an API redirected to.
/// </summary>
internal sealed class OriginalUriHandler : DelegatingHandler
{
    private readonly AllowedOrigins _origins;

    public OriginalUriHandler(AllowedOrigins origins)
    {
        _origins = origins;
        origins.NotesOriginalUris = true;
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
        // An outer client may send the same message twice at once.
        lock (request.Options)
        {
            request.Options.Set(OriginalUri.Key, new OriginalUri(_origins, request.RequestUri));
        }
    }
}
