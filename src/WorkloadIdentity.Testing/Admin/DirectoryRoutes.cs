using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>
/// What is added to the directory, in the very form it has in a file; and what is done to issuers, APIs and managed identities.
/// </summary>
internal static class DirectoryRoutes
{
    public static IReadOnlyList<AdminRoute> All { get; } =
    [
        new("POST", "tenants", call => Add(call, TenantSettings.Read, settings => AdminView.Of(settings.AddTo(call.Entra)))),
        new("POST", "issuers", call => Add(call, IssuerSettings.Read, settings => AdminView.Of(settings.AddTo(call.Entra)))),
        new("POST", "apis", call => Add(call, ApiSettings.Read, settings => AdminView.Of(settings.AddTo(call.Entra)))),
        new("POST", "managedIdentities", call => Add(call, IdentitySettings.Read, settings => AdminView.Of(settings.AddTo(call.Entra)))),
        new("POST", "applications", call => Add(call, ApplicationSettings.Read, settings => AdminView.Of(settings.AddTo(call.Entra)))),
        new("POST", "managedIdentities/*/revoke", call =>
        {
            call.Commit();
            call.Identity.Revoke();
            return AdminCall.Done();
        }),
        new("PATCH", "apis", call =>
        {
            var audience = call.Body.RequiredText("audience", "api://orders");
            var (states, role, continuous) =
                (call.Body.IsStated("requiredRole"), call.Body.Text("requiredRole"), call.Body.Flag("hasContinuousAccess"));
            call.Commit();
            var api =
                call.Entra.Directory.FindApi(audience)
                    ?? throw new AdminNotFoundException($"There is no API with the audience '{audience}' here.");
            api.RequiredRole = states ? role : api.RequiredRole;
            api.HasContinuousAccess = continuous ?? api.HasContinuousAccess;
            return AdminCall.Done();
        }),
        new("PATCH", "issuers", call =>
        {
            var url = call.Body.RequiredText("url", "https://token.actions.githubusercontent.com");
            var isReachable = call.Body.Flag("isReachable");
            call.Commit();
            var issuer = IssuerOf(call, url);
            issuer.IsReachable = isReachable ?? issuer.IsReachable;
            return AdminCall.Done();
        }),
        new("POST", "issuers/roll", call =>
        {
            var url = call.Body.RequiredText("url", "https://token.actions.githubusercontent.com");
            var withdrawOld = call.Body.Flag("withdrawOld") ?? false;
            call.Commit();
            IssuerOf(call, url).RollKey(withdrawOld);
            return AdminCall.Done();
        }),
        new("POST", "issuers/assertions", call =>
        {
            var url = call.Body.RequiredText("url", "https://token.actions.githubusercontent.com");
            var subject = call.Body.RequiredText("subject", "repo:contoso/orders:ref:refs/heads/main");
            var (audience, lifetime) =
                (call.Body.Text("audience") ?? EmulatedIssuer.ExchangeAudience, call.Body.Time("lifetime", TimeSpan.FromDays(-1)));
            call.Commit();
            return AdminCall.Created(new JsonObject { ["assertion"] = IssuerOf(call, url).Issue(subject, audience, lifetime) });
        }),
    ];

    private static EmulatedAnswer Add<T>(AdminCall call, Func<DocumentObject, T> read, Func<T, JsonObject> add)
    {
        var settings = read(call.Body);
        call.Commit();
        return AdminCall.Created(add(settings));
    }

    private static EmulatedIssuer IssuerOf(AdminCall call, string url) =>
        call.Entra.Directory.FindIssuer(url) ?? throw new AdminNotFoundException($"There is no issuer '{url}' here.");
}
