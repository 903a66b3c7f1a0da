using System.Text;

namespace WorkloadIdentity.Tests;

/// <summary>
/// A web API hands on the assertion a caller sent. One whose payload had a member name with half of a surrogate pair ended in an
/// InvalidOperationException out of the token acquirer instead of a verdict of Entra. Found by feeding the reader hostile JSON.
/// </summary>
public sealed class HalfSurrogateInUserAssertionTests
{
    [Theory]
    [InlineData("""{"\ud800":null}""")]
    [InlineData("""{"\ud800":null,"exp":1}""")]
    public async Task An_assertion_nobody_can_read_is_for_Entra_to_judge(string payload)
    {
        var entra = new EntraFake().Issues();
        using var acquirer = new TokenAcquirer(entra.Credential(), new TokenAcquirerOptions { TimeProvider = entra.Clock });

        var token = await acquirer.GetTokenAsync(new TokenRequest(EntraFake.Scope) { UserAssertion = $"e30.{Encode(payload)}.c2ln" });

        Assert.Equal("token-1", token.Value);
    }

    private static string Encode(string text) =>
        Convert.ToBase64String(Encoding.UTF8.GetBytes(text)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
