namespace WorkloadIdentity.Tests;

public sealed class ManagedIdentityIdTests
{
    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("orders")]
    [InlineData("{6bf7ab3f-6a37-4f6d-9a3c-2ee0f1d1f8a3}")]
    [InlineData("6bf7ab3f6a374f6d9a3c2ee0f1d1f8a3")]
    [InlineData("6bf7ab3f-6a37-4f6d-9a3c-2ee0f1d1f8a3\n")]
    [InlineData("6bf7ab3f-6a37-4f6d-9a3c-2ee0f1d1f8a3&resource=x")]
    public void A_client_or_object_id_is_a_plain_guid(string id)
    {
        Assert.Equal("clientId", Assert.Throws<ArgumentException>(() => ManagedIdentityId.FromClientId(id)).ParamName);
        Assert.Equal("objectId", Assert.Throws<ArgumentException>(() => ManagedIdentityId.FromObjectId(id)).ParamName);
    }

    [Theory]
    [InlineData("")]
    [InlineData("orders-api")]
    [InlineData("6bf7ab3f-6a37-4f6d-9a3c-2ee0f1d1f8a3")]
    [InlineData(
        "/subscriptions/3f0d5d4e-6b5c-4c0c-9d1a-0a4f2f6f9f77/resourceGroups/orders/providers/Microsoft.Compute/virtualMachines/vm1")]
    [InlineData("/subscriptions/orders/resourceGroups/orders/providers/Microsoft.ManagedIdentity/userAssignedIdentities/orders-api")]
    [InlineData(Machine.ResourceId + "\n")]
    [InlineData(Machine.ResourceId + "/extra")]
    [InlineData(Machine.ResourceId + "&client_id=x")]
    [InlineData("https://management.azure.com" + Machine.ResourceId)]
    public void A_resource_id_is_that_of_a_user_assigned_identity(string id) =>
        Assert.Equal("resourceId", Assert.Throws<ArgumentException>(() => ManagedIdentityId.FromResourceId(id)).ParamName);

    [Fact]
    public void Null_is_refused()
    {
        Assert.Throws<ArgumentNullException>(() => ManagedIdentityId.FromClientId(null!));
        Assert.Throws<ArgumentNullException>(() => ManagedIdentityId.FromObjectId(null!));
        Assert.Throws<ArgumentNullException>(() => ManagedIdentityId.FromResourceId(null!));
    }

    [Fact]
    public void Ids_that_name_the_same_identity_are_equal_whatever_their_case()
    {
        Assert.Equal(ManagedIdentityId.FromClientId(Machine.ClientId), ManagedIdentityId.FromClientId(Machine.ClientId.ToUpperInvariant()));
        Assert.Equal(
            ManagedIdentityId.FromResourceId(Machine.ResourceId), ManagedIdentityId.FromResourceId(Machine.ResourceId.ToUpperInvariant()));
        Assert.Equal(
            ManagedIdentityId.FromResourceId(Machine.ResourceId).GetHashCode(),
            ManagedIdentityId.FromResourceId(Machine.ResourceId.ToUpperInvariant()).GetHashCode());
    }

    [Fact]
    public void The_same_guid_names_different_things_by_kind()
    {
        Assert.NotEqual(ManagedIdentityId.FromClientId(Machine.ClientId), ManagedIdentityId.FromObjectId(Machine.ClientId));
        Assert.NotEqual(ManagedIdentityId.SystemAssigned, ManagedIdentityId.FromClientId(Machine.ClientId));
        Assert.False(ManagedIdentityId.SystemAssigned.Equals(null));
    }

    [Fact]
    public void It_prints_what_it_names()
    {
        Assert.Equal("system-assigned", ManagedIdentityId.SystemAssigned.ToString());
        Assert.Equal($"client id {Machine.ClientId}", ManagedIdentityId.FromClientId(Machine.ClientId.ToUpperInvariant()).ToString());
        Assert.Equal($"object id {Machine.ObjectId}", ManagedIdentityId.FromObjectId(Machine.ObjectId).ToString());
        Assert.Equal($"resource id {Machine.ResourceId}", ManagedIdentityId.FromResourceId(Machine.ResourceId).ToString());
    }
}
