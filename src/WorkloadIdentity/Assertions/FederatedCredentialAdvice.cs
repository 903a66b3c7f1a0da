using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace WorkloadIdentity;

/// <summary>
/// What a refused assertion says, and the federated credential that would accept it
/// (<see href="https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations">issuer, subject and audience are compared exactly</see>).
/// What stands in an assertion may have been chosen by a stranger (the name of a branch, say), and people paste these lines into a shell.
/// </summary>
internal static class FederatedCredentialAdvice
{
    // Entra's own limit on each of the three values.
    private const int MaxLength = 600;
    private const string CredentialName = "workload";

    private static readonly SearchValues<char> Unquotable = SearchValues.Create("'\"\\`$!;&|<>");

    /// <summary>Issuer, subject, audience, algorithm and times, as they are in the assertion; null when it cannot be read.</summary>
    public static string? Says(UnverifiedJwt? assertion, TokenRequestForm form) => assertion is null
        ? null
        : $"issuer '{Shown(assertion.Issuer, form)}', subject '{Shown(assertion.Subject, form)}', audience '{string.Join("', '", assertion.Audiences.Take(4).Select(audience => Shown(audience, form)))}'"
            + $", algorithm {Shown(assertion.Algorithm, form)}, valid from {Time(assertion.NotBefore)} to {Time(assertion.ExpiresOn)}";

    /// <summary>The credential that would match, as JSON and as commands; null where none can.</summary>
    public static string? Create(UnverifiedJwt assertion, string clientId, TokenRequestForm form)
    {
        if (assertion is not { Issuer: { Length: > 0 } issuer, Subject: { Length: > 0 } subject, Audiences: [{ Length: > 0 } audience, ..] }
            || !Array.TrueForAll([issuer, subject, audience], value => value.Length <= MaxLength && Shown(value, form) == value))
        {
            return null;
        }

        // The writer escapes quotes of both kinds, ampersands and all beyond ASCII: the text holds still between single quotes in any shell.
        var json = Json(issuer, subject, audience);
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"The federated credential that accepts it: {json} For an application: az ad app federated-credential create --id {clientId} --parameters '{json}'");
        if (!string.Concat(issuer, subject, audience).AsSpan().ContainsAny(Unquotable))
        {
            text.Append(CultureInfo.InvariantCulture, $" For a managed identity: az identity federated-credential create --name {CredentialName} --identity-name <identity> --resource-group <group> --issuer '{issuer}' --subject '{subject}' --audiences '{audience}'");
        }

        return text.ToString();
    }

    private static string Json(string issuer, string subject, string audience)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("name", CredentialName);
            writer.WriteString("issuer", issuer);
            writer.WriteString("subject", subject);
            writer.WriteStartArray("audiences");
            writer.WriteStringValue(audience);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static string Shown(string? value, TokenRequestForm form) =>
        value is null ? "(none)" : ServerWords.Plain(form.Mask(value), MaxLength) ?? "(empty)";

    private static string Time(DateTimeOffset? moment) => moment is { } known ? known.ToString("u", CultureInfo.InvariantCulture) : "(none)";
}
