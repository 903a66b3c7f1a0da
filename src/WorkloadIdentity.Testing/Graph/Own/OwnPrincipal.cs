namespace WorkloadIdentity.Testing;

/// <summary>The service principal of an application that was added to the emulator.</summary>
internal sealed class OwnPrincipal(EmulatedApplication application, EmulatedTenant tenant, DateTimeOffset since) : PrincipalRow
{
    public override string Id => application.PrincipalIn(tenant) ?? "";

    public override string AppId => application.ClientId;

    public override string DisplayName => OwnApplication.NameOf(application);

    public override string Kind => application.Blueprint is null ? "Application" : "ServiceIdentity";

    public override string? HomeTenant => application.TenantId;

    public override bool IsEnabled => application.IsEnabled;

    public override DateTimeOffset CreatedOn => since;

    public override string? DerivedType => application.Blueprint is null ? null : "agentIdentity";

    public override string? BlueprintId => application.Blueprint?.ClientId;

    public override IReadOnlyList<string> RolesFor(string audience) => application.RolesFor(audience);
}
