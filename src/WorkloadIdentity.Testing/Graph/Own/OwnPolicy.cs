using System.Globalization;
using System.Text.Json.Nodes;
using System.Xml;

namespace WorkloadIdentity.Testing;

/// <summary>What the app management policy of an application forbids when a credential is added. It never forbids a token.</summary>
internal sealed class OwnPolicy(JsonObject? restrictions, DateTimeOffset createdOn)
{
    /// <summary>Refuses a secret that the policy forbids, or that lives too long for it.</summary>
    public void CheckPassword(TimeSpan lifetime) => Check("passwordCredentials", "passwordAddition", "passwordLifetime", lifetime);

    /// <summary>Refuses a certificate that lives too long for the policy.</summary>
    public void CheckKey(TimeSpan lifetime) => Check("keyCredentials", null, "asymmetricKeyLifetime", lifetime);

    private void Check(string kind, string? addition, string lifetime, TimeSpan actual)
    {
        foreach (var item in (restrictions?[kind] as JsonArray ?? []).OfType<JsonObject>().Where(Applies))
        {
            var type = (string?)item["restrictionType"];
            if (type == addition && addition is not null)
            {
                throw new GraphErrorException(
                    400, "CredentialTypeNotAllowedAsPerAppPolicy", "Credential type not allowed as per assigned policy.");
            }

            if (type == lifetime && (string?)item["maxLifetime"] is { } longest && actual > XmlConvert.ToTimeSpan(longest))
            {
                throw new GraphErrorException(
                    400,
                    "CredentialInvalidLifetimeAsPerAppPolicy",
                    $"Credential lifetime exceeds the max value allowed as per assigned policy ({longest}).");
            }
        }
    }

    private bool Applies(JsonObject item) => (string?)item["state"] != "disabled"
        && ((string?)item["restrictForAppsCreatedAfterDateTime"] is not { } after
            || createdOn >= DateTimeOffset.Parse(after, CultureInfo.InvariantCulture));
}
