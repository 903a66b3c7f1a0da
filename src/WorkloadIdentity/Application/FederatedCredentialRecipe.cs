using System.Buffers;
using System.Text;
using System.Text.Json;

namespace WorkloadIdentity;

/// <summary>
/// One federated credential, written for the Azure CLI, Bicep and Terraform. Its three values were checked to be plain text on one line. A
/// stranger may have chosen them, so each form quotes them by its own rules.
/// </summary>
internal sealed class FederatedCredentialRecipe(string issuer, string subject, string audience)
{
    private const string Name = "workload";

    private static readonly SearchValues<char> Unquotable = SearchValues.Create("'\"\\`$!;&|<>");

    /// <summary>
    /// The JSON that Microsoft Graph and <c>az</c> read. The writer escapes both kinds of quotes, ampersands and all non-ASCII characters,
    /// so the text is safe between single quotes in any shell.
    /// </summary>
    public string Json { get; } = WriteJson(issuer, subject, audience);

    /// <summary>The command for an application.</summary>
    public string AzForApplication(string clientId) => $"az ad app federated-credential create --id {clientId} --parameters '{Json}'";

    /// <summary>The command for a user-assigned managed identity; null if a value could break out of its quotes.</summary>
    public string? AzForManagedIdentity() => string.Concat(issuer, subject, audience).AsSpan().ContainsAny(Unquotable)
        ? null
        : $"az identity federated-credential create --name {Name} --identity-name <identity> --resource-group <group> --issuer "
            + $"'{issuer}' --subject '{subject}' --audiences '{audience}'";

    /// <summary>The file bicepconfig.json, which <see cref="BicepForApplication"/> needs. It names the source of the extension.</summary>
    public const string BicepConfiguration = """
        {
          "extensions": {
            "microsoftGraphV1": "br:mcr.microsoft.com/bicep/extensions/microsoftgraph/v1.0:1.0.0"
          }
        }
        """;

    /// <summary>Bicep for an application, with the extension for Microsoft Graph.</summary>
    public string BicepForApplication() => $$"""
        extension microsoftGraphV1

        resource application 'Microsoft.Graph/applications@v1.0' existing = {
          uniqueName: '<unique name of the application>'
        }

        resource {{Name}} 'Microsoft.Graph/applications/federatedIdentityCredentials@v1.0' = {
          name: '${application.uniqueName}/{{Name}}'
          issuer: {{Bicep(issuer)}}
          subject: {{Bicep(subject)}}
          audiences: [{{Bicep(audience)}}]
        }
        """;

    /// <summary>Bicep for a user-assigned managed identity.</summary>
    public string BicepForManagedIdentity() => $$"""
        resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' existing = {
          name: '<identity>'
        }

        resource {{Name}} 'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials@2023-01-31' = {
          parent: identity
          name: '{{Name}}'
          properties: {
            issuer: {{Bicep(issuer)}}
            subject: {{Bicep(subject)}}
            audiences: [{{Bicep(audience)}}]
          }
        }
        """;

    /// <summary>Terraform for an application (azuread).</summary>
    public string TerraformForApplication(string clientId) => $$"""
        data "azuread_application" "{{Name}}" {
          client_id = "{{clientId}}"
        }

        resource "azuread_application_federated_identity_credential" "{{Name}}" {
          application_id = data.azuread_application.{{Name}}.id
          display_name   = "{{Name}}"
          issuer         = {{Terraform(issuer)}}
          subject        = {{Terraform(subject)}}
          audiences      = [{{Terraform(audience)}}]
        }
        """;

    /// <summary>Terraform for a user-assigned managed identity (azurerm).</summary>
    public string TerraformForManagedIdentity() => $$"""
        resource "azurerm_federated_identity_credential" "{{Name}}" {
          name                = "{{Name}}"
          resource_group_name = "<group>"
          parent_id           = "<resource id of the identity>"
          issuer              = {{Terraform(issuer)}}
          subject             = {{Terraform(subject)}}
          audience            = [{{Terraform(audience)}}]
        }
        """;

    /// <summary>A Bicep string. Characters that would end it or begin an interpolation are escaped.</summary>
    private static string Bicep(string value) =>
        $"'{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)
            .Replace("${", "\\${", StringComparison.Ordinal)}'";

    /// <summary>
    /// A Terraform string. The characters that begin a template are written as a code point, because doubling them is ambiguous after
    /// another one.
    /// </summary>
    private static string Terraform(string value) =>
        $"\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)
            .Replace("${", "\\u0024{", StringComparison.Ordinal).Replace("%{", "\\u0025{", StringComparison.Ordinal)}\"";

    private static string WriteJson(string issuer, string subject, string audience)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("name", Name);
            writer.WriteString("issuer", issuer);
            writer.WriteString("subject", subject);
            writer.WriteStartArray("audiences");
            writer.WriteStringValue(audience);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
