namespace WorkloadIdentity.Testing;

/// <summary>The service principal of a managed identity of the emulator.</summary>
internal sealed class OwnIdentity(EmulatedManagedIdentity identity, DateTimeOffset since) : PrincipalRow
{
    public override string Id => identity.ObjectId;

    public override string AppId => identity.ClientId;

    public override string DisplayName => identity.ResourceId.Split('/')[^1];

    public override string Kind => "ManagedIdentity";

    public override string? HomeTenant => null;

    public override bool IsEnabled => true;

    public override DateTimeOffset CreatedOn => since;

    public override IReadOnlyList<string> AlternativeNames =>
        [$"isExplicit={(identity.IsSystemAssigned ? "False" : "True")}", identity.ResourceId];

    public override IReadOnlyList<string> RolesFor(string audience) => identity.RolesFor(audience);
}
