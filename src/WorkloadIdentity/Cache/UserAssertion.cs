using System.Buffers.Text;
using System.Text.Json;

namespace WorkloadIdentity;

/// <summary>Reads when a user assertion ends. Nothing is validated here: Entra judges the assertion, this only bounds how long its tokens are kept.</summary>
internal static class UserAssertion
{
    /// <summary>The <c>exp</c> of a JWT (RFC 7519 section 4.1.4); null when it cannot be read.</summary>
    public static DateTimeOffset? ExpiresOn(string assertion)
    {
        var parts = assertion.Split('.');
        if (parts.Length != 3 || !Base64Url.IsValid(parts[1]))
        {
            return null;
        }

        try
        {
            using var payload = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1]), new JsonDocumentOptions { MaxDepth = 16 });
            return payload.RootElement.ValueKind == JsonValueKind.Object
                && payload.RootElement.TryGetProperty("exp", out var exp)
                && exp.ValueKind == JsonValueKind.Number
                && exp.TryGetDouble(out var seconds)
                && seconds is > 0 and < 253402300799
                ? DateTimeOffset.UnixEpoch.AddSeconds(seconds)
                : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The latter for a name with half of a surrogate pair in it: the assertion is a stranger's text.
            return null;
        }
    }
}
