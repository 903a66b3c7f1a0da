using System.Net;
using System.Text;

namespace WorkloadIdentity.Tests;

public sealed class TokenRejectionTests
{
    private const string Claims = """{"access_token":{"nbf":{"value":"1767225600"}}}""";

    private static readonly string Demand =
        $"Bearer error=\"insufficient_claims\", claims=\"{Convert.ToBase64String(Encoding.UTF8.GetBytes(Claims))}\"";

    [Fact]
    public void An_invalid_token_is_replaced_by_another_one()
    {
        var rejection = Read(continuousAccess: true, "Basic realm=x", "Bearer error=\"invalid_token\"")!;

        Assert.Equal((TokenRejection.InvalidToken, null), (rejection.Reason, rejection.Claims));
    }

    [Fact]
    public void Claims_come_before_an_invalid_token_in_any_order()
    {
        foreach (var challenges in new[] { new[] { Demand, "Bearer error=invalid_token" }, ["Bearer error=invalid_token", Demand] })
        {
            var rejection = Read(continuousAccess: true, challenges)!;

            Assert.Equal(TokenRejection.InsufficientClaims, rejection.Reason);
            Assert.Contains("1767225600", rejection.Claims, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Claims_are_not_answered_unless_continuous_access_is_on() => Assert.Null(Read(continuousAccess: false, Demand));

    [Theory]
    [InlineData("Bearer")]
    [InlineData("Bearer error=\"insufficient_scope\"")]
    [InlineData("Bearer error=\"insufficient_claims\"")]
    [InlineData("Bearer error=\"insufficient_claims\", claims=\"%%%\"")]
    [InlineData("DPoP error=\"invalid_token\"")]
    [InlineData("Basic realm=\"invalid_token\"")]
    public void Anything_else_is_no_rejection_that_another_token_mends(string challenge) =>
        Assert.Null(Read(continuousAccess: true, challenge));

    private static TokenRejection? Read(bool continuousAccess, params string[] challenges)
    {
        using var response = new HttpResponseMessage(HttpStatusCode.Unauthorized);
        response.Headers.TryAddWithoutValidation("WWW-Authenticate", challenges);
        return TokenRejection.From(response, "Bearer", continuousAccess);
    }
}
