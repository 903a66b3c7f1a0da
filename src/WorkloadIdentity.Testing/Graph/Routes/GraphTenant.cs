using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>What Graph knows about one tenant, and the calls that read it.</summary>
internal sealed class GraphTenant
{
    private readonly EntraEmulator _entra;

    public GraphTenant(EntraEmulator entra, EmulatedTenant tenant, EmulatedGraphOptions options, OpaqueToken tokens, DateTimeOffset since)
    {
        (_entra, Options) = (entra, options);
        Tokens = tokens;
        Directory = new GraphDirectory(entra, tenant, options, since);
        Objects = new DirectoryObjects(Directory);
        Policies = new AppPolicies(new SeededGovernance(Directory.Seeded));
        ClockSkew = entra.ClockSkew;
        Roles = new SeededDirectoryRoles(Directory.Seeded);
        AccessPolicies = new Documents(new SeededPolicies(Directory.Seeded).Policies());
        Reviews = new Documents(new SeededReviews(Directory.Seeded, Roles).Definitions());
        Routes =
        [
            .. GraphFederationRoutes.Of(this), .. GraphPolicyRoutes.Of(this),
            .. GraphCredentialRoutes.Of(this), .. GraphAppPolicyRoutes.Of(this), .. GraphChangeRoutes.Of(this),
            .. GraphDirectoryRoutes.Of(this), .. GraphRelationRoutes.Of(this), .. GraphRoleRoutes.Of(this),
            .. GraphProtectionRoutes.Of(this), .. GraphGovernanceRoutes.Of(this), .. GraphReportRoutes.Of(this),
            .. GraphMailRoutes.Of(entra.Directory.Applications),
        ];
    }

    /// <summary>How long the token endpoint does not know a federated credential that was added just now.</summary>
    public TimeSpan FederatedCredentialDelay => _entra.FederatedCredentialDelay;

    public EmulatedGraphOptions Options { get; }

    public OpaqueToken Tokens { get; }

    public GraphDirectory Directory { get; }

    public DirectoryObjects Objects { get; }

    public SeededDirectoryRoles Roles { get; }

    public AppPolicies Policies { get; }

    public Documents AccessPolicies { get; }

    public Documents Reviews { get; }

    public TimeSpan ClockSkew { get; }

    /// <summary>Every kind of call, the more specific paths first.</summary>
    public IReadOnlyList<GraphRoute> Routes { get; }

    /// <summary>The answer to a call, if it is allowed and not throttled.</summary>
    public GraphAnswer Answer(GraphCall call, GraphLimits limits)
    {
        foreach (var route in Routes)
        {
            if (route.Match(call) is not { } keys)
            {
                continue;
            }

            var headers = Options.EnforcesLimits
                ? limits.Take(route.Group, call, GraphQuery.UnitsOf(call, route.Units), Directory.Users)
                : [];
            if (!route.IsOpenTo(call, keys))
            {
                call.Caller.Require(route.IsOwned(call, keys) ? route.Permissions : route.Permissions.Where(each => !IsForOwners(each)));
            }

            if (route.Licence is { } licence && (Options.Licences & licence.Any) == 0)
            {
                throw licence.Refusal();
            }

            var answer = route.Answer(call, keys);
            answer.Headers.AddRange(headers);
            return answer;
        }

        throw Unknown(call);
    }

    /// <summary>Whether the caller owns the application with this key.</summary>
    public bool IsOwnApplication(GraphCall call, string key) =>
        Directory.Applications().Find(key) is OwnApplication own && own.Application.IsOwnedBy(call.Caller.ClientId);

    private static bool IsForOwners(string permission) => permission.EndsWith(".OwnedBy", StringComparison.Ordinal);

    /// <summary>A collection whose objects are held as their JSON.</summary>
    public GraphSet<DocumentRow> Set(string name, GraphType<DocumentRow> type) => new(name, type, Tokens);

    public PrincipalRow Principal(string key) => Directory.Principals().Find(key) ?? throw GraphErrorException.NotFound(key);

    public ApplicationRow Application(string key) => Directory.Applications().Find(key) ?? throw GraphErrorException.NotFound(key);

    /// <summary>An application that was added to the emulator. Its credentials can be changed, because tokens depend on them.</summary>
    public OwnApplication Own(string key) => Application(key) as OwnApplication ?? throw new GraphErrorException(
        405, "Request_BadRequest", "The emulator changes applications that were added to it, not those of the generated directory.");

    /// <summary>A list of users and service principals, without options.</summary>
    public GraphAnswer References(GraphCall call, IEnumerable<DirectoryReference> references)
    {
        var query = GraphQuery.Read(call);
        return GraphAnswer.Ok(new JsonObject
        {
            ["@odata.context"] = $"{call.Address}$metadata#directoryObjects",
            ["value"] = GraphJson.Array(Objects.Write(references, call, new GraphExpand("", query.Select)).Take(query.Page)),
        });
    }

    private static GraphErrorException Unknown(GraphCall call) => call.IsGet
        ? GraphErrorException.NoSegment(call.Path.LastOrDefault() ?? "")
        : new(405, "Request_BadRequest", "The emulator's Graph does not have this method here.");
}
