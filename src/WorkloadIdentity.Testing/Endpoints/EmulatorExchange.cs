using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace WorkloadIdentity.Testing;

/// <summary>One request on its way through the emulator, with the ids that go into its answer and the journal.</summary>
internal sealed class EmulatorExchange
{
    private EmulatorExchange(HttpRequest request, string[] path, IFormCollection form, DateTimeOffset at)
    {
        Request = request;
        Path = path;
        Form = form;
        At = at;
        CorrelationId =
            Guid.TryParseExact(request.Headers["client-request-id"], "D", out var id) ? id.ToString() : Guid.NewGuid().ToString();
    }

    public HttpRequest Request { get; }

    /// <summary>
    /// The address the caller meant, ending in a slash: one of this emulator's own, or the request would not have come so far.
    /// </summary>
    public string Origin => $"{Request.Scheme}://{Request.Host}/";

    /// <summary>The path, cut at its slashes.</summary>
    public string[] Path { get; }

    /// <summary>The body when it is a form, otherwise empty.</summary>
    public IFormCollection Form { get; }

    /// <summary>Whether there may be a body, whatever it is: one that is sent in chunks does not state its length.</summary>
    public bool HasBody => Request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody ?? true;

    /// <summary>The body when it is JSON, otherwise empty.</summary>
    public ReadOnlyMemory<byte> Json { get; private init; }

    public DateTimeOffset At { get; }

    public string CorrelationId { get; }

    public string TraceId { get; } = Guid.NewGuid().ToString();

    /// <summary>The client's certificate in TLS; null when it presented none.</summary>
    public X509Certificate2? Certificate => Request.HttpContext.Connection.ClientCertificate;

    /// <summary>The SHA-256 of the whole certificate, as a token names it (<c>x5t#S256</c>); null without one.</summary>
    public string? CertificateThumbprint =>
        Certificate is { } certificate ? Base64Url.EncodeToString(certificate.GetCertHash(HashAlgorithmName.SHA256)) : null;

    /// <summary>A form field sent once with a value; null otherwise.</summary>
    public string? Field(string name) => Form[name] is [{ Length: > 0 } value] ? value : null;

    /// <summary>A query parameter sent once with a value; null otherwise.</summary>
    public string? Query(string name) => Request.Query[name] is [{ Length: > 0 } value] ? value : null;

    /// <summary>A header sent once with a value; null otherwise.</summary>
    public string? Header(string name) => Request.Headers[name] is [{ Length: > 0 } value] ? value : null;

    public static async Task<EmulatorExchange> ReadAsync(HttpRequest request, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var path = (request.Path.Value ?? "").Split('/', StringSplitOptions.RemoveEmptyEntries);
        var form = request.HasFormContentType ? await request.ReadFormAsync(cancellationToken).ConfigureAwait(false) : FormCollection.Empty;
        return new EmulatorExchange(
            request,
            path,
            form,
            at)
        {
            Json = request.HasJsonContentType()
                ? await ReadAllAsync(request.Body, cancellationToken).ConfigureAwait(false)
                : default
        };
    }

    /// <summary>The whole body: the server's own limit bounds it.</summary>
    private static async Task<ReadOnlyMemory<byte>> ReadAllAsync(Stream body, CancellationToken cancellationToken)
    {
        using var content = new MemoryStream();
        await body.CopyToAsync(content, cancellationToken).ConfigureAwait(false);
        return content.ToArray();
    }
}
