using System.Net.Http.Json;
using System.Text.Json;
using WorkloadIdentity;

namespace ConsumerRecipes;

internal sealed class VaultLogin(HttpClient vault, ITokenAcquirer entra, string role) : Credential
{
    private static readonly TokenRequest Login = new("api://vault/.default");

    public override string Name => "vault";

    protected override async ValueTask<TokenResult> AcquireCoreAsync(Acquisition acquisition, CancellationToken cancellationToken)
    {
        var token = await entra.GetTokenAsync(Login, cancellationToken);
        var askedOn = acquisition.TimeProvider.GetUtcNow();
        using var response =
            await vault.PostAsJsonAsync("/v1/auth/jwt/login", new { role, jwt = token.Value }, cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            var message = $"Vault refused the login as '{role}' ({(int)response.StatusCode}). Compare the role with the token.";
            return TokenResult.Failed(new TokenError(TokenErrorKind.Refused, message) { StatusCode = (int)response.StatusCode });
        }

        var auth = (await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken)).GetProperty("auth");
        var lifetime = TimeSpan.FromSeconds(auth.GetProperty("lease_duration").GetInt32());
        return TokenResult.Issued(new AccessToken(auth.GetProperty("client_token").GetString()!, askedOn + lifetime));
    }
}

internal static class Vault
{
    public static async Task<JsonElement> ReadAsync(HttpClient vault, ITokenAcquirer login, CancellationToken cancellationToken)
    {
        // login: new TokenAcquirer(new VaultLogin(vault, entra, "orders"))
        var token = await login.GetTokenAsync(new TokenRequest("vault"), cancellationToken);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/secret/data/orders");
        request.Headers.Add("X-Vault-Token", token.Value);
        using var response = (await vault.SendAsync(request, cancellationToken)).EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken)).GetProperty("data");
    }
}
