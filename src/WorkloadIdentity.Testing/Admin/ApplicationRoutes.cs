using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>
/// What an administrator does to one application: its credentials, its trust, its roles, and whether it may have tokens at all.
/// </summary>
internal static class ApplicationRoutes
{
    public static IReadOnlyList<AdminRoute> All { get; } =
    [
        new("GET", "applications/*", call => EmulatedAnswer.Json(200, AdminView.Of(call.Application))),
        new("PATCH", "applications/*", call =>
        {
            var isEnabled = call.Body.Flag("isEnabled");
            var statesBlock = call.Body.IsStated("block");
            var block = call.Body.Object("block") is { } read ? BlockSettings.Read(read) : null;
            call.Commit();
            var application = call.Application;
            application.IsEnabled = isEnabled ?? application.IsEnabled;
            if (block is not null)
            {
                block.ApplyTo(application);
            }
            else if (statesBlock)
            {
                application.Unblock();
            }

            return AdminCall.Done();
        }),
        new("POST", "applications/*/revoke", call => Do(call, application => application.Revoke())),
        new("POST", "applications/*/secrets", call =>
        {
            // Unlike in a file, a secret may be left out: the answer says which one was made.
            var (value, expiresOn) =
                call.Body.IsStated("value") ? ApplicationSettings.ReadSecret(call.Body) : (null, call.Body.Date("expiresOn"));
            call.Commit();
            return AdminCall.Created(new JsonObject { ["value"] = call.Application.AddSecret(value, expiresOn) });
        }),
        new("DELETE", "applications/*/secrets", call =>
        {
            var value = call.Body.RequiredText("value", "the secret");
            return Do(call, application => application.RemoveSecret(value));
        }),
        new("POST", "applications/*/certificates", call =>
        {
            using var certificate = ReadCertificate(call);
            return Do(call, application => application.AddCertificate(certificate!));
        }),
        new("DELETE", "applications/*/certificates", call =>
        {
            using var certificate = ReadCertificate(call);
            return Do(call, application => application.RemoveCertificate(certificate!));
        }),
        new("POST", "applications/*/trustedSubjects", call =>
        {
            var trusted = ApplicationSettings.ReadTrustedSubject(call.Body);
            return Do(call, application =>
            {
                using var authority = trusted!.Value.Authority;
                application.AddTrustedSubject(trusted.Value.Name, authority);
            });
        }),
        new("DELETE", "applications/*/trustedSubjects", call =>
        {
            var name = call.Body.RequiredText("name", "orders.contoso.example");
            return Do(call, application => application.RemoveTrustedSubject(name));
        }),
        new("POST", "applications/*/federatedCredentials", call =>
        {
            var settings = FederatedCredentialSettings.Read(call.Body);
            return Do(call, application => settings.AddTo(application, call.Entra));
        }),
        new("DELETE", "applications/*/federatedCredentials", call =>
        {
            var (issuer, subject) =
                (call.Body.RequiredText("issuer", "https://token.actions.githubusercontent.com"),
                    call.Body.RequiredText("subject", "repo:contoso/orders:ref:refs/heads/main"));
            return Do(call, application => application.RemoveFederatedCredential(issuer, subject));
        }),
        new("POST", "applications/*/roles", call =>
        {
            var role = RoleSettings.Read(call.Body);
            return Do(call, application => application.AssignRole(call.Entra.RequireApi(role.Api), role.Role));
        }),
        new("POST", "applications/*/tenants", call =>
        {
            var tenant = call.Body.RequiredText("tenant", "contoso.example");
            return Do(call, application => application.AddToTenant(call.Entra.RequireTenant(tenant)));
        }),
        new("DELETE", "applications/*/tenants", call =>
        {
            var tenant = call.Body.RequiredText("tenant", "contoso.example");
            return Do(call, application => application.RemoveFromTenant(call.Entra.RequireTenant(tenant)));
        }),
        new("POST", "applications/*/agentIdentities", call =>
        {
            var clientId = call.Body.Id("clientId");
            call.Commit();
            return AdminCall.Created(AdminView.Of(call.Entra.AddAgentIdentity(call.Application, clientId)));
        }),
        new("POST", "applications/*/agentUser", call =>
        {
            var user = AgentUserSettings.Read(call.Body);
            call.Commit();
            return AdminCall.Created(AdminView.Of(call.Application.AddAgentUser(user.UserName, user.ObjectId)));
        }),
        new("POST", "applications/*/userTokens", call =>
        {
            var (userName, permissions) =
                (call.Body.Text("userName") ?? "alice@emulated.example", call.Body.Text("permissions") ?? "access_as_user");
            var lifetime = call.Body.Time("lifetime", TimeSpan.FromDays(-1));
            call.Commit();
            return AdminCall.Created(new JsonObject { ["token"] = call.Application.IssueUserToken(userName, permissions, lifetime) });
        }),
    ];

    private static System.Security.Cryptography.X509Certificates.X509Certificate2? ReadCertificate(AdminCall call) =>
        call.Body.RequiredText("certificate", "-----BEGIN CERTIFICATE-----…") is { Length: > 0 } pem
            ? ApplicationSettings.ReadRsaCertificate(call.Body, pem, "certificate")
            : null;

    private static EmulatedAnswer Do(AdminCall call, Action<EmulatedApplication> act)
    {
        call.Commit();
        act(call.Application);
        return AdminCall.Done();
    }
}
