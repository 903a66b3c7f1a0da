using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>
/// The journal as the admin API shows it, oldest first. Secrets, assertions and tokens are SHA-256, as in the journal itself.
/// </summary>
internal static class JournalView
{
    public static JsonObject Of(EmulatorJournal journal) => new()
    {
        ["tokenRequests"] = List(journal.TokenRequests, entry => With(entry, new JsonObject
        {
            ["tenant"] = entry.TenantId,
            ["clientId"] = entry.ClientId,
            ["scope"] = entry.Scope,
            ["grantType"] = entry.GrantType,
            ["clientAuthentication"] = System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(entry.ClientAuthentication.ToString()),
            ["credentialHash"] = entry.CredentialHash,
            ["userAssertionHash"] = entry.UserAssertionHash,
            ["claims"] = entry.Claims,
            ["fmiPath"] = entry.FmiPath,
            ["agentUser"] = entry.AgentUser,
            ["errorCode"] = entry.ErrorCode,
        })),
        ["managedIdentityRequests"] = List(journal.ManagedIdentityRequests, entry => With(entry, new JsonObject
        {
            ["host"] = entry.Host,
            ["resource"] = entry.Resource,
            ["selector"] = entry.Selector,
            ["clientId"] = entry.ClientId,
            ["isProbe"] = entry.IsProbe,
            ["isChallenged"] = entry.IsChallenged,
        })),
        ["apiRequests"] = List(journal.ApiRequests, entry => With(entry, new JsonObject
        {
            ["audience"] = entry.Audience,
            ["method"] = entry.Method,
            ["path"] = entry.Path,
            ["clientId"] = entry.ClientId,
            ["tenant"] = entry.TenantId,
        })),
        ["discoveryRequests"] = List(journal.DiscoveryRequests, entry => With(entry, new JsonObject
        {
            ["path"] = entry.Path,
            ["document"] = System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(entry.Document.ToString()),
        })),
    };

    private static JsonObject With(JournalEntry entry, JsonObject view)
    {
        view.Insert(0, "at", entry.At.ToString("O", System.Globalization.CultureInfo.InvariantCulture));
        view.Add("status", entry.Status);
        view.Add("error", entry.Error);
        view.Add("fault", entry.Fault);
        view.Add("correlationId", entry.CorrelationId);
        view.Add("tokenHash", entry.TokenHash);
        return view;
    }

    private static JsonArray List<T>(IEnumerable<T> all, Func<T, JsonObject> view) => new([.. all.Select(view)]);
}
