using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace WorkloadIdentity.Testing;

/// <summary>An answer before it is written.</summary>
internal sealed class EmulatedAnswer
{
    private readonly Func<Stream, CancellationToken, Task>? _writeAsync;

    private EmulatedAnswer(int status, byte[] body, string? contentType, Func<Stream, CancellationToken, Task>? writeAsync = null)
    {
        Status = status;
        Body = body;
        ContentType = contentType;
        _writeAsync = writeAsync;
    }

    public int Status { get; }

    public byte[] Body { get; }

    public string? ContentType { get; }

    /// <summary>What a browser may do with the answer; null for nothing.</summary>
    public string? Policy { get; init; }

    public List<(string Name, string Value)> Headers { get; } = [];

    public static EmulatedAnswer Json(int status, JsonObject body) =>
        new(status, Encoding.UTF8.GetBytes(body.ToJsonString()), "application/json; charset=utf-8");

    public static EmulatedAnswer Text(int status, string body, string contentType = "text/plain; charset=utf-8") =>
        new(status, Encoding.UTF8.GetBytes(body), body.Length == 0 ? null : contentType);

    /// <summary>A file that a browser shows or runs, within a Content-Security-Policy.</summary>
    public static EmulatedAnswer Page(string body, string contentType, string policy) =>
        new(200, Encoding.UTF8.GetBytes(body), contentType) { Policy = policy };

    /// <summary>An answer whose body a function writes until the caller or the emulator is gone.</summary>
    public static EmulatedAnswer Stream(string contentType, Func<Stream, CancellationToken, Task> writeAsync) =>
        new(200, [], contentType, writeAsync);

    public EmulatedAnswer With(string name, string value)
    {
        Headers.Add((name, value));
        return this;
    }

    /// <summary>Writes the answer.</summary>
    public async Task SendAsync(HttpResponse response, CancellationToken cancellationToken)
    {
        response.StatusCode = Status;
        response.ContentType = ContentType;
        response.ContentLength = _writeAsync is null ? Body.Length : null;
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";

        // The page's origin is that of every answer: no other one may run a script there, whatever a fault or a file puts into it.
        response.Headers.ContentSecurityPolicy = Policy ?? "default-src 'none'; sandbox";
        foreach (var (name, value) in Headers)
        {
            response.Headers.Append(name, value);
        }

        if (_writeAsync is not null)
        {
            await _writeAsync(response.Body, cancellationToken).ConfigureAwait(false);
        }
        else if (Body.Length > 0)
        {
            await response.Body.WriteAsync(Body, cancellationToken).ConfigureAwait(false);
        }
    }
}
