using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace WorkloadIdentity.Tests;

public sealed class CheckedUserAssertionTests
{
    [Theory]
    [InlineData("", "is empty")]
    [InlineData("Bearer x", "begins with 'Bearer'")]
    [InlineData("{\"access_token\":\"x\"}", "is JSON")]
    public void Something_around_the_assertion_is_refused_without_quoting_it(string value, string why)
    {
        var exception = Assert.Throws<ArgumentException>(() => CheckedUserAssertion.Of(value));

        Assert.Contains(why, exception.Message, StringComparison.Ordinal);
        Assert.Equal("value", exception.ParamName);
    }

    [Fact]
    public void A_cache_knows_it_by_its_sha_256()
    {
        var assertion = CheckedUserAssertion.Of("ann");

        Assert.Equal(Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes("ann"))), assertion.Hashed.Value);
        Assert.Same(assertion.Hashed, assertion.Hashed);
    }

    [Fact]
    public void A_request_takes_over_what_was_checked()
    {
        var user = CheckedUserAssertion.Of("canary");

        var request = new TokenRequest("api://orders/.default").With(
            "api://other/.default", "contoso.com", user, agentUser: null, continuousAccess: true);

        Assert.Same(user, request.User);
        Assert.Same(user, request.ForTenant("fabrikam.com").User);
        Assert.Equal("canary", request.UserAssertion);
        Assert.Equal(
            new TokenRequest("api://other/.default") { TenantId = "contoso.com", UserAssertion = "canary", ContinuousAccess = true },
            request);
        Assert.DoesNotContain("canary", request.CacheKey.UserAssertion, StringComparison.Ordinal);
    }

    [Fact]
    public void Its_form_and_expiry_are_read_from_the_jwt()
    {
        Assert.Null(CheckedUserAssertion.Of(EntraFake.Jwt()).FormProblem);
        Assert.Contains("is not a JWT", CheckedUserAssertion.Of("opaque").FormProblem, StringComparison.Ordinal);
        Assert.Null(CheckedUserAssertion.Of("opaque").ExpiresOn);
    }

    [Fact]
    public void It_does_not_print_itself()
    {
        var user = CheckedUserAssertion.Of("canary");

        Assert.DoesNotContain("canary", $"{user} {JsonSerializer.Serialize(user)}", StringComparison.Ordinal);
    }
}
