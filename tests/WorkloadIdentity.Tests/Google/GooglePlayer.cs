using System.Net;
using System.Text.Json;
using Google.Apis.Http;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Tests;

/// <summary>
/// Google's Security Token Service, IAM Credentials and token endpoint, as strict as their documentation: addresses, methods, content types
/// and parameters, and the signature, issuer and audience of the token that is exchanged. What is not as documented is refused.
/// </summary>
internal sealed class GooglePlayer
{
    public const string Provider = "projects/123456789012/locations/global/workloadIdentityPools/entra/providers/contoso";
    public const string ServiceAccount = "orders@contoso.iam.gserviceaccount.com";
    public const string CloudPlatform = "https://www.googleapis.com/auth/cloud-platform";

    private const string Federated = "ya29.federated-canary";

    private static readonly Dictionary<string, string> Fixed = new()
    {
        ["grant_type"] = "urn:ietf:params:oauth:grant-type:token-exchange",
        ["audience"] = $"//iam.googleapis.com/{Provider}",
        ["requested_token_type"] = "urn:ietf:params:oauth:token-type:access_token",
        ["subject_token_type"] = "urn:ietf:params:oauth:token-type:jwt",
    };

    private readonly EntraEmulator _entra;
    private readonly JsonWebKeySet _keys;

    public GooglePlayer(EntraEmulator entra, string keys)
    {
        _entra = entra;
        _keys = new JsonWebKeySet(keys);
        Server = new FakeServer { Otherwise = Answer };
    }

    public FakeServer Server { get; }

    /// <summary>The audience that the provider allows.</summary>
    public string AllowedAudience { get; set; } = "";

    /// <summary>Whether the federated identity may impersonate the service account.</summary>
    public bool MayImpersonate { get; set; } = true;

    /// <summary>Who signs the identity tokens of service accounts.</summary>
    public EmulatedIssuer? Issuer { get; set; }

    public HttpClientFromMessageHandlerFactory Clients => new HttpClientFromMessageHandlerFactory(
        _ => new HttpClientFromMessageHandlerFactory.ConfiguredHttpMessageHandler(Server, false, false));

    public IEnumerable<string> Visits => Server.Requests.Select(request => request.Uri.Host + request.Uri.AbsolutePath);

    private HttpResponseMessage Answer(ReceivedRequest request) => (request.Method.Method, request.Uri.AbsoluteUri) switch
    {
        ("POST", "https://sts.googleapis.com/v1/token") => Exchange(request),
        ("POST", $"https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/{ServiceAccount}:generateAccessToken") =>
            GenerateAccessToken(request),
        ("POST", $"https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/{ServiceAccount}:generateIdToken") =>
            GenerateIdToken(request),
        ("POST", "https://oauth2.googleapis.com/token") => ServiceAccountToken(request),
        _ => throw new Xunit.Sdk.XunitException($"Google has no {request.Method} {request.Uri}"),
    };

    private HttpResponseMessage Exchange(ReceivedRequest request)
    {
        var form = request.Form;
        if (!request.Headers["Content-Type"].StartsWith("application/x-www-form-urlencoded", StringComparison.Ordinal)
            || request.Headers.ContainsKey("Authorization") || Fixed.Any(field => form.GetValueOrDefault(field.Key) != field.Value)
            || !form.Keys.ToHashSet().SetEquals([.. Fixed.Keys, "scope", "subject_token"]))
        {
            return Refuse("invalid_request", "A parameter is missing or unknown: " + string.Join(", ", form.Keys));
        }

        var checkedToken = new JsonWebTokenHandler().ValidateTokenAsync(
            form["subject_token"],
            new TokenValidationParameters
            {
                IssuerSigningKeys = _keys.GetSigningKeys(),
                ValidIssuer = _entra.Tenant.Issuer.OriginalString,
                ValidAudience = AllowedAudience,
                ValidateLifetime = false,
            }).GetAwaiter().GetResult();
        return checkedToken.IsValid
            ? Json($$"""
                {"access_token":"{{Federated}}","issued_token_type":"urn:ietf:params:oauth:token-type:access_token",
                 "token_type":"Bearer","expires_in":3600,"scope":"{{form["scope"]}}"}
                """)
            : Refuse("invalid_grant", "The audience in ID Token does not match the expected audience.");
    }

    private HttpResponseMessage GenerateAccessToken(ReceivedRequest request)
    {
        using var body = JsonDocument.Parse(request.Body);
        var scopes = body.RootElement.GetProperty("scope").EnumerateArray().Select(scope => scope.GetString());
        return request.Headers["Authorization"] != $"Bearer {Federated}" ? Iam(HttpStatusCode.Unauthorized, "UNAUTHENTICATED")
            : !MayImpersonate ? Iam(HttpStatusCode.Forbidden, "PERMISSION_DENIED")
            : !scopes.SequenceEqual([CloudPlatform]) || body.RootElement.GetProperty("lifetime").GetString() != "3600s"
                ? Iam(HttpStatusCode.BadRequest, "INVALID_ARGUMENT")
            : Json($$"""{"accessToken":"ya29.impersonated-canary","expireTime":"2099-01-01T00:00:00Z"}""");
    }

    private HttpResponseMessage GenerateIdToken(ReceivedRequest request)
    {
        using var body = JsonDocument.Parse(request.Body);
        return request.Headers["Authorization"] != "Bearer ya29.caller-canary" ? Iam(HttpStatusCode.Unauthorized, "UNAUTHENTICATED")
            : !MayImpersonate ? Iam(HttpStatusCode.Forbidden, "PERMISSION_DENIED")
            : Json($$"""{"token":"{{Issuer!.Issue("110248495921238986420", body.RootElement.GetProperty("audience").GetString()!)}}"}""");
    }

    private static HttpResponseMessage ServiceAccountToken(ReceivedRequest request) =>
        request.Form.GetValueOrDefault("grant_type") == "urn:ietf:params:oauth:grant-type:jwt-bearer"
            && request.Form.ContainsKey("assertion")
            ? Json("""{"access_token":"ya29.caller-canary","token_type":"Bearer","expires_in":3600}""")
            : Refuse("invalid_request", "");

    private static HttpResponseMessage Json(string body) => FakeServer.Response(HttpStatusCode.OK, body);

    private static HttpResponseMessage Refuse(string error, string description) => FakeServer.Response(
        HttpStatusCode.BadRequest, JsonSerializer.Serialize(new { error, error_description = description }));

    private static HttpResponseMessage Iam(HttpStatusCode status, string reason) => FakeServer.Response(
        status,
        JsonSerializer.Serialize(new
        {
            error = new { code = (int)status, message = "Permission 'iam.serviceAccounts.getAccessToken' denied.", status = reason },
        }));
}
