namespace WorkloadIdentity.Testing;

/// <summary>The service principal of an API of the emulator, whose roles its applications hold.</summary>
internal sealed class OwnResource(EmulatedApi api, EmulatedTenant tenant, IReadOnlyList<string> roles, DateTimeOffset since) : PrincipalRow
{
    public string Audience => api.Audience;

    public override string Id => EmulatedDirectory.ObjectIdOf(tenant, api.Audience);

    public override string AppId =>
        api.IsGraph ? SeededTenant.GraphAppId : EmulatedDirectory.ObjectIdOf(tenant, $"application {api.Audience}");

    public override string DisplayName => api.IsGraph ? "Microsoft Graph" : api.Audience;

    public override string Kind => "Application";

    public override string? HomeTenant => api.IsGraph ? SeededTenant.MicrosoftTenant : tenant.Id;

    public override bool IsEnabled => true;

    public override DateTimeOffset CreatedOn => since;

    public override IReadOnlyList<AppRoleRow> AppRoles =>
        [.. roles.Select(role => new AppRoleRow(RoleId(tenant, api.Audience, role), role))];

    public static string RoleId(EmulatedTenant tenant, string audience, string role) =>
        EmulatedDirectory.ObjectIdOf(tenant, $"{audience}\n{role}");
}
