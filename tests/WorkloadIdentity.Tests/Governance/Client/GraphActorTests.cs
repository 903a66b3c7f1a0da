using System.Buffers.Text;
using System.Text;
using WorkloadIdentity.Governance;

namespace WorkloadIdentity.Tests;

public sealed class GraphActorTests
{
    [Theory]
    [InlineData(
        """{"tid":"t","appid":"a","oid":"o","app_displayname":"Deploy\u001b[2J"}""", "application 'Deploy[2J' (client id a, object id o)")]
    [InlineData("""{"tid":"t","azp":"a","oid":"o"}""", "application (client id a, object id o)")]
    [InlineData("""{"tid":"t","appid":"a","oid":"o","upn":"x"}""", "application (client id a, object id o)")]
    [InlineData("""{"tid":"t","appid":"a","scp":"x","upn":"ann@contoso.example"}""", "user ann@contoso.example, through application a")]
    public void The_token_says_who_acts(string claims, string expected)
    {
        Assert.Equal(new GraphActor("t", expected), GraphActor.Of(Token(claims)));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{"tid":5}""")]
    [InlineData("{")]
    public void A_token_without_a_tenant_says_nothing(string claims)
    {
        Assert.Null(GraphActor.Of(Token(claims)));
        Assert.Null(GraphActor.Of(new AccessToken("opaque", DateTimeOffset.MaxValue)));
        Assert.Null(GraphActor.Of(new AccessToken("a.b.c", DateTimeOffset.MaxValue)));
    }

    private static AccessToken Token(string claims) =>
        new($"e30.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims))}.x", DateTimeOffset.MaxValue);
}
