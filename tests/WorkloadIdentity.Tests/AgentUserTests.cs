namespace WorkloadIdentity.Tests;

public sealed class AgentUserTests
{
    private const string Id = "8d1f3b0e-7a0c-4d57-9a53-52f0a1b6e844";

    [Fact]
    public void Two_that_name_the_same_user_in_the_same_way_are_equal()
    {
        Assert.Equal(AgentUser.FromObjectId(Id), AgentUser.FromObjectId(Id.ToUpperInvariant()));
        Assert.Equal(AgentUser.FromUserName("agent@contoso.com"), AgentUser.FromUserName("Agent@Contoso.com"));
        Assert.Equal(AgentUser.FromObjectId(Id).GetHashCode(), AgentUser.FromObjectId(Id.ToUpperInvariant()).GetHashCode());
        Assert.NotEqual(AgentUser.FromObjectId(Id), AgentUser.FromUserName($"{Id}@contoso.com"));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("agent@contoso.com")]
    [InlineData("{8d1f3b0e-7a0c-4d57-9a53-52f0a1b6e844}")]
    [InlineData("8d1f3b0e-7a0c-4d57-9a53-52f0a1b6e844 ")]
    public void An_object_id_is_a_guid(string value) => Assert.Throws<ArgumentException>(() => AgentUser.FromObjectId(value));

    [Theory]
    [InlineData("")]
    [InlineData("agent")]
    [InlineData("@contoso.com")]
    [InlineData("agent@")]
    [InlineData("agent smith@contoso.com")]
    [InlineData("agent@contoso.com\r\n")]
    [InlineData("agent\u200b@contoso.com ")]
    public void A_user_name_has_a_name_and_a_domain(string value) => Assert.Throws<ArgumentException>(() => AgentUser.FromUserName(value));

    [Fact]
    public void A_setting_that_is_a_guid_is_an_object_id()
    {
        Assert.Equal(AgentUser.FromObjectId(Id), AgentUser.FromSetting(Id));
        Assert.Equal(AgentUser.FromUserName("agent@contoso.com"), AgentUser.FromSetting("agent@contoso.com"));
    }
}
