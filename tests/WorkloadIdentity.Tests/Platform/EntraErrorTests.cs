namespace WorkloadIdentity.Tests;

public sealed class EntraErrorTests
{
    [Fact]
    public void Every_line_of_the_table_is_read_and_says_what_to_do()
    {
        Assert.Equal(184, EntraError.All.Count);
        Assert.All(EntraError.All, error =>
        {
            Assert.NotEqual(TokenErrorCategory.None, error.Value.Category);
            Assert.False(string.IsNullOrWhiteSpace(error.Value.Meaning));
            Assert.False(string.IsNullOrWhiteSpace(error.Value.Remediation));
        });
    }

    [Theory]
    [InlineData(7000215, TokenErrorCategory.ClientSecret)]
    [InlineData(700016, TokenErrorCategory.AppNotFound)]
    [InlineData(90002, TokenErrorCategory.Tenant)]
    [InlineData(700213, TokenErrorCategory.FederationMismatch)]
    [InlineData(53003, TokenErrorCategory.ConditionalAccess)]
    [InlineData(7000213, TokenErrorCategory.ClientCertificate)]
    [InlineData(500014, TokenErrorCategory.Resource)]
    [InlineData(1002012, TokenErrorCategory.Scope)]
    [InlineData(7000216, TokenErrorCategory.RequestBug)]
    [InlineData(500208, TokenErrorCategory.Authority)]
    [InlineData(500210, TokenErrorCategory.Authority)]
    [InlineData(900021, TokenErrorCategory.Tenant)]
    [InlineData(5002727, TokenErrorCategory.AssertionContent)]
    [InlineData(392196, TokenErrorCategory.MutualTls)]
    [InlineData(3921996, TokenErrorCategory.MutualTls)]
    [InlineData(16000, TokenErrorCategory.InteractionRequired)]
    [InlineData(50158, TokenErrorCategory.InteractionRequired)]
    [InlineData(53001, TokenErrorCategory.ConditionalAccess)]
    [InlineData(EntraCode.RequestLoop, TokenErrorCategory.Throttling)]
    public void A_code_has_its_category(long code, TokenErrorCategory category) =>
        Assert.Equal(category, EntraError.Find([code])!.Category);

    [Fact]
    public void The_first_known_code_explains() =>
        Assert.Equal(TokenErrorCategory.ClientSecret, EntraError.Find([1, 7000222, 90002])!.Category);

    [Fact]
    public void An_unknown_code_is_not_explained() => Assert.Null(EntraError.Find([1]));
}
