namespace WorkloadIdentity.Tests;

public sealed class TenantIdTests
{
    [Theory]
    [InlineData("72F988BF-86F1-41AF-91AB-2D7CD011DB47", "72f988bf-86f1-41af-91ab-2d7cd011db47")]
    [InlineData("Contoso.OnMicrosoft.com", "contoso.onmicrosoft.com")]
    [InlineData("a-b.example", "a-b.example")]
    public void A_guid_or_a_domain_name_is_taken_in_lower_case(string value, string expected) =>
        Assert.Equal(expected, TenantId.Require(value, "tenantId"));

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("contoso")]
    [InlineData("contoso.com/")]
    [InlineData("contoso.com\n")]
    [InlineData("../contoso.com")]
    [InlineData("contoso.com?x")]
    [InlineData("contoso..com")]
    [InlineData("-contoso.com")]
    [InlineData("contoso-.com")]
    [InlineData(".contoso.com")]
    [InlineData("contoso.com.")]
    [InlineData("contöso.com")]
    [InlineData("{72f988bf-86f1-41af-91ab-2d7cd011db47}")]
    [InlineData("72f988bf86f141af91ab2d7cd011db47")]
    [InlineData("common")]
    [InlineData("Organizations")]
    [InlineData("consumers")]
    public void Whatever_could_change_the_address_or_is_no_tenant_is_refused(string value)
    {
        var exception = Assert.Throws<ArgumentException>(() => TenantId.Require(value, "tenantId"));

        Assert.Equal("tenantId", exception.ParamName);
        Assert.StartsWith("The tenant", exception.Message, StringComparison.Ordinal);
        Assert.Contains("directory (tenant) id", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_domain_name_has_at_most_253_characters_and_63_in_a_label()
    {
        var label = new string('a', 63);
        Assert.Null(TenantId.Problem($"{label}.{label}.{label}.{new string('a', 61)}"));
        Assert.NotNull(TenantId.Problem($"{label}.{label}.{label}.{new string('a', 62)}"));
        Assert.NotNull(TenantId.Problem($"{label}a.com"));
    }
}
