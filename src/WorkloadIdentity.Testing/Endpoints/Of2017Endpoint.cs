using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>
/// The protocol of 2017-09-01, which two hosts speak: App Service at <c>GET /app-service-2017/MSI/token</c> on older plans, with dates for
/// expiries, and Azure Machine Learning at <c>GET /azureml/msi/token</c>, with one more header and an identity that is always named.
/// </summary>
internal sealed class Of2017Endpoint(EntraEmulator entra, bool isMachineLearning) : ManagedIdentityEndpoint(entra)
{
    protected override string Host => isMachineLearning ? "Azure Machine Learning" : "App Service (2017)";

    protected override IReadOnlyDictionary<string, Func<EmulatedManagedIdentity, string>> Selectors { get; } =
        new Dictionary<string, Func<EmulatedManagedIdentity, string>>(
            StringComparer.OrdinalIgnoreCase)
        { ["clientid"] = identity => identity.ClientId };

    protected override ManagedIdentityRefusal IdentityNotFound { get; } =
        new(400, "invalid_request", "There is no such user assigned managed identity here.");

    public override bool Serves(ReadOnlySpan<string> path) =>
        isMachineLearning ? path is ["azureml", "msi", "token"] : path is ["app-service-2017", "MSI", "token"];

    protected override ManagedIdentityRefusal? RefuseCaller(EmulatorExchange exchange) =>
        !CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(exchange.Header("secret") ?? ""), Encoding.UTF8.GetBytes(Entra.IdentityHeader))
            ? new(401, "unauthorized", "The header secret does not hold the value of MSI_SECRET.")
        : isMachineLearning && exchange.Header("Metadata") != "true" ? new(400, "invalid_request", "The header Metadata is missing.")
        : isMachineLearning && exchange.Query("clientid") is null
        ? new(400, "invalid_request", "The parameter 'clientid' is missing; DEFAULT_IDENTITY_CLIENT_ID holds the compute's own.")
        : exchange.Query("api-version") != "2017-09-01"
        ? new(400, "invalid_request", "The parameter 'api-version' is missing or not supported; use 2017-09-01.")
        : null;

    protected override ManagedIdentityRefusal NoDefault { get; } =
        new(400, "invalid_request", "There is no system assigned managed identity here.");

    protected override EmulatedAnswer Write(IssuedToken token, EmulatedManagedIdentity identity, string resource, string? selector) =>
        EmulatedAnswer.Json(200, new JsonObject
        {
            ["access_token"] = token.Value,
            ["expires_on"] = isMachineLearning
            ? token.ExpiresOn.ToString(CultureInfo.InvariantCulture)
            : DateTimeOffset.FromUnixTimeSeconds(token.ExpiresOn).ToString("MM/dd/yyyy HH:mm:ss zzz", CultureInfo.InvariantCulture),
            ["resource"] = resource,
            ["token_type"] = "Bearer",
        });

    protected override EmulatedAnswer Write(ManagedIdentityRefusal refusal, EmulatorExchange exchange) =>
        WriteStatusCode(refusal, exchange);
}
