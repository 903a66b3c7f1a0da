using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace WorkloadIdentity;

/// <summary>
/// Reads what a claims challenge demands of an access token, and writes it anew: only its <c>access_token</c> member goes on, in one form,
/// so that the same claims are the same text. The one place that does.
/// </summary>
internal static class AccessTokenClaims
{
    public const string Member = "access_token";

    private const string CapabilityName = "xms_cc";
    private const string CapabilityValue = """{"values":["cp1"]}""";

    /// <summary>The claims that declare the capability to answer challenges, and demand nothing.</summary>
    public const string Capability = """{"access_token":{"xms_cc":{"values":["cp1"]}}}""";

    // Escapes little more than JSON requires, so that the text does not outgrow the bounds of its readers. No HTML shows it.
    private static readonly JsonWriterOptions Written = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The claims in one form; or what is wrong with them, as the end of a sentence.</summary>
    /// <param name="json">What an API demanded. Its length is for the caller to bound.</param>
    /// <param name="declareCapability">Whether to add the capability to answer challenges (<c>cp1</c>).</param>
    public static (string? Claims, string? Problem) Rewrite(string json, bool declareCapability)
    {
        const string Unreadable = "are not a JSON object that can be read";
        using var document = StrictJson.Parse(json);
        if (document is null)
        {
            return (null, Unreadable);
        }

        if (document.RootElement.Member(Member) is not { ValueKind: JsonValueKind.Object } wanted)
        {
            return (null, $"hold no object named {Member}");
        }

        try
        {
            return (Write(wanted, declareCapability), null);
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException)
        {
            // Half of a surrogate pair in a name or a text is found when it is written.
            return (null, Unreadable);
        }
    }

    private static string Write(JsonElement wanted, bool declareCapability)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Written))
        {
            writer.WriteStartObject();
            writer.WriteStartObject(Member);
            var isDeclared = !declareCapability;
            foreach (var claim in wanted.EnumerateObject())
            {
                if (declareCapability && claim.NameEquals(CapabilityName))
                {
                    isDeclared = true;
                    WriteCapability(writer, claim.Value);
                }
                else
                {
                    claim.WriteTo(writer);
                }
            }

            if (!isDeclared)
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
    /// What the server demands of the capability stays, and ours is added: an API cannot keep an application from being told of
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
}
