using System.Text.Json;

namespace WorkloadIdentity.Testing;

/// <summary>The <c>claims</c> parameter of a token request.</summary>
internal static class RequestedClaims
{
    /// <summary>
    /// Reads the capability <c>cp1</c> out of <c>{"access_token":{"xms_cc":{"values":["cp1"]}}}</c>, in any letter case (MSAL writes it
    /// large); false when the text is not a JSON object.
    /// </summary>
    public static bool TryRead(string? claims, out bool continuousAccess)
    {
        continuousAccess = false;
        if (claims is null)
        {
            return true;
        }

        try
        {
            using var document = JsonDocument.Parse(claims, new JsonDocumentOptions { MaxDepth = 16 });
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                return false;
            }

            continuousAccess =
                document.RootElement.TryGetProperty("access_token", out var accessToken) && accessToken.ValueKind == JsonValueKind.Object
                && accessToken.TryGetProperty("xms_cc", out var capabilities) && capabilities.ValueKind == JsonValueKind.Object
                && capabilities.TryGetProperty("values", out var values) && values.ValueKind == JsonValueKind.Array
                && values.EnumerateArray()
                    .Any(value =>
                        value.ValueKind == JsonValueKind.String
                            && string.Equals(value.GetString(), "cp1", StringComparison.OrdinalIgnoreCase));
            return true;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return false;
        }
    }
}
