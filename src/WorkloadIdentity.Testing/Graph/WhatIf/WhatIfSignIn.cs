using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>The sign-in that is asked about: who, for what, from where.</summary>
internal sealed class WhatIfSignIn
{
    private WhatIfSignIn()
    {
    }

    public required PrincipalRow Principal { get; init; }

    /// <summary>The custom security attributes of the service principal.</summary>
    public JsonObject? Attributes => Principal.Attributes;

    /// <summary>The client ids of the resources.</summary>
    public required IReadOnlyList<string> Applications { get; init; }

    public IPAddress? Address { get; private init; }

    public string? Country { get; private init; }

    /// <summary>The stated risk of the service principal; null for that which Identity Protection knows.</summary>
    public string? Risk { get; private init; }

    public bool AppliedOnly { get; private init; }

    public static WhatIfSignIn Read(JsonElement body, GraphRows<PrincipalRow> principals)
    {
        var identity = Object(body, "signInIdentity");
        if (GraphJson.Text(identity, "@odata.type") != "#microsoft.graph.servicePrincipalSignIn"
            || GraphJson.Text(identity, "servicePrincipalId") is not { } id)
        {
            throw GraphErrorException.BadRequest("The emulator evaluates the sign-in of a service principal only.");
        }

        // The object id of the service principal: with that of the application, or the client id, nothing is found.
        var principal = principals.Find(id) is { } found && found.Id.Equals(id, StringComparison.OrdinalIgnoreCase)
            ? found
            : throw GraphErrorException.BadRequest($"The service principal '{(id.Length <= 100 ? id : id[..100])}' was not found.");
        var conditions = Object(body, "signInConditions");
        return new()
        {
            Principal = principal,
            Applications = Object(body, "signInContext") is { ValueKind: JsonValueKind.Object } context
                && context.TryGetProperty("includeApplications", out var included) && included.ValueKind == JsonValueKind.Array
                ? [.. included.EnumerateArray().Select(each => GraphJson.Text(each) ?? "")]
                : throw GraphErrorException.BadRequest("signInContext with includeApplications is required."),
            Address = GraphJson.Text(conditions, "ipAddress") is not { } address ? null
                : IPAddress.TryParse(address, out var parsed) ? parsed
                : throw GraphErrorException.BadRequest("signInConditions/ipAddress is no address."),
            Country = GraphJson.Text(conditions, "country"),
            Risk = GraphJson.Text(conditions, "servicePrincipalRiskLevel"),
            AppliedOnly = body.TryGetProperty("appliedPoliciesOnly", out var only) && only.ValueKind == JsonValueKind.True,
        };
    }

    private static JsonElement Object(JsonElement at, string name) =>
        at.ValueKind == JsonValueKind.Object && at.TryGetProperty(name, out var value) ? value : default;
}
