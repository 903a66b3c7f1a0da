using System.Text;
using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>An answer before it is written.</summary>
internal sealed class EmulatedAnswer
{
    private EmulatedAnswer(int status, byte[] body, string? contentType)
    {
        Status = status;
        Body = body;
        ContentType = contentType;
    }

    public int Status { get; }

    public byte[] Body { get; }

    public string? ContentType { get; }

    public List<(string Name, string Value)> Headers { get; } = [];

    public static EmulatedAnswer Json(int status, JsonObject body) =>
        new(status, Encoding.UTF8.GetBytes(body.ToJsonString()), "application/json; charset=utf-8");

    public static EmulatedAnswer Text(int status, string body, string contentType = "text/plain; charset=utf-8") =>
        new(status, Encoding.UTF8.GetBytes(body), body.Length == 0 ? null : contentType);

    public EmulatedAnswer With(string name, string value)
    {
        Headers.Add((name, value));
        return this;
    }
}
