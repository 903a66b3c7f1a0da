using System.Buffers.Text;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.IntegrationTests;

/// <summary>Blob storage over its REST interface, with nothing but <see cref="HttpClient"/> and our handler.</summary>
public sealed class AzuriteTests(Azurite azurite) : IClassFixture<Azurite>
{
    private const string Storage = "https://storage.azure.com";
    private const string Tenant = "5f3b4c7e-0d52-4b4e-9a36-6a1d4c1f8e20";

    [NodeFact]
    public async Task A_blob_is_written_and_read_back()
    {
        var credential = Credential();
        using var http = Client(credential);
        var container = $"orders-{Guid.NewGuid():N}";
        using var content = new StringContent("three apples");
        content.Headers.Add("x-ms-blob-type", "BlockBlob");

        using var created = await http.PutAsync(At($"{container}?restype=container"), content: null);
        using var written = await http.PutAsync(At($"{container}/order-1"), content);
        var read = await http.GetStringAsync(At($"{container}/order-1"));

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Created), (created.StatusCode, written.StatusCode));
        Assert.Equal("three apples", read);
        Assert.Single(credential.Acquisitions);
    }

    [NodeFact]
    public async Task Without_a_token_nothing_is_answered()
    {
        using var http = NewClient(azurite.Connect());

        using var response = await http.PutAsync(At("nobody?restype=container"), content: null);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    [NodeTheory]
    [InlineData("https://vault.azure.net", "https://sts.windows.net/", 60, "Invalid token audience")]
    [InlineData(Storage, "https://elsewhere.example/", 60, "Invalid token issuer")]
    [InlineData(Storage, "https://sts.windows.net/", -60, "expired")]
    public async Task A_token_that_is_wrong_is_refused_so_a_good_one_means_something(
        string audience, string issuer, int minutes, string says)
    {
        using var http = Client(Credential(audience, issuer, minutes));

        using var response = await http.PutAsync(At("refused?restype=container"), content: null);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Contains(says, await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private Uri At(string path) => new(azurite.Account, path);

    private HttpClient Client(Credential credential) => NewClient(new AccessTokenHandler(
        new TokenAcquirer(credential),
        new TokenRequest($"{Storage}/.default"),
        new AccessTokenHandlerOptions { AllowedOrigins = { new Uri(azurite.Account, "/") } })
    { InnerHandler = azurite.Connect() });

    private static HttpClient NewClient(HttpMessageHandler handler) =>
        new(handler) { DefaultRequestHeaders = { { "x-ms-version", "2021-12-02" } } };

    /// <summary>A token as Entra would write it for storage; what <see cref="EntraEmulator"/> issues never claims to be of Entra.</summary>
    private static FakeCredential Credential(string audience = Storage, string issuer = "https://sts.windows.net/", int minutes = 60)
    {
        var now = TimeProvider.System.GetUtcNow();
        var claims = new JsonObject
        {
            ["aud"] = audience,
            ["iss"] = $"{issuer}{Tenant}/",
            ["iat"] = now.AddHours(-2).ToUnixTimeSeconds(),
            ["nbf"] = now.AddHours(-2).ToUnixTimeSeconds(),
            ["exp"] = now.AddMinutes(minutes).ToUnixTimeSeconds(),
            ["tid"] = Tenant,
        };
        return FakeCredential.Issuing($"{Encode(new JsonObject { ["alg"] = "RS256", ["typ"] = "JWT" })}.{Encode(claims)}.c2lnbmF0dXJl");
    }

    private static string Encode(JsonObject part) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(part.ToJsonString()));
}
