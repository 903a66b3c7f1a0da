using System.Net;
using System.Text;

namespace WorkloadIdentity.IntegrationTests;

/// <summary>What both libraries are put into: variables, an identity, and a server that answers both alike.</summary>
internal sealed class PeerSituation(string name)
{
    public const string ClientId = "6bf7ab3f-6a37-4f6d-9a3c-2ee0f1d1f8a3";
    public const string ObjectId = "0d3c1a52-9c0f-4d0e-8a54-6f1f6f0d2b11";
    public const string ResourceId =
        "/subscriptions/3f0d5d4e-6b5c-4c0c-9d1a-0a4f2f6f9f77/resourceGroups/orders"
            + "/providers/Microsoft.ManagedIdentity/userAssignedIdentities/orders-api";

    public string Name { get; } = name;

    public Dictionary<string, string> Variables { get; init; } = [];

    /// <summary>Variables that name a file, and what it holds.</summary>
    public Dictionary<string, string> Files { get; init; } = [];

    /// <summary>
    /// <c>chain</c> for the default chain of both; otherwise a managed identity: <c>default</c>, <c>client</c>, <c>object</c> or
    /// <c>resource</c>.
    /// </summary>
    public string Identity { get; init; } = "default";

    /// <summary>What stands behind the resource in the scope.</summary>
    public string Suffix { get; init; } = "/.default";

    /// <summary>The answer to each request, in order; the last one is given again.</summary>
    public IReadOnlyList<Func<HttpRequestMessage, HttpResponseMessage>> Answers { get; init; } = [_ => Token()];

    /// <summary>The ids of docs/differences.md that show here, beside those that show everywhere.</summary>
    public IReadOnlyList<string> Differences { get; init; } = [];

    public static HttpResponseMessage Token(string more = "", string? expiresOn = null) => Answer(
        200, $$"""{"access_token":"token-1","expires_on":"{{expiresOn ?? In(TimeSpan.FromHours(20))}}","token_type":"Bearer"{{more}}}""");

    /// <summary>The same under the name of IMDS.</summary>
    public static HttpResponseMessage Imds(int status, string body = "")
    {
        var answer = Answer(status, body);
        answer.Headers.TryAddWithoutValidation("Server", "IMDS/150.870.65.1854");
        return answer;
    }

    public static HttpResponseMessage Answer(int status, string body = "", string? challenge = null)
    {
        var answer =
            new HttpResponseMessage((HttpStatusCode)status) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (challenge is not null)
        {
            answer.Headers.TryAddWithoutValidation("WWW-Authenticate", challenge);
        }

        return answer;
    }

    /// <summary>A moment from now in Unix seconds.</summary>
    public static string In(TimeSpan time) =>
        TimeProvider.System.GetUtcNow().Add(time).ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture);

    public override string ToString() => Name;
}
