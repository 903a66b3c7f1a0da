using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>
/// The journal as the admin API shows it, oldest first. Secrets, assertions and tokens are SHA-256, as in the journal itself.
/// </summary>
internal static class JournalView
{
    public static JsonObject Of(EmulatorJournal journal) => new()
    {
        ["tokenRequests"] = List(journal.TokenRequests),
        ["managedIdentityRequests"] = List(journal.ManagedIdentityRequests),
        ["apiRequests"] = List(journal.ApiRequests),
        ["discoveryRequests"] = List(journal.DiscoveryRequests),
    };

    /// <summary>One entry, with its kind and its place in the order of arrival.</summary>
    public static JsonObject Of(JournalEntry entry)
    {
        var (kind, view) = entry switch
        {
            TokenEndpointEntry request => ("token", Of(request)),
            ManagedIdentityEntry request => ("managedIdentity", Of(request)),
            ApiEntry request => ("api", Of(request)),
            DiscoveryEntry request => ("discovery", Of(request)),
            _ => throw new ArgumentOutOfRangeException(nameof(entry)),
        };
        view.Insert(0, "sequence", entry.Sequence);
        view.Insert(1, "kind", kind);
        view.Insert(2, "at", entry.At.ToString("O", CultureInfo.InvariantCulture));
        view.Add("status", entry.Status);
        view.Add("isRefused", entry.IsRefused);
        view.Add("error", entry.Error);
        view.Add("reason", entry.Reason);
        view.Add("fault", entry.Fault);
        view.Add("correlationId", entry.CorrelationId);
        view.Add("tokenHash", entry.TokenHash);
        return view;
    }

    private static JsonObject Of(TokenEndpointEntry entry) => new()
    {
        ["tenant"] = entry.TenantId,
        ["clientId"] = entry.ClientId,
        ["scope"] = entry.Scope,
        ["grantType"] = entry.GrantType,
        ["clientAuthentication"] = JsonNamingPolicy.CamelCase.ConvertName(entry.ClientAuthentication.ToString()),
        ["credentialHash"] = entry.CredentialHash,
        ["userAssertionHash"] = entry.UserAssertionHash,
        ["claims"] = entry.Claims,
        ["fmiPath"] = entry.FmiPath,
        ["agentUser"] = entry.AgentUser,
        ["tokenType"] = entry.TokenType,
        ["certificateThumbprint"] = entry.CertificateThumbprint,
        ["errorCode"] = entry.ErrorCode,
    };

    private static JsonObject Of(ManagedIdentityEntry entry) => new()
    {
        ["host"] = entry.Host,
        ["resource"] = entry.Resource,
        ["selector"] = entry.Selector,
        ["clientId"] = entry.ClientId,
        ["isProbe"] = entry.IsProbe,
        ["isChallenged"] = entry.IsChallenged,
    };

    private static JsonObject Of(ApiEntry entry) => new()
    {
        ["audience"] = entry.Audience,
        ["method"] = entry.Method,
        ["path"] = entry.Path,
        ["clientId"] = entry.ClientId,
        ["tenant"] = entry.TenantId,
    };

    private static JsonObject Of(DiscoveryEntry entry) => new()
    {
        ["path"] = entry.Path,
        ["document"] = JsonNamingPolicy.CamelCase.ConvertName(entry.Document.ToString()),
    };

    private static JsonArray List(IEnumerable<JournalEntry> all) => new([.. all.Select(entry => (JsonNode)Of(entry))]);
}
