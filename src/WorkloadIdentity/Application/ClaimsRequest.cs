using System.Buffers;
using System.Text;
using System.Text.Json;

namespace WorkloadIdentity;

/// <summary>
/// The <c>claims</c> of a token request: the capability to answer challenges, and what a challenge demanded.
/// See <see href="https://learn.microsoft.com/entra/identity-platform/claims-challenge">claims challenges</see>.
/// </summary>
internal static class ClaimsRequest
{
    /// <summary>A challenge is a few hundred bytes; it comes from a server that may not be trusted.</summary>
    public const int MaxLength = 16 * 1024;

    private const string CapabilityName = "xms_cc";
    private const string CapabilityValue = """{"values":["cp1"]}""";
    private const string Capability = """{"access_token":{"xms_cc":{"values":["cp1"]}}}""";

    /// <summary>The form field's value, null when there is nothing to say; or why the challenge cannot be sent.</summary>
    /// <param name="continuousAccess">Whether to declare <c>cp1</c>.</param>
    /// <param name="challenge">What an API demanded. Only its <c>access_token</c> member goes on, written anew, with our capability in
    /// it.</param>
    public static (string? Claims, TokenError? Error) For(bool continuousAccess, string? challenge)
    {
        if (challenge is null)
        {
            return (continuousAccess ? Capability : null, null);
        }

        if (challenge.Length > MaxLength)
        {
            return (null, Refused($"are longer than {MaxLength / 1024} KiB"));
        }

        try
        {
            using var document = JsonDocument.Parse(challenge, new JsonDocumentOptions { MaxDepth = 16, AllowDuplicateProperties = false });
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("access_token", out var wanted)
                && wanted.ValueKind == JsonValueKind.Object
                    ? (Write(wanted, continuousAccess), null)
                    : (null, Refused("hold no object named access_token"));
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException or InvalidOperationException)
        {
            // A lone surrogate surfaces as one of the latter two.
            return (null, Refused("are not a JSON object that can be read"));
        }
    }

    private static string Write(JsonElement wanted, bool continuousAccess)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteStartObject("access_token");
            var declared = !continuousAccess;
            foreach (var claim in wanted.EnumerateObject())
            {
                if (continuousAccess && claim.NameEquals(CapabilityName))
                {
                    declared = true;
                    WriteCapability(writer, claim.Value);
                }
                else
                {
                    claim.WriteTo(writer);
                }
            }

            if (!declared)
            {
                writer.WritePropertyName(CapabilityName);
                writer.WriteRawValue(CapabilityValue);
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>
    /// What the server wants of the capability stands, and ours is kept in it: no API may talk an application out of being told of
    /// revocations.
    /// </summary>
    private static void WriteCapability(Utf8JsonWriter writer, JsonElement theirs)
    {
        writer.WritePropertyName(CapabilityName);
        if (theirs.ValueKind != JsonValueKind.Object)
        {
            writer.WriteRawValue(CapabilityValue);
            return;
        }

        writer.WriteStartObject();
        foreach (var member in theirs.EnumerateObject())
        {
            if (!member.NameEquals("values"))
            {
                member.WriteTo(writer);
            }
        }

        writer.WriteStartArray("values");
        writer.WriteStringValue("cp1");
        if (theirs.TryGetProperty("values", out var values) && values.ValueKind == JsonValueKind.Array)
        {
            foreach (var value in values.EnumerateArray())
            {
                if (value.ValueKind != JsonValueKind.String || !value.ValueEquals("cp1"))
                {
                    value.WriteTo(writer);
                }
            }
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static TokenError Refused(string problem) =>
        new(
            TokenErrorKind.InvalidConfiguration,
            $"The claims of the challenge {problem}, so no token was asked for. Pass them as the API sent them, decoded from base64.")
        {
            HelpAnchor = HelpAnchors.ClaimsChallenge,
        };
}
