using System.Security.Cryptography;
using System.Text;

namespace WorkloadIdentity.Testing;

/// <summary>
/// <c>GET /aci/metadata/identity/oauth2/token?api-version=1.0</c>: a Windows container of Azure Container Instances, or a deployment
/// script. It speaks Service Fabric's protocol over plain http, and the endpoint that the program is given holds the version.
/// </summary>
internal sealed class ContainerInstancesEndpoint(EntraEmulator entra) : ManagedIdentityEndpoint(entra)
{
    protected override string Host => "Azure Container Instances";

    protected override IReadOnlyDictionary<string, Func<EmulatedManagedIdentity, string>> Selectors { get; } =
        new Dictionary<string, Func<EmulatedManagedIdentity, string>>(StringComparer.OrdinalIgnoreCase)
        {
            ["principalId"] = identity => identity.ObjectId,
        };

    protected override ManagedIdentityRefusal IdentityNotFound { get; } =
        new(404, "ManagedIdentityNotFound", "No such managed identity is assigned to the container group.");

    protected override ManagedIdentityRefusal NoDefault { get; } = new(404, "DefaultIdentityNotDefined", "DefaultIdentityNotDefined");

    public override bool Serves(ReadOnlySpan<string> path) => path is ["aci", "metadata", "identity", "oauth2", "token"];

    protected override ManagedIdentityRefusal? RefuseCaller(EmulatorExchange exchange) =>
        !CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(exchange.Header("secret") ?? ""), Encoding.UTF8.GetBytes(Entra.IdentityHeader))
            ? new(400, "SecretHeaderNotFound", "The header secret does not hold the value of IDENTITY_HEADER.")
        : exchange.Query("api-version") != "1.0"
            ? new(400, "InvalidApiVersion", "The parameter 'api-version' is missing or not supported; IDENTITY_ENDPOINT holds it.")
        : null;

    protected override EmulatedAnswer Write(IssuedToken token, EmulatedManagedIdentity identity, string resource, string? selector) =>
        WriteFabric(token, resource);

    protected override EmulatedAnswer Write(ManagedIdentityRefusal refusal, EmulatorExchange exchange) => WriteFabric(refusal, exchange);
}
