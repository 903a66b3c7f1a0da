using System.Text.Json;
using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>
/// The settings with which a program is an application or a managed identity of this emulator, in the forms that are pasted somewhere: C#,
/// <c>appsettings.json</c>, variables for a shell, and variables as JSON.
/// </summary>
internal static class CopySettings
{
    /// <summary>What is shown in the place of a secret.</summary>
    public const string Mask = "••••••••";

    /// <summary>A path that the reader replaces.</summary>
    private const string TokenFile = "/path/to/assertion.jwt";
    private const string CertificateFile = "/path/to/certificate.pem";

    /// <param name="application">The application.</param>
    /// <param name="entra">Its emulator.</param>
    /// <param name="includesSecret">Whether its newest secret is in the text; a mask otherwise.</param>
    public static JsonObject Of(EmulatedApplication application, EntraEmulator entra, bool includesSecret)
    {
        var (tenant, client, authority) = (application.TenantId, application.ClientId, entra.LocalAddress.AbsoluteUri);
        var (kind, setting, variable, value, method) = CredentialOf(application, includesSecret);
        var section = new JsonObject { ["Kind"] = kind, ["TenantId"] = tenant, ["ClientId"] = client, [setting] = value };
        if (entra.IsLoopback)
        {
            section["AuthorityHost"] = authority;
        }

        // A host that is neither Entra's nor this machine is allowed in code only.
        var allow = entra.IsLoopback ? "" : "\n        options.Credentials.AllowUnknownAuthorityHost = true;";
        return Forms(
            $$"""
            builder.Services.AddWorkloadIdentity()
                .{{method}}
                .Configure(options =>
                {
                    options.Credentials.AuthorityHost = new Uri({{Text(authority)}});{{allow}}
                });
            """,
            section,
            new JsonObject
            {
                ["AZURE_AUTHORITY_HOST"] = authority,
                ["AZURE_TENANT_ID"] = tenant,
                ["AZURE_CLIENT_ID"] = client,
                [variable] = value,
            },
            application.UnexpiredSecret is not null ? ""
                : kind == "ClientSecret" ? "This application has no secret, no certificate and no federated credential yet."
                : $"Write the path of your file in the place of {value}.",
            hasSecret: application.UnexpiredSecret is not null);
    }

    /// <summary>The credential that is easiest to use of those the application has.</summary>
    private static (string Kind, string Setting, string Variable, string Value, string Method) CredentialOf(
        EmulatedApplication application, bool includesSecret)
    {
        var (tenant, client) = (Text(application.TenantId), Text(application.ClientId));
        var secret = application.UnexpiredSecret;
        if (secret is null && application.Credentials.Federated.Count > 0)
        {
            return ("FederatedTokenFile", "TokenFile", "AZURE_FEDERATED_TOKEN_FILE", TokenFile,
                $"UseFederation({tenant}, {client}, {Text(TokenFile)})");
        }

        if (secret is null && application.Credentials.Certificates.Count + application.Credentials.TrustedSubjects.Count > 0)
        {
            return ("ClientCertificate", "CertificateFile", "AZURE_CLIENT_CERTIFICATE_PATH", CertificateFile,
                $"UseCertificate({tenant}, {client}, ClientCertificateAuthentication.FromFile({Text(CertificateFile)}))");
        }

        var value = secret is not null && includesSecret ? secret : Mask;
        return ("ClientSecret", "ClientSecret", "AZURE_CLIENT_SECRET", value, $"UseSecret({tenant}, {client}, {Text(value)})");
    }

    /// <summary>As a virtual machine: its IMDS is named by a variable, which the program needs whatever its code says.</summary>
    public static JsonObject Of(EmulatedManagedIdentity identity, EntraEmulator entra) => Forms(
        $"builder.Services.AddWorkloadIdentity().UseManagedIdentity({Text(identity.ClientId)});",
        new JsonObject { ["Kind"] = "ManagedIdentity", ["ClientId"] = identity.ClientId },
        new JsonObject(
            entra.ImdsEnvironment(identity).Select(variable => new KeyValuePair<string, JsonNode?>(variable.Key, variable.Value))),
        "The code and the configuration need the variables too: they say where the managed identity host is.",
        hasSecret: false);

    private static JsonObject Forms(string code, JsonObject section, JsonObject variables, string note, bool hasSecret) => new()
    {
        ["dotnet"] = code,
        ["appsettings"] = Json(new JsonObject { ["WorkloadIdentity"] = section }),
        ["environment"] = string.Join(
            '\n', variables.Select(variable => $"export {variable.Key}={ShellText.Quoted(variable.Value!.GetValue<string>())}")),
        ["json"] = Json(variables),
        ["note"] = note,
        ["hasSecret"] = hasSecret,
    };

    private static string Json(JsonObject value)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(
            buffer,
            new JsonWriterOptions { Indented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            value.WriteTo(writer);
        }

        return System.Text.Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    /// <summary>A C# literal. What JSON escapes, C# reads in the same way.</summary>
    private static string Text(string value) =>
        $"\"{JsonEncodedText.Encode(value, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";
}
