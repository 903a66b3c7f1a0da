namespace WorkloadIdentity.Tests;

public sealed class IdentityNameTests
{
    [Theory]
    [InlineData(null, "The identity of this token acquirer")]
    [InlineData("", "The default identity")]
    [InlineData("reports", "The identity 'reports'")]
    public void An_identity_is_called_by_its_name_where_it_has_one(string? name, string expected) =>
        Assert.Equal(expected, IdentityName.Describe(name));
}
