using System.Text.Json;

namespace Startup;

/// <summary>HttpClient and a JSON reader: what no library can be faster than.</summary>
internal static class FirstToken
{
#if !ONLY_MANAGED_IDENTITY
    public static async Task<string> WithSecretAsync()
    {
        using var client = LocalAnswer.NewClient();
        using var form = new FormUrlEncodedContent(
        [
            new("client_id", LocalAnswer.ClientId), new("scope", LocalAnswer.Scope), new("grant_type", "client_credentials"),
            new("client_secret", LocalAnswer.Secret),
        ]);
        using var response =
            await client.PostAsync(new Uri($"https://login.microsoftonline.com/{LocalAnswer.TenantId}/oauth2/v2.0/token"), form);
        return await ReadAsync(response);
    }
#endif

    public static async Task<string> ForManagedIdentityAsync()
    {
        using var client = LocalAnswer.NewClient();
        using var request = new HttpRequestMessage(
            HttpMethod.Get,
            $"http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource={Uri.EscapeDataString(
                LocalAnswer.Resource)}");
        request.Headers.Add("Metadata", "true");
        using var response = await client.SendAsync(request);
        return await ReadAsync(response);
    }

    private static async Task<string> ReadAsync(HttpResponseMessage response)
    {
        using var answer = JsonDocument.Parse(await response.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync());
        return answer.RootElement.GetProperty("access_token").GetString()!;
    }
}
