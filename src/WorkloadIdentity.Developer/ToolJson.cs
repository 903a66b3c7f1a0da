using System.Text.Json;
using System.Text.Json.Serialization;

namespace WorkloadIdentity.Developer;

/// <summary>The members of the tools' JSON objects that this package reads. An object of another form is not read.</summary>
internal sealed class ToolJson
{
    /// <summary>The token of the Azure CLI.</summary>
    [JsonPropertyName("accessToken")]
    public string? AccessToken { get; init; }

    /// <summary>The token of the Azure Developer CLI.</summary>
    [JsonPropertyName("token")]
    public string? Token { get; init; }

    /// <summary>When the token expires, in seconds since 1970: a number, or a number as text.</summary>
    [JsonPropertyName("expires_on")]
    public JsonElement ExpiresAt { get; init; }

    /// <summary>When the token expires, as each tool writes it.</summary>
    [JsonPropertyName("expiresOn")]
    public JsonElement ExpiresOn { get; init; }

    [JsonPropertyName("error")]
    public string? Error { get; init; }

    [JsonPropertyName("message")]
    public string? Message { get; init; }

    [JsonPropertyName("data")]
    public ToolJson? Data { get; init; }

    /// <summary>Reads one object, or null if it is of another form.</summary>
    public static ToolJson? Read(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, ToolJsonReader.Default.ToolJson);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
