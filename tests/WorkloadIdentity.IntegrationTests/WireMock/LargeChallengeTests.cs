using System.Net;
using System.Text;
using WorkloadIdentity.Tests;

namespace WorkloadIdentity.IntegrationTests;

/// <summary>Challenges as large as the handler promises to read, over a real connection.</summary>
public sealed class LargeChallengeTests
{
    private const string Frame = """{"access_token":{"a":""}}""";

    public static TheoryData<int, string> Sizes
    {
        get
        {
            var sizes = new TheoryData<int, string>();
            foreach (var size in new[] { 5_000, 6_100, 7_000, 8_000, ChallengeClaims.MaxBytes })
            {
                foreach (var form in new[] { "base64", "base64url", "percent", "quoted" })
                {
                    sizes.Add(size, form);
                }
            }

            return sizes;
        }
    }

    /// <summary>The limit that the page on HttpClient promises is the one that is met first, whatever else the challenge holds.</summary>
    [Theory]
    [MemberData(nameof(Sizes))]
    public async Task Claims_of_any_size_within_the_bound_are_answered(int size, string form)
    {
        var json = $$$"""{"access_token":{"a":"{{{new string('x', size - Frame.Length)}}}"}}""";
        var value = form switch
        {
            "base64" => Base64(json),
            "base64url" => Base64(json).TrimEnd('=').Replace('+', '-').Replace('/', '_'),
            "percent" => Base64(json).Replace("=", "%3D", StringComparison.Ordinal),
            _ => Quoted(json),
        };
        var challenge = "Bearer realm=\"\", authorization_uri=\"https://login.microsoftonline.com/common/oauth2/authorize\", "
            + $"error=\"insufficient_claims\", error_description=\"{new string('d', 1_500)}\", claims=\"{value}\"";
        var tokens = new FakeTokens();
        using var api = StubServer.Answering(200);
        api.Answers("t1", StubServer.Answer(401, ("WWW-Authenticate", challenge)));
        var options = new AccessTokenHandlerOptions { AllowedOrigins = { api.Address } };
        using var client = new HttpClient(new AccessTokenHandler(tokens, new TokenRequest("api://orders/.default"), options)
        {
            InnerHandler = new SocketsHttpHandler { UseProxy = false },
        });

        using var response = await client.GetAsync(api.Address);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(json, Assert.Single(tokens.Renewals).Claims);
    }

    private static string Base64(string json) => Convert.ToBase64String(Encoding.UTF8.GetBytes(json));

    /// <summary>Quotes and backslashes escaped, as a quoted string must (RFC 9110 section 5.6.4).</summary>
    private static string Quoted(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
}
