using System.Text.Json;
using System.Text.Json.Serialization;

namespace WorkloadIdentity.KeyVault;

/// <summary>
/// The members of a vault's responses that this package reads
/// (<see href="https://learn.microsoft.com/rest/api/keyvault/">the REST interface</see>). One type serves all responses, because a member
/// has the same name and meaning in each.
/// </summary>
internal sealed class VaultAnswer
{
    /// <summary>The identifier of a certificate or secret.</summary>
    [JsonPropertyName("id")]
    public string? Id { get; init; }

    /// <summary>The identifier of the key that belongs to a certificate or secret, or that signed.</summary>
    [JsonPropertyName("kid")]
    public string? KeyId { get; init; }

    /// <summary>The identifier of the secret that belongs to a certificate.</summary>
    [JsonPropertyName("sid")]
    public string? SecretId { get; init; }

    /// <summary>A certificate's public part, in base64.</summary>
    [JsonPropertyName("cer")]
    public string? Certificate { get; init; }

    /// <summary>A secret, a signature, or the entries of a list.</summary>
    [JsonPropertyName("value")]
    public JsonElement Value { get; init; }

    [JsonPropertyName("nextLink")]
    public string? NextLink { get; init; }

    /// <summary>Whether the vault itself manages the secret, because it belongs to a certificate.</summary>
    [JsonPropertyName("managed")]
    public bool? IsManaged { get; init; }

    [JsonPropertyName("contentType")]
    public string? ContentType { get; init; }

    [JsonPropertyName("attributes")]
    public VaultAttributes? Attributes { get; init; }

    [JsonPropertyName("policy")]
    public CertificatePolicy? Policy { get; init; }

    [JsonPropertyName("error")]
    public ErrorDescription? Error { get; init; }

    /// <summary>The value as text; null for a list, if there is none, or if no string can hold it.</summary>
    [JsonIgnore]
    public string? Text
    {
        get
        {
            try
            {
                return Value.ValueKind == JsonValueKind.String ? Value.GetString() : null;
            }
            catch (InvalidOperationException)
            {
                return null;
            }
        }
    }

    /// <summary>The response as it was read; null if it is not one JSON object of this form.</summary>
    public static VaultAnswer? Read(ReadOnlySpan<byte> body)
    {
        try
        {
            return JsonSerializer.Deserialize(body.StartsWith("\uFEFF"u8) ? body[3..] : body, VaultJson.Default.VaultAnswer);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The entries of a list; null if the value is none.</summary>
    public IReadOnlyList<VaultAnswer>? Entries()
    {
        try
        {
            return Value.ValueKind == JsonValueKind.Array ? Value.Deserialize(VaultJson.Default.VaultAnswerArray) : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    internal sealed class CertificatePolicy
    {
        [JsonPropertyName("key_props")]
        public KeyProperties? KeyProperties { get; init; }
    }

    internal sealed class KeyProperties
    {
        [JsonPropertyName("exportable")]
        public bool? IsExportable { get; init; }
    }

    internal sealed class ErrorDescription
    {
        [JsonPropertyName("code")]
        public string? Code { get; init; }

        [JsonPropertyName("innererror")]
        public ErrorDescription? InnerError { get; init; }
    }
}
