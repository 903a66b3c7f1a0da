using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using WorkloadIdentity.Testing;

namespace AzureSdk;

/// <summary>
/// A key vault small enough to read: secrets over https on loopback, behind the challenges a real one sends. It names the tenant to ask in,
/// has every token checked by the emulator that issued it, and demands claims when told to.
/// </summary>
internal sealed class SmallVault : IAsyncDisposable
{
    public const string Audience = "https://vault.azure.net";

    private readonly ConcurrentDictionary<string, string> _secrets = new();
    private readonly ConcurrentDictionary<string, bool> _seenTokens = new();
    private readonly ConcurrentDictionary<string, bool> _insufficientTokens = new();
    private readonly ConcurrentQueue<string> _answers = new();
    private readonly WebApplication _server;
    private readonly HttpClient _entra = new(new SocketsHttpHandler { UseProxy = false });
    private readonly SelfSignedCertificate _certificate;
    private readonly string _tenantId;
    private volatile string? _demand;

    private SmallVault(EntraEmulator entra, string name, string? tenantId, EmulatedApi? judge)
    {
        Url = new Uri($"https://{name}.vault.azure.net/");
        _tenantId = tenantId ?? entra.Tenant.Id;
        Judge = judge ?? entra.AddApi(Audience);
        _certificate = new SelfSignedCertificate(Url.Host);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(server =>
            server.Listen(IPAddress.Loopback, 0, endpoint => endpoint.UseHttps(_certificate.ForServer)));
        _server = builder.Build();
        _server.Run(AnswerAsync);
    }

    /// <summary>
    /// Its name in the world, such as <c>https://orders.vault.azure.net/</c>. Reached through <see cref="CreateNetwork"/> only.
    /// </summary>
    public Uri Url { get; }

    /// <summary>What it answered, in order: <c>200</c>, <c>401 tenant</c>, <c>401 claims</c>, …</summary>
    public IReadOnlyList<string> Answers => [.. _answers];

    /// <summary>Who judges tokens: an API of the emulator, asked with each of them. Two vaults may share one.</summary>
    public EmulatedApi Judge { get; }

    public static async Task<SmallVault> StartAsync(EntraEmulator entra, string name, string? tenantId = null, EmulatedApi? judge = null)
    {
        var vault = new SmallVault(entra, name, tenantId, judge);
        await vault._server.StartAsync();
        return vault;
    }

    public void Keep(string secret, string value) => _secrets[secret] = value;

    /// <summary>From now on the tokens shown so far are not enough: a new one that satisfies <paramref name="claims"/> must come.</summary>
    public void Demand(string claims)
    {
        foreach (var token in _seenTokens.Keys)
        {
            _insufficientTokens[token] = true;
        }

        _demand = claims;
    }

    /// <summary>The network this vault lives in: its name leads to loopback, and its certificate, no other, is trusted.</summary>
    public SocketsHttpHandler CreateNetwork()
    {
        var port = new Uri(_server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;
        return new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            SslOptions = { RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                certificate is not null && _certificate.Is(certificate) },
            ConnectCallback = async (connection, cancellationToken) =>
            {
                if (connection.DnsEndPoint.Host != Url.Host)
                {
                    throw new HttpRequestException($"There is no {connection.DnsEndPoint.Host} in this network.");
                }

                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                try
                {
                    await socket.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
        };
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _entra.Dispose();
        _certificate.Dispose();
    }

    private async Task AnswerAsync(HttpContext http)
    {
        var token =
            AuthenticationHeaderValue.TryParse(http.Request.Headers.Authorization, out var header) && header.Scheme == "Bearer"
                ? header.Parameter
                : null;
        if (token is null || !await IsGoodAsync(token))
        {
            Refuse(http, "tenant", $"Bearer authorization=\"https://login.microsoftonline.com/{_tenantId}\", resource=\"{Audience}\"");
            return;
        }

        if (_insufficientTokens.ContainsKey(token))
        {
            var claims = Convert.ToBase64String(Encoding.UTF8.GetBytes(_demand!));
            Refuse(
                http,
                "claims",
                $"Bearer realm=\"\", authorization_uri=\"https://login.microsoftonline.com/common/oauth2/authorize\", "
                    + $"error=\"insufficient_claims\", claims=\"{claims}\"");
            return;
        }

        _seenTokens[token] = true;
        var name = http.Request.Path.Value!.Split('/', StringSplitOptions.RemoveEmptyEntries) is ["secrets", var wanted, ..] ? wanted : "";
        var found = _secrets.TryGetValue(name, out var value);
        _answers.Enqueue(found ? "200" : "404");
        http.Response.StatusCode = found ? StatusCodes.Status200OK : StatusCodes.Status404NotFound;
        await http.Response.WriteAsJsonAsync(found
            ? new JsonObject
            {
                ["value"] = value,
                ["id"] = $"{Url}secrets/{name}/1",
                [
                "attributes"] = new JsonObject { ["enabled"] = true }
            }
            : new JsonObject { ["error"] = new JsonObject { ["code"] = "SecretNotFound", ["message"] = $"There is no secret '{name}'." } });
    }

    /// <summary>The emulator judges its own tokens: issuer, signature, audience, lifetime, revocation.</summary>
    private async Task<bool> IsGoodAsync(string token)
    {
        using var question =
            new HttpRequestMessage(
                HttpMethod.Get, Judge.Url)
            { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) } };
        using var answer = await _entra.SendAsync(question);
        return answer.IsSuccessStatusCode && (string?)(await answer.Content.ReadFromJsonAsync<JsonNode>())!["tenantId"] == _tenantId;
    }

    private void Refuse(HttpContext http, string why, string challenge)
    {
        _answers.Enqueue($"401 {why}");
        http.Response.StatusCode = StatusCodes.Status401Unauthorized;
        http.Response.Headers.WWWAuthenticate = challenge;
    }
}
