using System.Buffers.Text;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Tests;

/// <summary>Speaks to an emulator as any HTTP client would: nothing of the SDK takes part.</summary>
internal static class EmulatorCalls
{
    public const string Scope = "api://emulated-api/.default";
    public const string JwtBearer = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    public const string OnBehalfOf = "urn:ietf:params:oauth:grant-type:jwt-bearer";

    private static readonly HttpClient Http =
        new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false });

    public static Dictionary<string, string> Form(this EmulatedApplication application, params (string Name, string? Value)[] fields)
    {
        var form =
            new Dictionary<string, string>
            {
                ["grant_type"] = "client_credentials",
                ["client_id"] = application.ClientId,
                [
                "scope"] = Scope
            };
        foreach (var (name, value) in fields)
        {
            if (value is null)
            {
                form.Remove(name);
            }
            else
            {
                form[name] = value;
            }
        }

        return form;
    }

    public static Dictionary<string, string> Asserting(this EmulatedApplication application, string assertion) =>
        application.Form(("client_assertion_type", JwtBearer), ("client_assertion", assertion));

    public static Task<EmulatorReply> PostAsync(
        this EntraEmulator entra, IEnumerable<KeyValuePair<string, string>> form, string? tenant = null) =>
        entra.SendAsync(
            new HttpRequestMessage(HttpMethod.Post, new Uri(entra.AuthorityHost, $"{tenant ?? entra.Tenant.Id}/oauth2/v2.0/token"))
            {
                Content = new FormUrlEncodedContent(form),
            });

    public static Task<EmulatorReply> GetAsync(this EntraEmulator entra, string pathOrUrl, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(entra.AuthorityHost, pathOrUrl));
        foreach (var (name, value) in headers)
        {
            Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        }

        return entra.SendAsync(request);
    }

    public static Task<EmulatorReply> CallAsync(this EntraEmulator entra, string? token, EmulatedApi? api = null) => entra.SendAsync(
        new HttpRequestMessage(HttpMethod.Get, (api ?? entra.Api).Url)
        {
            Headers = { Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token) },
        });

    public static async Task<EmulatorReply> SendAsync(
        this EntraEmulator entra, HttpRequestMessage request, CancellationToken cancellationToken = default)
    {
        Assert.True(entra.AuthorityHost.IsBaseOf(request.RequestUri!));
        using (request)
        {
            using var response = await Http.SendAsync(request, cancellationToken);
            return new EmulatorReply(
                (int)response.StatusCode,
                await response.Content.ReadAsStringAsync(cancellationToken),
                response.Headers.NonValidated.ToDictionary(
                    header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase));
        }
    }

    public static async Task<string> TokenAsync(this EntraEmulator entra, EmulatedApplication? application = null, string scope = Scope)
    {
        application ??= entra.Application;
        var reply =
            await entra.PostAsync(
                application.Form(("client_secret", application.EnvironmentWithSecret()["AZURE_CLIENT_SECRET"]), ("scope", scope)));
        Assert.Equal(200, reply.Status);
        return reply.Token;
    }

    public static X509Certificate2 Certificate(DateTimeOffset? from = null, DateTimeOffset? until = null, string key = "emulated")
    {
        using var pair = TestCertificate.Key(key);
        var request = new CertificateRequest("CN=emulated", pair, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return request.CreateSelfSigned(
            from ?? new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero),
            until ?? new DateTimeOffset(2049, 1, 1, 0, 0, 0, TimeSpan.Zero));
    }

    /// <summary>A client assertion by hand; <paramref name="change"/> spoils it.</summary>
    public static string ClientAssertion(
        X509Certificate2 certificate, EmulatedApplication application, Uri audience, DateTimeOffset now, string algorithm = "PS256",
        Action<JsonObject, JsonObject>? change = null)
    {
        var header = new JsonObject
        {
            ["alg"] = algorithm,
            ["typ"] = "JWT",
            [algorithm == "PS256" ? "x5t#S256" : "x5t"] = Base64Url.EncodeToString(
                certificate.GetCertHash(algorithm == "PS256" ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA1)),
        };
        var claims = new JsonObject
        {
            ["iss"] = application.ClientId,
            ["sub"] = application.ClientId,
            ["aud"] = audience.AbsoluteUri,
            ["jti"] = Guid.NewGuid().ToString(),
            ["nbf"] = now.ToUnixTimeSeconds(),
            ["exp"] = now.AddMinutes(10).ToUnixTimeSeconds(),
        };
        change?.Invoke(header, claims);
        using var key = certificate.GetRSAPrivateKey()!;
        return Sign(header, claims, key, algorithm == "PS256" ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1);
    }

    public static string Sign(JsonObject header, JsonObject claims, RSA key, RSASignaturePadding padding)
    {
        var content = $"{Encode(header)}.{Encode(claims)}";
        return $"{content}.{Base64Url.EncodeToString(key.SignData(Encoding.ASCII.GetBytes(content), HashAlgorithmName.SHA256, padding))}";
    }

    /// <summary>The claims of a JWT, unverified.</summary>
    public static JsonElement Claims(string jwt) => JsonSerializer.Deserialize<JsonElement>(Base64Url.DecodeFromChars(jwt.Split('.')[1]));

    private static string Encode(JsonObject value) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(value.ToJsonString()));
}

/// <summary>An answer, read to its end.</summary>
internal sealed record EmulatorReply(int Status, string Body, IReadOnlyDictionary<string, string> Headers)
{
    public JsonElement Json => JsonSerializer.Deserialize<JsonElement>(Body);

    public string Token => Json.GetProperty("access_token").GetString()!;

    public string Error => Json.GetProperty("error").GetString()!;

    public long Code => Json.GetProperty("error_codes")[0].GetInt64();

    public string Description => Json.GetProperty("error_description").GetString()!;
}
