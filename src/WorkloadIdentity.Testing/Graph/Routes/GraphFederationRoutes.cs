using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace WorkloadIdentity.Testing;

/// <summary>
/// Adding, changing and removing federated credentials of the emulator's own applications, by id or by name. See
/// <see href="https://learn.microsoft.com/graph/api/resources/federatedidentitycredential">federatedIdentityCredential</see>.
/// </summary>
internal sealed partial class GraphFederationRoutes(GraphTenant tenant)
{
    private const string Set = "applications/{}/federatedIdentityCredentials";
    private const int Longest = 600;
    private const int LongestName = 120;

    private readonly Lock _gate = new();

    public static IEnumerable<GraphRoute> Of(GraphTenant tenant)
    {
        var routes = new GraphFederationRoutes(tenant);
        return
        [
            routes.Write("POST", Set, routes.Add),
            routes.Write("PATCH", $"{Set}/{{}}", routes.Change),
            routes.Write("DELETE", $"{Set}/{{}}", routes.Remove),
        ];
    }

    private GraphRoute Write(string method, string path, Func<GraphCall, IReadOnlyList<string>, GraphAnswer> answer) =>
        new(path, GraphLimitGroup.Directory, GraphPermissions.WriteFederatedCredentials, answer)
        {
            Method = method,
            IsChange = true,
            IsOwned = (call, keys) => tenant.IsOwnApplication(call, keys[0]),
        };

    private GraphAnswer Add(GraphCall call, IReadOnlyList<string> keys)
    {
        var row = tenant.Own(keys[0]);
        lock (_gate)
        {
            return GraphAnswer.Created(Written(row, Added(row, call, GraphJson.Text(call.Body, "name")), call));
        }
    }

    private GraphAnswer Change(GraphCall call, IReadOnlyList<string> keys)
    {
        var row = tenant.Own(keys[0]);
        lock (_gate)
        {
            if (Find(row, keys[1]) is not { } trust)
            {
                // An upsert by the alternate key.
                return GraphCall.KeyValue(keys[1], "name") is { } name
                    && call.Header("Prefer")?.Contains("create-if-missing", StringComparison.OrdinalIgnoreCase) == true
                        ? GraphAnswer.Created(Written(row, Added(row, call, name), call))
                        : throw GraphErrorException.NotFound(keys[1]);
            }

            if (GraphJson.Text(call.Body, "name") is { } other && other != NameOf(row, trust))
            {
                throw GraphErrorException.BadRequest("Property 'name' cannot be changed.");
            }

            var changed = Read(call, NameOf(row, trust), trust);
            Check(row, changed, except: trust);
            row.Application.Credentials.Replace(trust, changed);
            return GraphAnswer.NoContent;
        }
    }

    private GraphAnswer Remove(GraphCall call, IReadOnlyList<string> keys)
    {
        var row = tenant.Own(keys[0]);
        return Find(row, keys[1]) is { } trust && row.Application.Credentials.Remove(trust)
            ? GraphAnswer.NoContent
            : throw GraphErrorException.NotFound(keys[1]);
    }

    private FederatedTrust Added(OwnApplication row, GraphCall call, string? name)
    {
        if (name is not { Length: > 0 and <= LongestName } || !Name().IsMatch(name))
        {
            throw GraphErrorException.BadRequest(
                $"Property 'name' has 3 to {LongestName} letters, digits, hyphens and underscores, and begins with a letter or digit.");
        }

        var trust = Read(call, name, null);
        Check(row, trust, except: null);
        if (row.Federated.Count >= ApplicationCredentials.MaxFederated)
        {
            // The text of Graph's own refusal is not found in a public source.
            throw GraphErrorException.BadRequest(
                $"An application can have {ApplicationCredentials.MaxFederated} federated identity credentials at most.");
        }

        row.Application.Credentials.Add(trust);
        return trust;
    }

    private FederatedTrust Read(GraphCall call, string name, FederatedTrust? old)
    {
        if (call.Body.ValueKind != JsonValueKind.Object)
        {
            throw GraphErrorException.BadRequest("Expected a JSON object.");
        }

        var audience = call.Body.TryGetProperty("audiences", out var audiences)
            ? audiences.ValueKind == JsonValueKind.Array && audiences.GetArrayLength() == 1 ? GraphJson.Text(audiences[0]) : null
            : old?.Audience;
        return new FederatedTrust(
            Required("issuer", Sent("issuer", old?.Issuer)), Required("subject", Sent("subject", old?.Subject)),
            Required("audiences", audience), call.Now + tenant.FederatedCredentialDelay)
        {
            Id = old?.Id ?? Guid.NewGuid().ToString(),
            Name = name,
            Description = Sent("description", old?.Description),
        };

        string? Sent(string property, string? before) =>
            call.Body.TryGetProperty(property, out _) ? GraphJson.Text(call.Body, property) : before;
    }

    /// <summary>A name is unique for its application, and so are issuer and subject together.</summary>
    private static void Check(OwnApplication row, FederatedTrust trust, FederatedTrust? except)
    {
        foreach (var other in row.Federated.Where(other => other.Id != except?.Id))
        {
            if (other.Name == trust.Name || (other.Issuer == trust.Issuer && other.Subject == trust.Subject))
            {
                throw new GraphErrorException(
                    409, "Request_MultipleObjectsWithSameKeyValue",
                    "FederatedIdentityCredential with the same name, or with the same issuer and subject, already exists.");
            }
        }
    }

    private static FederatedTrust? Find(OwnApplication row, string key) =>
        row.Application.Credentials.Federated.FirstOrDefault(trust => IsKey(key, trust.Id, NameOf(row, trust)));

    private static bool IsKey(string key, string id, string? name) =>
        GraphCall.KeyValue(key, "name") is { } wanted ? wanted == name : id.Equals(key, StringComparison.OrdinalIgnoreCase);

    private static string NameOf(OwnApplication row, FederatedTrust trust) => row.Federated.First(other => other.Id == trust.Id).Name;

    private static JsonObject Written(OwnApplication row, FederatedTrust trust, GraphCall call) =>
        FederatedCredentialType.Write(row.Federated.First(other => other.Id == trust.Id), call, null);

    private static string Required(string property, string? value) => value is { Length: > 0 and <= Longest }
        ? value
        : throw GraphErrorException.BadRequest($"Property '{property}' has 1 to {Longest} characters, and 'audiences' exactly one value.");

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9_-]{2,}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}
