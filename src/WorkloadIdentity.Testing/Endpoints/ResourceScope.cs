namespace WorkloadIdentity.Testing;

/// <summary>A scope read as Entra reads it: one resource, and the permissions of it that are asked for.</summary>
internal sealed class ResourceScope
{
    private const string Default = "/.default";
    private const string Graph = "https://graph.microsoft.com";

    private ResourceScope(string resource, string permissions)
    {
        Resource = resource;
        Permissions = permissions;
    }

    private ResourceScope(TokenRefusal refusal) : this("", "") => Refusal = refusal;

    /// <summary>The resource, byte for byte: <c>https://a.example//.default</c> is the resource <c>https://a.example/</c>.</summary>
    public string Resource { get; }

    /// <summary>The permissions, separated by spaces.</summary>
    public string Permissions { get; }

    public TokenRefusal? Refusal { get; }

    public static ResourceScope Read(string scope, bool onBehalfOf)
    {
        var asked = scope.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Where(part => !onBehalfOf || part is not ("openid" or "profile" or "email" or "offline_access"))
            .ToList();
        if (asked.Count == 0 || (!onBehalfOf && asked.Count > 1))
        {
            return new(TokenRefusals.InvalidScope(scope));
        }

        if (!onBehalfOf && !asked[0].EndsWith(Default, StringComparison.Ordinal))
        {
            return new(TokenRefusals.ScopeWithoutDefault(scope));
        }

        var parts = asked.ConvertAll(Cut);
        if (parts.Exists(part => part.Resource.Length == 0 || part.Permission.Length == 0)
            || (parts.Count > 1 && parts.Exists(part => part.Permission == ".default")))
        {
            return new(TokenRefusals.InvalidScope(scope));
        }

        return parts.Exists(part => part.Resource != parts[0].Resource)
            ? new(TokenRefusals.SeveralResources(scope))
            : new(
                parts[0].Resource,
                string.Join(' ', parts.Select(part => part.Permission == ".default" ? "access_as_user" : part.Permission)));
    }

    /// <summary>A permission without a resource is one of Microsoft Graph.</summary>
    private static (string Resource, string Permission) Cut(string scope)
    {
        var slash = scope.LastIndexOf('/');
        return slash < 0 ? (Graph, scope) : (scope[..slash], scope[(slash + 1)..]);
    }
}
