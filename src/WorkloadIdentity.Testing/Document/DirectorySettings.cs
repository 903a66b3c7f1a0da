using System.Globalization;

namespace WorkloadIdentity.Testing;

/// <summary>A role of a principal at an API.</summary>
internal sealed record RoleSettings(string Api, string Role, Action<string> Report)
{
    public static RoleSettings Read(DocumentObject at) =>
        new(at.RequiredText("api", "api://orders"), at.RequiredText("role", "Orders.Read"), message => at.Report("api", message));

    public static IReadOnlyList<RoleSettings> ReadAll(DocumentObject at) => [.. at.Objects("roles").Select(Read)];
}

/// <summary>What a Conditional Access policy answers.</summary>
internal sealed record BlockSettings(long Code, string? Claims, string? Error)
{
    public static BlockSettings Read(DocumentObject at) =>
        new(at.Number("code", 1, long.MaxValue) ?? 53003, at.Text("claims"), at.Text("error"));

    public void ApplyTo(EmulatedApplication application) => application.Block(Code, Claims, Error);
}

/// <summary>A tenant.</summary>
internal sealed record TenantSettings(string Id, IReadOnlyList<string> Domains)
{
    public static TenantSettings Read(DocumentObject at)
    {
        var settings = new TenantSettings(at.RequiredId("id"), at.Texts("domains"));
        foreach (var (domain, index) in settings.Domains.Select((domain, index) => (domain, index))
            .Where(each => !EmulatedTenant.IsDomain(each.domain)))
        {
            at.Report(
                $"domains[{index.ToString(CultureInfo.InvariantCulture)}]",
                $"'{domain}' is no domain name. Expected something like \"contoso.example\".");
        }

        return settings;
    }

    public EmulatedTenant AddTo(EntraEmulator entra) => entra.AddTenant(Id, Domains);
}

/// <summary>An identity provider outside Entra.</summary>
internal sealed record IssuerSettings(EmulatedIssuerKind Kind, string? Url, bool IsReachable)
{
    public static IssuerSettings Read(DocumentObject at)
    {
        var stated = at.Choice<EmulatedIssuerKind>("kind");
        var kind = stated ?? EmulatedIssuerKind.Any;
        var url = at.Text("url");
        if (url is not null && !(Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http"))
        {
            at.Report(
                "url",
                "Expected an absolute address such as \"https://token.actions.githubusercontent.com\", exactly as the 'iss' of its "
                    + "assertions.");
        }
        else if (url is null && IssuerProfile.Of(kind).Url is null && !at.IsStated("url") && (stated is not null || !at.IsStated("kind")))
        {
            at.Report(
                "url",
                "Missing. Only the kinds gitHub, gitLab, buildkite and terraform have an address of their own; state this one's, such as "
                    + "\"https://cluster.example/\".");
        }

        return new(kind, url ?? IssuerProfile.Of(kind).Url, at.Flag("isReachable") ?? true);
    }

    public EmulatedIssuer AddTo(EntraEmulator entra)
    {
        var issuer = entra.AddIssuer(Kind, Url);
        issuer.IsReachable = IsReachable;
        return issuer;
    }
}

/// <summary>A protected API.</summary>
internal sealed record ApiSettings(
    string? Audience, bool IsGraph, bool HasContinuousAccess, string? RequiredRole, EmulatedGraphOptions? Directory)
{
    public static ApiSettings Read(DocumentObject at)
    {
        var isGraph = at.Flag("isGraph") ?? false;
        var audience = isGraph ? at.Text("audience") ?? GraphApi.Audience : at.RequiredText("audience", "api://orders");
        if (isGraph && audience != GraphApi.Audience)
        {
            at.Report("audience", $"Leave it out: the API that resembles Microsoft Graph has the audience {GraphApi.Audience}.");
        }
        else if (audience.EndsWith("/.default", StringComparison.Ordinal) || audience.Contains(' ', StringComparison.Ordinal))
        {
            at.Report("audience", "An audience is a resource, not a scope: leave out '/.default'.");
        }

        var directory = at.Object("directory");
        if (directory is not null && !isGraph)
        {
            at.Report("directory", "Leave it out, or add \"isGraph\": true: only Microsoft Graph has a directory.");
        }

        return new(
            audience,
            isGraph,
            at.Flag("hasContinuousAccess") ?? true,
            at.Text("requiredRole"),
            directory is null ? null : GraphSettings.Read(directory));
    }

    public EmulatedApi AddTo(EntraEmulator entra)
    {
        // One API is there from the start; a document may speak of it as of any other.
        var api = Audience == entra.Api.Audience ? entra.Api : IsGraph ? entra.AddGraph(Directory) : entra.AddApi(Audience!);
        api.HasContinuousAccess = HasContinuousAccess;
        api.RequiredRole = RequiredRole;
        return api;
    }
}

/// <summary>A managed identity of the machine.</summary>
internal sealed record IdentitySettings(
    string ClientId, string? ObjectId, string? ResourceId, bool IsSystemAssigned, IReadOnlyList<RoleSettings> Roles)
{
    public static IdentitySettings Read(DocumentObject at) =>
        new(
            at.RequiredId("clientId"),
            at.Id("objectId"),
            at.Text("resourceId"),
            at.Flag("isSystemAssigned") ?? false,
            RoleSettings.ReadAll(at));

    public EmulatedManagedIdentity AddTo(EntraEmulator entra)
    {
        var identity =
            IsSystemAssigned
                ? entra.AddSystemAssignedIdentity(ClientId, ObjectId, ResourceId)
                : entra.AddManagedIdentity(ClientId, ObjectId, ResourceId);
        foreach (var role in Roles)
        {
            identity.AssignRole(entra.RequireApi(role.Api), role.Role);
        }

        return identity;
    }
}
